"""`assistant completion`: what a shell makes of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.cli.main import run

ASKED = r"""
source "$1"
COMP_WORDS=($2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
[[ "$2" == *" " ]] && COMP_WORDS+=("") && COMP_CWORD=$((COMP_CWORD + 1))
complete -p assistant >&2
_shtab_assistant 2>&1; printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def script(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Path:
    assert run(["completion", "bash"]) == 0
    path = tmp_path / "assistant.bash"
    path.write_text(capsys.readouterr().out)
    return path


def completed(script: Path, line: str) -> set[str]:
    done = subprocess.run(
        ["bash", "-c", ASKED, "bash", script, line], capture_output=True, text=True, cwd=script.parent
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_commands_options_choices_and_files_are_completed(script: Path) -> None:
    assert {"ask", "articles", "serve", "mcp", "doctor"} <= completed(script, "assistant ")
    assert completed(script, "assistant arti") == {"articles"}
    assert "--as-of" in completed(script, "assistant ask --as")
    assert completed(script, "assistant ask --read ") == {"auto", "apart", "together"}
    assert completed(script, "assistant feedback list --verdict ") == {"up", "down"}
    (script.parent / "questions.jsonl").touch()
    assert "questions.jsonl" in completed(script, "assistant ask --questions que")
    (script.parent / "archive").mkdir()
    assert completed(script, "assistant ask --articles a") == {"archive"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_every_shells_script_is_made_and_parses(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["completion", shell]) == 0
    made = capsys.readouterr().out
    assert "as-of" in made
    if program := shutil.which(shell):
        (tmp_path / "script").write_text(made)
        assert subprocess.run([program, "-n", tmp_path / "script"]).returncode == 0
