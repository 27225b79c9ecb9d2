"""Ctrl-C while an endpoint is asked: the program ends, and the provider sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from chat_server import Provider

PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60


def _comments() -> Iterator[bytes]:
    """Keeps the connection open and says nothing."""
    for _ in range(_PATIENCE_S * 20):
        yield b": keep-alive\n\n"
        time.sleep(0.05)


def _words() -> Iterator[bytes]:
    for _ in range(_PATIENCE_S * 20):
        yield b'data: {"choices": [{"index": 0, "delta": {"content": "They met. "}}]}\n\n'
        time.sleep(0.05)


@pytest.mark.parametrize("events", [_comments, _words], ids=["before the first word", "while it writes"])
@pytest.mark.parametrize("read", ["together", "apart"])
def test_ctrl_c_ends_the_request_at_the_provider(events: object, read: str, assistant_home: Path) -> None:
    with closing(Provider(lambda *_: [events])) as provider:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        asking = subprocess.Popen(
            [sys.executable, "-m", "assistant", "ask", "--articles", PROJECT / "seeds", "--read", read,
             "--model", f"m@{provider.url}", "What did they sign?"],
            env=clean | {"ASSISTANT_HOME": str(assistant_home), "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while not provider.asked and asking.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            assert provider.asked, asking.communicate()
            asking.send_signal(signal.SIGINT)
            assert provider.dropped.wait(_PATIENCE_S)
            printed, told = asking.communicate(timeout=_PATIENCE_S)
        finally:
            asking.kill()
    assert (asking.returncode, printed) == (130, "")
    assert told.endswith("assistant: interrupted\n")
    assert "Traceback" not in told
