"""What `scripts/setup` does about the engine, with scripts in the place of Python, apt-get and the command."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

NEEDED = ("bash", "cat", "cmp", "cp", "dirname", "grep", "touch")
HINT = "setup: 'make engine' makes answers about 2.5 times as fast (four minutes, once)"
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
    for kind in ("dev", "local"):
        (tmp_path / "requirements" / f"{kind}.txt").touch()
        (tmp_path / ".venv" / f"{kind}.installed").touch()
    for name in NEEDED:
        found = shutil.which(name)
        assert found, name
        (tmp_path / "bin" / name).symlink_to(found)
    script(tmp_path / "bin" / "python3", "exit 0")
    script(tmp_path / "bin" / "chromium", "exit 0")
    script(tmp_path / "bin" / "id", "echo ${WHO:-1000}")
    script(tmp_path / "bin" / "apt-get", f'echo "$@" >> {tmp_path}/apt; exit ${{APT:-0}}')
    script(tmp_path / ".venv" / "bin" / "python", "exit 0")
    script(
        tmp_path / ".venv" / "bin" / "assistant",
        f"""
        echo "$@" >> {tmp_path}/asked
        if [ "$2" = --build ]; then
            [ -z "$FAILS" ] || {{ echo 'assistant: out of luck' >&2; exit 1; }}
            touch {tmp_path}/built
        fi
        if [ -e {tmp_path}/built ]; then echo 'engine   compiled for it'; else echo 'engine   prebuilt, for all'; fi
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


def tools(root: Path) -> None:
    for name in ("g++", "make", "cmake"):
        script(root / "bin" / name, "exit 0")


def test_for_developers_the_engine_is_compiled_once(setup: Setup, root: Path) -> None:
    tools(root)
    for _ in range(2):
        done = setup("dev")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert done.stdout.endswith("setup: ready\n")
    assert asked(root).count("engine --build") == 1
    assert not (root / "apt").exists()
    assert (root / ".venv" / "dev.stamp").exists()


def test_where_it_cannot_be_compiled_it_goes_on_and_says_so(setup: Setup, root: Path) -> None:
    tools(root)
    done = setup("dev", FAILS="yes")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "assistant: out of luck",
        "setup: no engine was compiled; going on with the prebuilt one",
    ]
    assert (root / ".venv" / "dev.stamp").exists()


@pytest.mark.parametrize("apt", ["0", "100"])
def test_as_root_missing_tools_are_installed_first(setup: Setup, root: Path, apt: str) -> None:
    script(root / "bin" / "make", "exit 0")
    assert setup("dev", WHO="0", APT=apt).returncode == 0
    assert ("install -y -qq g++ cmake" in (root / "apt").read_text()) == (apt == "0")
    assert "engine --build" in asked(root)


@pytest.mark.parametrize("other", ["c++", "clang++"])
def test_any_compiler_will_do(setup: Setup, root: Path, other: str) -> None:
    tools(root)
    (root / "bin" / "g++").rename(root / "bin" / other)
    setup("dev", WHO="0")
    assert not (root / "apt").exists()


def test_others_than_root_install_nothing(setup: Setup, root: Path) -> None:
    assert setup("dev").returncode == 0
    assert not (root / "apt").exists()


def test_for_users_it_is_only_named_and_only_while_there_is_none(setup: Setup, root: Path) -> None:
    done = setup("local")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-2:] == [HINT, "setup: ready"]
    assert "engine --build" not in asked(root)
    assert (root / ".venv" / "local.stamp").exists()
    (root / "built").touch()
    assert HINT not in setup("local").stdout
