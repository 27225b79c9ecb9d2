"""Measure `assistant quotes`: 30 passages, of which some have quotes whose speaker is not certain; no model is asked.

    python -m evals.quotes [--rows FILE.jsonl]

How names and speech are written is learnt from the passages and the bundles of news together, as from a library.
Precision: of the quotes that are given, those that are right in speaker and words; recall: of those that are to be
given.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from assistant.cli.main import guarded
from assistant.errors import UsageError
from assistant.newsroom.quotes.finder import QuoteFinder
from assistant.schema.articles import Paragraph, Passage
from assistant.settings import PROJECT
from assistant.util.progress import unseen
from assistant.util.validation import Strict
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.datasets.rows import Text, read_rows
from evals.metrics.uncertainty import with_interval

ROWS = PROJECT / "evals" / "newsroom" / "quotes.jsonl"


class Spoken(Strict):
    """A quote that is to be found."""

    speaker: Text
    text: Text


class QuoteRow(Strict):
    """An article of a paragraph or two, and the quotes in it whose speaker is certain."""

    id: Text
    paragraphs: tuple[Text, ...] = Field(min_length=1)
    quotes: tuple[Spoken, ...]


class Measured(Strict):
    """A row, and what was found in it."""

    row: QuoteRow
    found: tuple[Spoken, ...]

    @property
    def right(self) -> int:
        """How many of those found are to be found."""
        return len(set(self.found) & set(self.row.quotes))


def load(path: Path = ROWS) -> list[QuoteRow]:
    """The rows of a JSONL file. Raises `UsageError` with file and line."""
    rows = [row for _, row in read_rows(path, QuoteRow, "name a file of passages")]
    if not rows:
        raise UsageError(f"{path}: holds no passages; add one JSON object a line")
    return rows


def measure(rows: Sequence[QuoteRow]) -> list[Measured]:
    """Each row with what is found in it."""
    others = [
        _passages(f"{bundle.name}/{one.id}", one.paragraphs)
        for bundle in load_bundles(BUNDLES)
        for one in bundle.articles
    ]
    own = [_passages(row.id, row.paragraphs) for row in rows]
    finder = QuoteFinder([*others, *own], len(others) + len(own), (), unseen(""))
    return [
        Measured(row=row, found=tuple(Spoken(speaker=one.speaker, text=one.text) for one in finder.quotes([passages])))
        for row, passages in zip(rows, own, strict=True)
    ]


def report(measured: Sequence[Measured]) -> Iterator[str]:
    """The figures in words, with 95 % intervals, and what is wrong or missing."""
    right = sum(one.right for one in measured)
    for name, total in (
        ("precision", sum(len(one.found) for one in measured)),
        ("recall", sum(len(one.row.quotes) for one in measured)),
    ):
        yield f"{name}: {with_interval(right, total)}"
    for one in measured:
        for told, quotes in (
            ("wrong", set(one.found) - set(one.row.quotes)),
            ("missing", set(one.row.quotes) - set(one.found)),
        ):
            for quote in sorted(quotes, key=lambda quote: quote.text):
                yield f"{one.row.id}, {told}: {quote.speaker}: “{quote.text}”"


def _passages(key: str, paragraphs: Sequence[str]) -> list[Passage]:
    return [
        Passage(Paragraph(f"{key}#p{number}", number, text), key, "", None, None)
        for number, text in enumerate(paragraphs, 1)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    return guarded(lambda: _run(parser.parse_args(arguments)), program="quotes")


def _run(given: argparse.Namespace) -> int:
    print("\n".join(report(measure(load(given.rows)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
