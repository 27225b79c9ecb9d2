"""The work grows with the text and not with its square: a hostile text four times as long takes far below 16 times."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from assistant.errors import ArticleError
from assistant.ingest.boilerplate import is_furniture
from assistant.ingest.readers.fields import story_of
from assistant.ingest.readers.rtf import without_hidden
from assistant.ingest.readers.text import read_articles


def row(text: str) -> object:
    return story_of({"title": "T", "text": f"It rose.{text}"}, "1", "a.json")


def file(text: str) -> object:
    return list(read_articles(f"{text}\n\nIt rose.", article_id="a", path="a.md"))


def seconds(work: Callable[[str], object], text: str) -> float:
    """The least of three, so that another program's turn does not count."""
    taken = []
    for _ in range(3):
        begin = time.process_time()
        with contextlib.suppress(ArticleError):
            work(text)
        taken.append(time.process_time() - begin)
    return min(taken)


@pytest.mark.parametrize(
    ("work", "piece"),
    [
        (row, " "), (row, "\n"), (row, "\u00a0"), (row, "[+1 chars] "), (row, "<a "), (row, "<p"),
        (file, "<!--"), (file, "{{<"), (file, "![a]("), (file, "[a"), (file, "=" * 12 + "\n"), (file, "a:\n"),
        (file, "Document A\n \n"), (file, "# "), (file, "\x0c"), (file, "- \n"), (is_furniture, "Photo: A "),
        (without_hidden, "\\v a"), (without_hidden, "{\\v"), (without_hidden, "\\v}"), (without_hidden, "\\v\\bin9"),
    ],
)  # fmt: skip
def test_hostile_texts(work: Callable[[str], object], piece: str) -> None:
    sizes = [seconds(work, piece * (length // len(piece))) for length in (4_000, 16_000, 64_000)]
    # Cubic work grows 64 times at each step, quadratic 16 times; what is over at once is not measured.
    assert all(after < 0.05 or after < 10 * before for before, after in pairwise(sizes)), sizes
