"""The evidence base is opened as the assistant is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ArticleError, UsageError
from assistant.newsroom.evidence.base import open_evidence_base
from assistant.settings import Settings


def test_a_folder_that_is_not_there_is_told_before_the_model_is_joined(tmp_path: Path) -> None:
    waited_for: list[str] = []

    def progress(what: str) -> Any:
        waited_for.append(what)
        return lambda done, total: None

    settings = Settings.load(home=tmp_path / "home", articles=tmp_path / "none", model="m@http://127.0.0.1:9/v1")
    with pytest.raises((ArticleError, UsageError), match="none"), open_evidence_base(settings, progress):
        pass
    assert waited_for == []
