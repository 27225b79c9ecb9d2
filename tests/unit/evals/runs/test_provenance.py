"""Provenance: enough to repeat a run, nothing secret, and no need of git."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from secret_options import KEPT_OPTIONS, SECRET_OPTIONS

from assistant.settings import Settings
from assistant.util.processor import core_count
from evals.runs.provenance import (
    DEPENDENCIES,
    PACKAGE,
    Revision,
    git_revision,
    hash_cases,
    provenance,
)
from evals.schema import Case

CASES = [
    Case("a", "Who?", "plain", answers=(("Xi",),), gold=(("x#p1",),)),
    Case("b", "When?", "date", unanswerable=True),
]


def made(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": "embedded",
        "model_sha256": "cc32",
        "prompts_sha256": "ab12",
        "settings": {"passages": 5},
        "cases": CASES,
        "started": datetime(2026, 11, 22, 1, 30, tzinfo=timezone(timedelta(hours=2))),
        "duration": 12.345,
        **changes,
    }
    return provenance(**arguments)


def test_it_says_what_the_run_was_made_with() -> None:
    found = made(revision=Revision("0f" * 20, True))
    assert found["date"] == "2026-11-21T23:30:00+00:00"
    assert found["duration_seconds"] == 12.3
    assert found["model"] == {"name": "embedded", "sha256": "cc32"}
    assert found["git"] == {"commit": "0f" * 20, "dirty": True}
    assert found["data"] == {"cases": 2, "sha256": hash_cases(CASES)}
    assert found["versions"]["numpy"][0].isdigit()
    assert set(found["versions"]) == {PACKAGE, *DEPENDENCIES}
    assert found["cores"] == core_count()
    assert json.loads(json.dumps(found)) == found


def test_no_key_is_written() -> None:
    settings = Settings(
        api_key=SecretStr("letmein"), model="gpt@https://me:letmein@host/v1?any=letmein", model_options=SECRET_OPTIONS
    )
    found = made(settings=settings, model=settings.model)
    assert found["settings"]["model_options"] == KEPT_OPTIONS
    text = json.dumps(found)
    assert "letmein" not in text
    assert "*****" not in text
    assert '"gpt@https://host/v1"' in text


def test_the_data_hash_follows_the_facts_and_not_their_order() -> None:
    assert hash_cases(CASES) == hash_cases(CASES[::-1])
    changed: list[Callable[[Case], Case]] = [
        lambda case: replace(case, question="Who else?"),
        lambda case: replace(case, answers=(("Putin",),)),
        lambda case: replace(case, gold=(("x#p2",),)),
    ]
    for change in changed:
        assert hash_cases([change(CASES[0]), CASES[1]]) != hash_cases(CASES)
    assert hash_cases(CASES[:1]) != hash_cases(CASES)


def test_without_git_the_revision_is_unknown(tmp_path: Path) -> None:
    assert git_revision(tmp_path, git="no-such-git-program") == Revision(None, None)


@pytest.mark.parametrize(("status", "dirty"), [("", False), (" M evals/report/page.py", True)])
def test_a_changed_file_makes_the_revision_dirty(tmp_path: Path, status: str, dirty: bool) -> None:
    assert git_revision(tmp_path, git=_fake_git(tmp_path, status)) == Revision("0abc", dirty)


def test_outside_a_repository_the_revision_is_unknown(tmp_path: Path) -> None:
    assert git_revision(tmp_path, git=_fake_git(tmp_path, "", code=128)) == Revision(None, None)


def _fake_git(folder: Path, status: str, code: int = 0) -> str:
    script = folder / "git"
    script.write_text(f'#!/bin/sh\ncase "$3" in rev-parse) echo 0abc;; status) echo "{status}";; esac\nexit {code}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)
