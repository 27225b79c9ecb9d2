"""The embedded engine's life and death, with a small script in the engine's place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.llm.llamacpp.server import EmbeddedEngine

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
        monkeypatch.setattr("assistant.llm.llamacpp.server.sys.executable", script_at(tmp_path / "python", body))
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


def test_the_child_is_told_where_slots_may_be_saved(tmp_path: Path) -> None:
    assert EmbeddedEngine(tmp_path / "m.gguf")._config["states"] is None
    assert EmbeddedEngine(tmp_path / "m.gguf", states=tmp_path)._config["states"] == str(tmp_path)


def test_the_child_is_told_of_an_adapter(tmp_path: Path) -> None:
    assert EmbeddedEngine(tmp_path / "m.gguf")._config["adapter"] is None
    adapter = tmp_path / "judge.gguf"
    assert EmbeddedEngine(tmp_path / "m.gguf", adapter=adapter)._config["adapter"] == str(adapter)


def test_a_saved_slot_is_the_models_own_with_any_adapter(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    assert EmbeddedEngine(path, adapter=tmp_path / "judge.gguf").identity() == EmbeddedEngine(path).identity()


def test_a_saved_slot_depends_on_the_models_file_and_the_context(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    with pytest.raises(ModelError, match=r"m\.gguf: cannot be read"):
        EmbeddedEngine(path).identity()
    path.write_bytes(b"one")
    os.utime(path, (1, 1))
    first = EmbeddedEngine(path).identity()
    assert EmbeddedEngine(path, threads=5).identity() == first
    assert EmbeddedEngine(path, context=4096).identity() != first
    os.utime(path, (2, 2))
    assert EmbeddedEngine(path).identity() != first
    path.write_bytes(b"other")
    os.utime(path, (1, 1))
    assert EmbeddedEngine(path).identity() != first


SERVING = """
    import http.server
    config = json.loads(sys.stdin.readline())
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def do_POST(self):
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path == "/break":
                self.connection.close()
                return
            body = json.dumps([self.headers["authorization"] == "Bearer " + config["key"], self.path, sent]).encode()
            self.send_response(400 if self.path == "/bad" else 200)
            self.end_headers()
            self.wfile.write(b"no JSON" if self.path == "/garbled" else body)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(json.dumps({"address": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    server.serve_forever()
"""


def test_its_own_endpoints_are_asked_with_the_key(start: Start) -> None:
    engine = start(SERVING)
    assert engine.base_url
    assert engine.post("/slots/1?action=save", {"filename": "x"}, timeout=5) == [
        True,
        "/slots/1?action=save",
        {"filename": "x"},
    ]
    for path in ("/bad", "/garbled"):
        with pytest.raises(ValueError, match=r"/bad: 400|Expecting value"):
            engine.post(path, {}, timeout=5)
    with pytest.raises(OSError, match="/break"):
        engine.post("/break", {}, timeout=5)


def test_an_engine_that_does_not_run_is_not_started_by_asking(start: Start) -> None:
    engine = start(GOOD)
    with pytest.raises(OSError, match="does not run"):
        engine.post("/slots", {}, timeout=1)
    assert engine._process is None


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


def test_what_could_not_be_loaded_once_is_loaded_by_whoever_asks_next(start: Start, tmp_path: Path) -> None:
    """It read on from the child that had ended, and said so for ever."""
    mark = tmp_path / "killed"
    killed_once = f"""
        if not os.path.exists({str(mark)!r}):
            open({str(mark)!r}, "w").close()
            os.kill(os.getpid(), 9)
    """
    engine = start(textwrap.dedent(killed_once) + textwrap.dedent(GOOD))
    engine.start()
    process = engine._process
    assert process
    with pytest.raises(ModelError, match="exit code -9"):
        _ = engine.base_url
    assert process.returncode == -signal.SIGKILL
    assert engine.base_url == "http://127.0.0.1:1/v1"


def test_who_waits_for_a_load_that_fails_starts_no_other(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "log"
    engine = start(f"open({str(log)!r}, 'a').write('x')\ntime.sleep(1)\nsys.exit(3)")
    engine.start()
    errors: list[ModelError] = []

    def ask() -> None:
        with pytest.raises(ModelError) as caught:
            _ = engine.base_url
        errors.append(caught.value)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(errors) == 3
    assert log.read_text() == "x"


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
        sys.path.insert(0, os.environ["PROJECT"])
        from assistant.llm.llamacpp import process
        process._serve_prebuilt = lambda config: ("x", None)
        process.main()
        """,
    )
    program = f"""
        import sys, time
        from pathlib import Path
        from assistant.llm.llamacpp.server import EmbeddedEngine
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


def test_an_engine_that_hangs_while_it_loads_is_ended(start: Start, tmp_path: Path) -> None:
    start("time.sleep(600)")  # puts its script in Python's place
    engine = EmbeddedEngine(tmp_path / "m.gguf", loads_within_s=0.3)
    with pytest.raises(ModelError, match="could not load it"):
        engine.base_url  # noqa: B018
    engine.stop()
