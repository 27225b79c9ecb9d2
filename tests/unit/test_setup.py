"""What `scripts/setup` says of browser and engine, with scripts in the place of Python, apt-get and the command."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli import main

NEEDED = ("bash", "cat", "cmp", "cp", "dirname", "grep", "touch")
HINT = "setup: 'make engine' makes answers about {} times as fast on this processor (four minutes, once)"
Setup = Callable[..., subprocess.CompletedProcess[str]]


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def root(project: Path, tmp_path: Path) -> Path:
    """A checkout in which everything is installed but the engine; `bin` is all of PATH."""
    for folder in ("scripts", "requirements", ".venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(project / "scripts" / "setup", tmp_path / "scripts")
    (tmp_path / "requirements" / "build.txt").touch()
    for kind in ("dev", "local"):
        (tmp_path / "requirements" / f"{kind}.txt").touch()
        (tmp_path / ".venv" / f"{kind}.installed").touch()
    for name in NEEDED:
        found = shutil.which(name)
        assert found, name
        (tmp_path / "bin" / name).symlink_to(found)
    script(tmp_path / "bin" / "python3", "exit 0")
    script(tmp_path / "bin" / "chromium", "exit 0")
    script(tmp_path / "bin" / "id", "echo 0")
    script(tmp_path / "bin" / "apt-get", f'echo "$@" >> {tmp_path}/apt; exit ${{APT:-0}}')
    script(tmp_path / ".venv" / "bin" / "python", "exit 0")
    script(
        tmp_path / ".venv" / "bin" / "assistant",
        f"""
        echo "$@" >> {tmp_path}/asked
        if [ -e {tmp_path}/built ]; then echo 'engine   compiled for it'; else echo "${{TOLD:-engine   prebuilt}}"; fi
        """,
    )
    return tmp_path


@pytest.fixture
def setup(root: Path) -> Setup:
    def run(kind: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [root / "scripts" / "setup", kind],
            env={"PATH": str(root / "bin"), **environment},
            capture_output=True,
            text=True,
        )

    return run


def asked(root: Path) -> list[str]:
    return (root / "asked").read_text().splitlines()


def test_with_everything_there_nothing_is_said(setup: Setup, root: Path) -> None:
    (root / "built").touch()
    done = setup("dev")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("setup: ready\n")
    assert (root / ".venv" / "dev.stamp").exists()


def test_what_tests_need_is_named_and_neither_installed_nor_compiled_even_as_root(setup: Setup, root: Path) -> None:
    (root / "bin" / "chromium").unlink()
    done = setup("dev")
    assert done.returncode == 0
    for part in ("apt-get install chromium", "make engine", "apt-get install g++ make"):
        assert part in done.stderr
    assert not (root / "apt").exists()
    assert set(asked(root)) == {"engine"}


@pytest.mark.parametrize("compiler", ["g++", "c++", "clang++"])
@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_any_compiler_and_any_browser_will_do(setup: Setup, root: Path, compiler: str, browser: str) -> None:
    (root / "bin" / "chromium").rename(root / "bin" / browser)
    for name in ("make", compiler):
        script(root / "bin" / name, "exit 0")
    [line] = setup("dev").stderr.splitlines()
    assert "make engine" in line


@pytest.mark.parametrize(("flags", "gain"), [("amx_int8", "2.5"), ("avx512_vnni", "1.2"), ("avx_vnni", None)])
def test_compiling_is_recommended_only_where_it_pays(
    setup: Setup,
    root: Path,
    tmp_path: Path,
    flags: str,
    gain: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("assistant.llm.llamacpp.build.processor_flags", lambda: frozenset({"avx2", flags}))
    main.run(["engine"])
    told = capsys.readouterr().out
    said = setup("local", TOLD=told).stdout
    assert said.splitlines() == [*([HINT.format(gain)] if gain else []), "setup: ready"]
    (root / "built").touch()
    assert "make engine" not in setup("local", TOLD=told).stdout
    assert (root / ".venv" / "local.stamp").exists()
