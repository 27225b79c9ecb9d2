"""A server and a way to run a command that several integration tests share."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from milvus_server import free_port, start_milvus

FORK = multiprocessing.get_context("fork")


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus server."""
    if importlib.util.find_spec("milvus_lite") is None:
        pytest.skip("milvus-lite is not installed (it is part of the dev requirements)")
    port = free_port()
    process = start_milvus(tmp_path_factory.mktemp("milvus"), port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


@pytest.fixture
def assistant(tmp_path: Path, assistant_home: Path, project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_assistant` in a process that is forked: it need not import everything first."""
    import assistant.library.open  # noqa: F401
    from assistant.cli.main import run

    def child(arguments: list[str], environment: dict[str, str]) -> None:
        for handle, name in enumerate(("in", "out", "err")):
            os.dup2(os.open(tmp_path / name, os.O_RDWR if handle == 0 else os.O_WRONLY | os.O_TRUNC), handle)
        os.environ.update({"ASSISTANT_HOME": str(assistant_home), **environment})
        os.chdir(project)
        sys.stdin, sys.stdout, sys.stderr = (open(n, mode) for n, mode in ((0, "r"), (1, "w"), (2, "w")))  # noqa: PTH123, SIM115
        code: object = 1
        try:
            code = run(arguments)
        except SystemExit as left:
            code = left.code
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 1)

    def fork(*arguments: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "in").write_text(stdin)
        for name in ("out", "err"):
            (tmp_path / name).write_text("")
        process = FORK.Process(target=child, args=([str(argument) for argument in arguments], environment))
        process.start()
        process.join(120)
        assert process.exitcode is not None
        # In bytes: as text the returns that a progress bar writes would be ends of lines.
        errors = [line.rsplit("\r", 1)[-1] for line in (tmp_path / "err").read_bytes().decode().split("\n")]
        output = (tmp_path / "out").read_text()
        return subprocess.CompletedProcess(arguments, process.exitcode, output, "\n".join(errors))

    return fork
