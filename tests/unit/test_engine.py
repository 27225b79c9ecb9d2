"""The embedded engine's life and death, with a small script in the engine's place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.engine import EmbeddedEngine
from assistant.errors import ModelError

GOOD = """
    config = json.loads(sys.stdin.readline())
    print(json.dumps({"address": "http://127.0.0.1:1", "config": config, "pid": os.getpid()}), flush=True)
    sys.stdin.read()
"""
Start = Callable[[str], EmbeddedEngine]


def script_at(path: Path, body: str) -> str:
    """An executable that stands in for Python and runs `body` whatever it is told."""
    path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{textwrap.dedent(body)}")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    engines: list[EmbeddedEngine] = []

    def make(body: str) -> EmbeddedEngine:
        monkeypatch.setattr("assistant.engine.sys.executable", script_at(tmp_path / "python", body))
        engines.append(EmbeddedEngine(tmp_path / "m.gguf", context=2048, threads=3))
        return engines[-1]

    yield make
    for engine in engines:
        engine.stop()


def test_the_address_is_the_childs(start: Start) -> None:
    assert start(GOOD).base_url == "http://127.0.0.1:1/v1"


def test_the_child_is_told_model_key_and_limits_on_standard_input(start: Start, tmp_path: Path) -> None:
    engine = start(
        f"open({str(tmp_path / 'told')!r}, 'w').write(sys.stdin.readline())\nprint('{{\"address\": \"x\"}}')"
    )
    assert engine.base_url
    told = (tmp_path / "told").read_text()
    assert '"context": 2048' in told
    assert '"threads": 3' in told
    assert str(tmp_path / "m.gguf") in told
    assert engine.key in told


def test_every_engine_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {EmbeddedEngine(tmp_path / "m.gguf").key for _ in range(5)}
    assert len(keys) == 5
    assert all(len(key) >= 32 for key in keys)


def test_starting_twice_starts_one_child(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "log"
    engine = start(f"open({str(log)!r}, 'a').write('x')\n" + textwrap.dedent(GOOD))
    engine.start()
    engine.start()
    assert engine.base_url == engine.base_url
    assert log.read_text() == "x"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('print(json.dumps({"error": "RuntimeError: no such model"}))', "RuntimeError: no such model"),
        ("sys.exit(3)", "it ended with exit code 3"),
        ("print('not JSON'); sys.exit(4)", "it ended with exit code 4"),
        ("os.kill(os.getpid(), 9)", "it ended with exit code -9"),
    ],
)
def test_a_child_that_fails_is_one_clear_error(start: Start, body: str, reason: str) -> None:
    engine = start(body)
    with pytest.raises(ModelError, match=reason) as caught:
        _ = engine.base_url
    assert "m.gguf: the embedded engine could not load it" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_stopping_ends_the_child_and_stopping_twice_is_harmless(start: Start) -> None:
    engine = start(GOOD)
    assert engine.base_url
    process = engine._process
    assert process
    engine.stop()
    assert process.returncode == -signal.SIGKILL
    engine.stop()
    EmbeddedEngine(Path("never-started.gguf")).stop()


def test_a_stopped_engine_starts_again(start: Start) -> None:
    engine = start(GOOD)
    assert engine.base_url
    engine.stop()
    assert engine.base_url


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path, project: Path) -> None:
    # The engine's own watch on standard input, in a child whose parent gets no chance to tidy up.
    child = script_at(
        tmp_path / "python",
        """
        import threading
        sys.path.insert(0, os.environ["PROJECT"])
        from assistant.engine_process import _end_with_parent
        sys.stdin.readline()
        print(json.dumps({"address": "x"}), flush=True)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        threading.Event().wait()
        """,
    )
    program = f"""
        import sys, time
        from pathlib import Path
        from assistant.engine import EmbeddedEngine
        sys.executable = {child!r}
        engine = EmbeddedEngine(Path("m.gguf"))
        assert engine.base_url
        print("loaded", flush=True)
        time.sleep(600)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        cwd=project,
        env=os.environ | {"PROJECT": str(project)},
        text=True,
    )
    assert parent.stdout
    assert parent.stdout.readline() == "loaded\n"
    (engine,) = children_of(parent.pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for_end(engine)


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def wait_for_end(pid: int) -> None:
    """Returns when the process is gone or a zombie; a process that stays fails the test."""
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} outlives its parent")
