"""Changes that were made up: what was said and answered first, and what is said later."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.errors import UsageError
from assistant.schema.articles import Article, Paragraph
from assistant.settings import PROJECT
from assistant.util.validation import Strict
from evals.datasets.rows import Text, read_rows

ROWS = PROJECT / "evals" / "newsroom" / "changes.jsonl"
EARLIER, LATER = date(2024, 3, 1), date(2024, 4, 1)
_OUTLET = "The Skar Post"


class ChangeRow(Strict):
    """A question, what was said and answered first, what is said later, and whether that makes the answer stale."""

    id: Text
    question: Text
    earlier: Text
    answer: Text
    later: Text
    stale: bool


def load(path: Path = ROWS) -> list[ChangeRow]:
    """The rows of a JSONL file. Raises `UsageError` with file and line."""
    rows = [row for _, row in read_rows(path, ChangeRow, "name a file of changes")]
    if not rows:
        raise UsageError(f"{path}: holds no changes; add one JSON object a line")
    return rows


def article_of(key: str, text: str, day: date) -> Article:
    """An article of one paragraph."""
    return Article(key, "News in brief", _OUTLET, day, (Paragraph(f"{key}#p1", 1, text),))
