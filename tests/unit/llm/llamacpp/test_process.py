"""The engine's own process with a compiled server, in whose place a small script stands. All processes are real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelError
from assistant.llm.llamacpp import process
from assistant.llm.llamacpp.server import SLOTS, EmbeddedEngine

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")

# Writes down what it was told, says where it listens as llama.cpp's server does, and stays.
SERVING = """
    said = {"argv": sys.argv[1:], "environment": dict(os.environ), "pid": os.getpid(), "umask": os.umask(0)}
    with open(TOLD + ".new", "w") as file:
        json.dump(said, file)
    os.rename(TOLD + ".new", TOLD)
    print("load_model: loading model 'm.gguf'", file=sys.stderr)
    print("main: server is listening on http://127.0.0.1:4321", file=sys.stderr, flush=True)
    time.sleep(600)
"""
Start = Callable[..., EmbeddedEngine]


def server_at(folder: Path, body: str = SERVING) -> Path:
    path = folder / "llama-server"
    head = f"#!{sys.executable}\nimport json, os, sys, time\nTOLD = {str(folder / 'told')!r}\n"
    path.write_text(head + textwrap.dedent(body))
    path.chmod(0o755)
    return path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    engines: list[EmbeddedEngine] = []

    def make(body: str = SERVING, **options: Any) -> EmbeddedEngine:
        options = {"context": 2048, "threads": 3, **options}
        engines.append(EmbeddedEngine(tmp_path / "m.gguf", server=server_at(tmp_path, body), **options))
        return engines[-1]

    yield make
    for engine in engines:
        engine.stop()


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    return lambda: dict(json.loads((tmp_path / "told").read_text()))


Told = Callable[[], dict[str, Any]]


def option(argv: list[str], name: str) -> str:
    return argv[argv.index(f"--{name}") + 1]


def test_the_address_is_read_from_the_servers_log(start: Start) -> None:
    assert start().base_url == "http://127.0.0.1:4321/v1"


def test_the_key_comes_by_environment_and_in_no_argument(start: Start, told: Told) -> None:
    engine = start()
    assert engine.base_url
    assert told()["environment"]["LLAMA_API_KEY"] == engine.key
    assert engine._process
    for pid in (engine._process.pid, told()["pid"]):
        assert engine.key not in Path(f"/proc/{pid}/cmdline").read_text()


def test_settings_of_the_users_for_llama_cpp_do_not_reach_it(
    start: Start, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LLAMA_ARG_HOST", "LLAMA_ARG_CTX_SIZE", "LLAMA_API_KEY", "GGML_SCHED_DEBUG"):
        monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")
    engine = start()
    assert engine.base_url
    environment = told()["environment"]
    ours = {name: value for name, value in environment.items() if name.startswith(("LLAMA_", "GGML_"))}
    assert ours == {"LLAMA_API_KEY": engine.key}
    assert environment["LD_LIBRARY_PATH"] == "/somewhere"
    assert environment["PATH"] == os.environ["PATH"]


def test_its_memory_is_in_large_pages_unless_the_user_says_otherwise(
    start: Start, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    engine = start()
    assert engine.base_url
    assert told()["environment"]["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1"
    engine.stop()
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0")
    assert start().base_url
    assert told()["environment"]["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=0"


def test_it_is_told_model_and_limits(start: Start, told: Told, tmp_path: Path) -> None:
    assert start().base_url
    argv = told()["argv"]
    assert option(argv, "model") == str(tmp_path / "m.gguf")
    assert option(argv, "host") == "127.0.0.1"
    assert option(argv, "port") == "0"
    assert option(argv, "ctx-size") == "2048"
    assert option(argv, "parallel") == str(SLOTS)
    assert option(argv, "threads") == option(argv, "threads-batch") == "3"
    assert option(argv, "spec-type") == "ngram-simple"
    assert {"--kv-unified", "--offline", "--no-ui", "--slots"} <= set(argv)
    assert "--slot-save-path" not in argv


@pytest.mark.parametrize(
    ("flags", "batch", "matched", "drafted"),
    [({"avx2", "amx_int8"}, ["31"], "2", "10"), ({"avx2", "avx512_vnni"}, [], "4", "4")],
    ids=["tiles", "no tiles"],
)
def test_with_tiles_it_is_told_other_sizes(
    flags: set[str], batch: list[str], matched: str, drafted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here alone nothing is started: what another process finds out of its processor is not a test's to say."""
    started: list[list[str]] = []

    class Server:
        stderr = ("main: server is listening on http://127.0.0.1:4321",)

        def __init__(self, command: list[str], **_: Any) -> None:
            started.append(command)

    monkeypatch.setattr(process, "processor_flags", lambda: frozenset(flags))
    monkeypatch.setattr("subprocess.Popen", Server)
    # It would end this process with the server.
    monkeypatch.setattr(process, "_attend", lambda *_: None)
    config = EmbeddedEngine(Path("m.gguf"), server=Path("llama-server"))._config
    address, _ = process._serve_compiled(config)
    assert address == "http://127.0.0.1:4321"
    [argv] = started
    assert [value for name, value in pairwise(argv) if name == "--ubatch-size"] == batch
    assert option(argv, "spec-ngram-simple-size-n") == matched
    assert option(argv, "spec-ngram-simple-size-m") == drafted


def test_saved_slots_are_for_the_user_alone(start: Start, told: Told, tmp_path: Path) -> None:
    assert start(states=tmp_path / "states").base_url
    assert option(told()["argv"], "slot-save-path") == f"{tmp_path / 'states'}/"
    assert told()["umask"] == 0o077


def test_without_speculation_nothing_is_said_of_it(start: Start, told: Told) -> None:
    assert start(speculation=False).base_url
    assert not [part for part in told()["argv"] if part.startswith("--spec")]


def test_an_adapter_is_given_to_the_compiled_server(start: Start, told: Told, tmp_path: Path) -> None:
    engine = start(adapter=tmp_path / "judge.gguf")
    assert engine.base_url
    assert option(told()["argv"], "lora") == str(tmp_path / "judge.gguf")
    engine.stop()
    assert start().base_url
    assert "--lora" not in told()["argv"]


@pytest.mark.parametrize("adapter", [Path("judge.gguf"), None])
def test_an_adapter_is_given_to_the_prebuilt_engine(adapter: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parameters are the engine's own, only that nothing is loaded with them."""
    xllamacpp = pytest.importorskip("xllamacpp")
    given: list[Any] = []

    class Server:
        listening_address = "http://127.0.0.1:4321"

        def __init__(self, params: Any) -> None:
            given.append(params)

    monkeypatch.setattr(xllamacpp, "Server", Server)
    config = EmbeddedEngine(Path("m.gguf"), adapter=adapter)._config
    address, server = process._serve_prebuilt(config)
    assert address == "http://127.0.0.1:4321"
    assert isinstance(server, Server)
    [params] = given
    found = [(lora.path, lora.scale) for lora in params.lora_adapters]
    assert found == ([("judge.gguf", 1.0)] if adapter else [])


def test_however_much_it_logs_it_is_not_held_up(start: Start, told: Told, tmp_path: Path) -> None:
    loud = textwrap.dedent(SERVING).replace(
        "time.sleep(600)", "sys.stderr.write('noise\\n' * 200_000); sys.stderr.flush(); os.mkdir(TOLD + '.logged')"
    )
    assert start(f"{loud}\ntime.sleep(600)").base_url
    wait_until((tmp_path / "told.logged").exists, "the server waits for somebody to read its log")


def test_stopping_ends_the_server_too(start: Start, told: Told) -> None:
    engine = start()
    assert engine.base_url
    engine.stop()
    wait_for_end(told()["pid"])


def test_stopped_while_it_loads_no_server_is_left(start: Start, told: Told, tmp_path: Path) -> None:
    engine = start(SERVING.replace("listening", "still loading"))
    engine.start()
    wait_until((tmp_path / "told").exists, "the server was not started")
    engine.stop()
    wait_for_end(told()["pid"])


def test_when_the_server_dies_the_process_ends(start: Start, told: Told) -> None:
    engine = start()
    assert engine.base_url
    assert engine._process
    os.kill(told()["pid"], signal.SIGKILL)
    assert engine._process.wait(60) != 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_when_the_process_is_killed_the_server_dies(start: Start, told: Told) -> None:
    engine = start()
    assert engine.base_url
    assert engine._process
    engine._process.kill()
    wait_for_end(told()["pid"])


def test_when_the_program_is_killed_process_and_server_die(tmp_path: Path, told: Told, project: Path) -> None:
    program = f"""
        import time
        from pathlib import Path
        from assistant.llm.llamacpp.server import EmbeddedEngine
        engine = EmbeddedEngine(Path("m.gguf"), server=Path({str(server_at(tmp_path))!r}))
        assert engine.base_url
        print(engine._process.pid, flush=True)
        time.sleep(600)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, cwd=project, text=True
    )
    assert parent.stdout
    process = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for_end(process)
    wait_for_end(told()["pid"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            "print('one\\ntwo\\nthree\\nerror: no such model', file=sys.stderr); sys.exit(3)",
            r"llama-server ended with exit code 3: two / three / error: no such model",
        ),
        ("os.kill(os.getpid(), 4)", "llama-server ended with exit code -4"),
        ("os.write(2, b'\\xff\\xfe'); sys.exit(1)", "llama-server ended with exit code 1"),
    ],
)
def test_a_server_that_ends_at_once_is_one_clear_error(start: Start, body: str, reason: str) -> None:
    engine = start(body)
    with pytest.raises(ModelError, match=reason) as caught:
        _ = engine.base_url
    assert "m.gguf: the embedded engine could not load it" in str(caught.value)
    assert "or set ASSISTANT_ENGINE=prebuilt" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["gone", "no program"])
def test_a_server_that_cannot_be_started_is_one_clear_error(start: Start, tmp_path: Path, damage: str) -> None:
    engine = start()
    if damage == "gone":
        (tmp_path / "llama-server").unlink()
    else:
        (tmp_path / "llama-server").write_bytes(b"\x7fELF nonsense")
    with pytest.raises(ModelError, match=r"(FileNotFoundError|OSError): .*llama-server.*ASSISTANT_ENGINE=prebuilt"):
        _ = engine.base_url


def test_a_saved_slot_depends_on_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    engines = [EmbeddedEngine(path, server=server) for server in (None, tmp_path / "a", tmp_path / "b")]
    assert len({engine.identity() for engine in engines}) == 3


def test_a_saved_slot_is_good_wherever_the_engine_lies(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"one")
    found = set()
    for name, content in (("one", "same"), ("two", "same"), ("three", "another")):
        server = tmp_path / name / "llama-server"
        server.parent.mkdir()
        server.write_text(content)
        os.utime(server, (1, 1))
        found.add(EmbeddedEngine(tmp_path / "m.gguf", server=server).identity())
    assert len(found) == 2


def wait_until(happened: Callable[[], bool], otherwise: str) -> None:
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail(otherwise)


def wait_for_end(pid: int) -> None:
    """Returns when the process is gone or a zombie; a process that stays fails the test."""

    def ended() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    for _ in range(200):
        if ended():
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} was left running")
