"""`assistant ask` with a model that answers by rule: a follow-up, and links on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel

QUESTION = "What did Xi and Putin sign?"


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    served = ScriptedModel()
    yield served
    served.close()


def test_a_follow_up_is_asked_with_what_was_said_before(run_assistant: Any, model: ScriptedModel) -> None:
    options = ("--articles", "seeds", "--model", model.name, "--read", "apart")
    first = run_assistant("ask", QUESTION, *options)
    assert "two joint statements" in first.stdout, first.stderr
    model.asked.clear()
    done = run_assistant("ask", "--continue", "When did Xi visit Moscow?", *options)
    assert done.returncode == 0, done.stderr
    (rewriting,) = [prompt for prompt in model.asked if prompt.startswith("Rewrite the follow-up question")]
    assert QUESTION in rewriting
    assert "two joint statements" in rewriting
    model.asked.clear()
    run_assistant("ask", QUESTION, *options)
    assert not any(prompt.startswith("Rewrite") for prompt in model.asked)


def test_on_a_terminal_the_sources_are_links_to_their_files(
    project: Path, seeds: Path, assistant_home: Path, model: ScriptedModel
) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "assistant", "ask", QUESTION),
            *("--articles", "seeds", "--model", model.name, "--read", "apart"),
        ],
        cwd=project,
        env=clean | {"ASSISTANT_HOME": str(assistant_home), "PYTHONPATH": str(project)},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the terminal's other side is closed
        pass
    finally:
        os.close(ours)
    assert process.wait(60) == 0
    linked = [file for file in seeds.iterdir() if f";{file.resolve().as_uri()}\x1b\\[1] ".encode() in shown]
    assert len(linked) == 1
