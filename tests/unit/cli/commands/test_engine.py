"""`assistant engine`, with scripts in the place of compiler and server and a file of 20 KB in that of the model."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")

from block_gguf import write_gguf
from build_tools import PYTHON, Tools

from assistant.cli import main
from assistant.llm.llamacpp.model_file import ModelFile, ModelStore

Run = Callable[..., subprocess.CompletedProcess[str]]
SERVER = """\
#!{python}
import http.server, os, sys, time
with open({pids!r}, "a") as file:
    file.write(f"{{os.getpid()}}\\n")
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write({reply!r})
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"main: server is listening on http://127.0.0.1:{{server.server_port}}", file=sys.stderr, flush=True)
server.serve_forever()
"""
NONE = (
    "engine   prebuilt, for every processor; "
    "'assistant engine --build' makes answers about 2.5 times as fast on this processor\n"
)
NONE_IS_FASTER = "engine   prebuilt, for every processor; one compiled for this is no faster\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    tools = Tools(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tools.folder))
    monkeypatch.setattr("sys.executable", str(tools.folder / "python"))
    serve(tools, b'{"content": " Rome."}')
    return tools


def serve(tools: Tools, reply: bytes) -> None:
    script = SERVER.format(python=PYTHON, pids=str(tools.folder / "pids"), reply=reply)
    (tools.folder / "server").write_text(script)


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process; `flags` are the processor's."""
    part = write_gguf(tmp_path / "part01.bin")
    whole = part.read_bytes()
    model = ModelFile("Tiny", "tiny.gguf", len(whole), hashlib.sha256(whole).hexdigest(), 1, "tiny_part", "MIT")
    monkeypatch.setattr(
        "assistant.llm.llamacpp.select.ModelStore", lambda folder: ModelStore(folder, model, lambda _: part)
    )
    monkeypatch.setenv("ASSISTANT_HOME", str(home))

    def run(*arguments: str, flags: tuple[str, ...] = ("avx2", "amx_int8"), **environment: str) -> Any:
        monkeypatch.setattr("assistant.llm.llamacpp.build.processor_flags", lambda: frozenset(flags))
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            code = main.run(["engine", *arguments])
        out, err = capsys.readouterr()
        # What a progress bar has written over is gone from a terminal, and so it is here.
        lines = [line.rsplit("\r", 1)[-1] for line in err.split("\n")]
        return subprocess.CompletedProcess(arguments, code, out, "\n".join(lines))

    return run


def server_in(home: Path) -> Path:
    [server] = (home / "engine").glob("*/llama-server")
    return server


def assert_none_is_built(home: Path) -> None:
    folder = home / "engine"
    assert {path.name for path in folder.iterdir()} <= {"build.lock"} if folder.exists() else True


def assert_failed(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("assistant: ")
    for part in parts:
        assert part in done.stderr


def test_where_none_is_compiled_it_says_so_and_writes_nothing(run: Run, home: Path) -> None:
    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, NONE, "")
    assert run(flags=("avx2",)).stdout == NONE_IS_FASTER
    assert not home.exists()


def test_compiling_with_tiles(run: Run, tools: Tools, home: Path) -> None:
    done = run("--build")
    assert done.returncode == 0
    assert done.stderr == "assistant: the engine is compiled, and in use from now on\n"
    said = [
        "engine   compiled for this processor (AMX)",
        f"file     {server_in(home)}",
        f"weights  {home / 'models' / 'tiny.tiles.gguf'}",
    ]
    assert done.stdout.splitlines() == said
    assert run().stdout == done.stdout
    assert (home / "models" / "tiny.tiles.gguf").is_file()


def test_compiling_without_tiles_rewrites_no_weights(run: Run, tools: Tools, home: Path) -> None:
    done = run("--build", flags=("avx2",))
    assert done.stdout == f"engine   compiled for this processor\nfile     {server_in(home)}\n"
    assert not (home / "models" / "tiny.tiles.gguf").exists()
    assert (home / "models" / "tiny.gguf").is_file()


def test_the_server_that_was_tried_does_not_stay(run: Run, tools: Tools) -> None:
    assert run("--build").returncode == 0
    [pid] = (tools.folder / "pids").read_text().split()
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or ") Z " in state.read_text()


def test_what_is_compiled_is_not_compiled_again_but_its_weights_are_made_again(
    run: Run, tools: Tools, home: Path
) -> None:
    run("--build")
    (home / "models" / "tiny.tiles.gguf").unlink()
    assert run().stdout.splitlines()[-1] == "weights  are written for it at the next question"
    done = run("--build")
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == f"weights  {home / 'models' / 'tiny.tiles.gguf'}"
    assert tools.count("cmake", "--build") == 1


def test_with_the_setting_for_the_prebuilt_one_it_says_which_is_in_use(run: Run, tools: Tools) -> None:
    done = run("--build", ASSISTANT_ENGINE="prebuilt")
    assert done.stderr == "assistant: the engine is compiled; ASSISTANT_ENGINE=prebuilt keeps it unused\n"
    assert done.stdout.splitlines()[-1] == "in use   the prebuilt one, because of ASSISTANT_ENGINE=prebuilt"
    assert "in use" not in run().stdout


def test_removing_leaves_the_model_and_twice_does_no_harm(run: Run, tools: Tools, home: Path) -> None:
    run("--build")
    for _ in range(2):
        done = run("--remove")
        assert (done.returncode, done.stdout, done.stderr) == (0, NONE, "")
        assert_none_is_built(home)
        assert not (home / "models" / "tiny.tiles.gguf").exists()
        assert (home / "models" / "tiny.gguf").is_file()


def test_a_missing_compiler_is_said_before_anything_is_written(run: Run, tools: Tools, home: Path) -> None:
    tools.remove("c++")
    assert_failed(run("--build"), "a C++ compiler is needed to compile the engine", "apt-get install g++ make")
    assert not home.exists()


def test_a_failing_compiler_is_one_line(run: Run, tools: Tools, home: Path) -> None:
    tools.behave(**{"cmake --build": "print('ERROR: \\x1b[31mout of luck'); sys.exit(2)"})
    done = run("--build")
    assert_failed(done, "the engine could not be built: the compiler said: ERROR:", "out of luck")
    assert "\x1b" not in done.stderr
    assert_none_is_built(home)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (b'{"content": " Ottawa."}', "miscounts here: ' Ottawa.' instead of 'Rome'"),
        (b"{}", "miscounts here: '' instead of"),
        (b"no JSON", "does not run here"),
        ("import os; os.kill(os.getpid(), 4)", "does not run here"),
    ],
)
def test_an_engine_that_does_not_answer_is_not_kept(
    run: Run, tools: Tools, home: Path, server: bytes | str, said: str
) -> None:
    if isinstance(server, bytes):
        serve(tools, server)
    else:
        (tools.folder / "server").write_text(f"#!{PYTHON}\n{server}\n")
    assert_failed(run("--build"), f"the engine was compiled but {said}")
    assert_none_is_built(home)
    assert run().stdout == NONE


def test_interrupted_it_says_so_and_leaves_nothing(
    run: Run, tools: Tools, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.cli.commands.engine._try", interrupt)
    done = run("--build")
    assert done.returncode == 130
    assert done.stderr.endswith("assistant: interrupted\n")
    assert_none_is_built(home)


def test_a_home_that_cannot_be_written_to_is_one_line(run: Run, tools: Tools, home: Path) -> None:
    home.write_text("")
    assert_failed(run("--build"), f"model folder {home / 'models'}: Not a directory", "ASSISTANT_HOME")


@pytest.mark.parametrize("arguments", [("--build", "--remove"), ("--nonsense",)])
def test_what_cannot_be_asked(run: Run, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    assert "usage: assistant" in capsys.readouterr().err


def test_an_engine_that_there_is_not(run: Run) -> None:
    done = run(ASSISTANT_ENGINE="fastest")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ASSISTANT_ENGINE='fastest'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_as_json_it_says_the_same(run: Run, tools: Tools, home: Path) -> None:
    none = {"in_use": "prebuilt", "compiled": None, "amx": False, "weights": None}
    assert json.loads(run("--json").stdout) == none
    weights = str(home / "models" / "tiny.tiles.gguf")
    built = json.loads(run("--build", "--json").stdout)
    assert built == {"in_use": "compiled", "compiled": str(server_in(home)), "amx": True, "weights": weights}
    assert json.loads(run("--json", ASSISTANT_ENGINE="prebuilt").stdout) == built | {"in_use": "prebuilt"}
