"""What is installed from the package: one top-level name, with prompts, adapter and vocabulary in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCES = ("assistant", "prompts", "evals", "bench", "pyproject.toml", "setup.py", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel holds, built from a copy: a build leaves files beside its sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = project / name
        if source.is_dir():
            shutil.copytree(source, folder / "copy" / name, ignore=shutil.ignore_patterns("__pycache__", "results"))
        else:
            shutil.copy(source, folder / "copy" / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*build, "-w", folder, "."], cwd=folder / "copy", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_one_name_is_installed(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert names == {"assistant"}


def test_every_prompt_is_installed_as_it_is(project: Path, installed: Path) -> None:
    def prompts(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.md")}

    assert prompts(project / "prompts")
    assert prompts(installed / "assistant" / "prompts") == prompts(project / "prompts")


def test_it_reads_articles_and_finds_its_own_files(installed: Path, seeds: Path, tmp_path: Path) -> None:
    code = """
import assistant
from assistant.embeddings.minilm import MiniLM
from assistant.llm.llamacpp.select import ADAPTER
from assistant.settings import Settings
print(assistant.__file__, Settings.load().prompts, ADAPTER.is_file(), len(MiniLM().get_text_embedding("news")))
"""
    environment = {"PYTHONPATH": str(installed), "ASSISTANT_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    package = installed / "assistant"
    assert done.stdout.split() == [f"{package}/__init__.py", f"{package}/prompts", "True", "384"]
    listed = subprocess.run(
        [sys.executable, "-m", "assistant", "articles", "--articles", seeds],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert listed.returncode == 0, listed.stderr
    assert "2023-03-22" in listed.stdout
