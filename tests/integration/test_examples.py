"""The scripts in examples/ run as they are, on a model that answers by rule."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_model import ScriptedModel

TOLD = {
    "llama_index_adapters.py": ["two joint statements", "[1]", "“", "2023-03-22", "'hit_rate': 1.0", "faithful"],
    "ask.py": ["two joint statements", "“", "2023-03-22", "(refused)"],
    "own_articles.py": ["2024-05-02  The Courier  A new library", "opened a new library"],
    "own_facts.py": ["two joint statements", "do not say", ": 1.0 of 1"],
}


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    served = ScriptedModel()
    yield served
    served.close()


def test_every_example_is_tested(project: Path) -> None:
    assert {path.name for path in (project / "examples").glob("*.py")} == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_an_example_runs(project: Path, tmp_path: Path, assistant_home: Path, model: ScriptedModel, name: str) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ASSISTANT_")}
    done = subprocess.run(
        [sys.executable, project / "examples" / name],
        cwd=tmp_path,
        env=clean
        | {
            "PYTHONPATH": str(project),
            "ASSISTANT_HOME": str(assistant_home),
            "ASSISTANT_MODEL": model.name,
            "ASSISTANT_READ": "apart",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for part in TOLD[name]:
        assert part in done.stdout
