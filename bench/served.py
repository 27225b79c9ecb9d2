"""A server of this checkout, in a process and a home folder of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2 as httpx

from assistant.settings import PROJECT, Settings

_STARTS_WITHIN_S = 300
# At its end the API finishes what it is answering, for 30 s at most.
_ENDS_WITHIN_S = 60


class Served:
    """`assistant COMMAND`, whose folder `home` holds all that it keeps. Raises `SystemExit` where it does not start.

    The embedded model and the compiled engine, which take minutes to make, are those of this user where there are any.
    """

    def __init__(self, command: Sequence[str], home: Path, port: int = 0) -> None:
        """`port` 0: one that is free."""
        home.mkdir(exist_ok=True)
        for name in ("models", "engine"):
            made = Settings.load().home / name
            if made.exists() and not (home / name).exists():
                (home / name).symlink_to(made)
        self._log = home.parent / "server.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "assistant", *command, "--port", str(port)],
                cwd=PROJECT,
                env=os.environ | {"ASSISTANT_HOME": str(home), "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.address = self._told_address()
        except BaseException:
            self.end()
            raise

    def _told_address(self) -> str:
        end = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(r"http://\S+", self._log.read_text()):
                return found[0].rstrip("/")
            time.sleep(0.1)
        raise SystemExit(f"the server did not start: {self._log.read_text()}")

    def wait_until_ready(self) -> None:
        """Until the library and the model are open, as the API tells it."""
        end = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < end:
            if httpx.get(f"{self.address}/readyz", timeout=60).status_code == 200:
                return
            time.sleep(0.2)
        raise SystemExit(f"the server did not become ready: {self._log.read_text()}")

    def end(self) -> bool:
        """Tell it to end; whether it did so by itself."""
        self.process.terminate()
        try:
            self.process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True


def free_port() -> int:
    """A port of this machine that nothing listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
