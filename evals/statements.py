"""Measure `assistant find`: which paragraphs of all bundles as one library are listed for a statement.

    python -m evals.statements [--model MODEL] [--limit N] [--output FILE.json]    # asks the model, minutes

A row names every paragraph that by itself states all of its statement, by the product's id of it in that library:
bundle, article and the paragraph's number in it, "a-19/a1#p8" (`evals.datasets.bundle_cases.paragraph_id`). What is
read with a paragraph (title, outlet, day) counts as of it; a title that states something is no paragraph. As in the
command the nearest passages are judged, and no others. Found: pairs of a statement and a paragraph that states it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import model_validator
from tqdm import tqdm

from assistant.cli.commands.find import MOST
from assistant.cli.main import guarded
from assistant.errors import UsageError
from assistant.newsroom.evidence.base import EvidenceBase
from assistant.newsroom.search.statements import StatementSearch
from assistant.retrieval.context import ArticleContext
from assistant.schema.articles import Article, Passage
from assistant.settings import PROJECT, Settings
from assistant.util.progress import unseen
from assistant.util.validation import Strict
from assistant.verification.reckoning import has_other_figure
from assistant.verification.verifier import STATED
from evals.datasets.bundle_cases import check_articles, read_articles, write_articles
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.datasets.rows import Text, read_rows
from evals.metrics.uncertainty import with_interval
from evals.report.page import write_json

ROWS = PROJECT / "evals" / "newsroom" / "statements.jsonl"


class Kind(StrEnum):
    """What the articles say of a statement; of the last two kinds no paragraph states it."""

    PARAPHRASE = "paraphrase"
    TWICE = "twice"
    CONTRADICTED = "contradicted"
    ABSENT = "absent"


class Why(StrEnum):
    """Why a paragraph that states it is not listed."""

    NOT_NEAR = "not near"
    OTHER_FIGURE = "another figure"
    NOT_STATED = "judged not stated"
    NO_WORDS = "no words to quote"


class StatementRow(Strict):
    """A statement about the news of `bundle`, and the ids of all paragraphs that state it."""

    id: Text
    bundle: Text
    statement: Text
    kind: Kind
    stated_by: tuple[Text, ...]

    @model_validator(mode="after")
    def _is_stated_as_its_kind_says(self) -> StatementRow:
        n = len(set(self.stated_by))
        if n < len(self.stated_by):
            raise ValueError("a paragraph is named twice; name it once")
        right = {Kind.PARAPHRASE: n == 1, Kind.TWICE: n > 1}
        if not right.get(self.kind, n == 0):
            raise ValueError("one paragraph states a paraphrase, more than one what is said twice, none all else")
        return self


@dataclass(frozen=True, slots=True)
class Listed:
    """A paragraph that is listed, with P(it states the statement)."""

    paragraph: str
    stated: float


@dataclass(frozen=True, slots=True)
class Missed:
    """A paragraph that states it and is not listed; `stated` is P(it does) where the judge was asked."""

    paragraph: str
    why: Why
    stated: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A row, how many passages were judged for it, and what came out.

    `judged` as the command counts: with those that a figure tells apart, of which the judge is not asked.
    """

    row: StatementRow
    judged: int
    listed: tuple[Listed, ...]
    missed: tuple[Missed, ...]

    @property
    def wrong(self) -> list[Listed]:
        """What is listed and does not state it."""
        return [one for one in self.listed if one.paragraph not in self.row.stated_by]


def load(path: Path = ROWS) -> list[StatementRow]:
    """The rows of a JSONL file. Raises `UsageError` with file and line."""
    rows = [row for _, row in read_rows(path, StatementRow, "name a file of statements")]
    if not rows:
        raise UsageError(f"{path}: holds no statements; add one JSON object a line")
    return rows


def check_rows(rows: Sequence[StatementRow], articles: Collection[Article]) -> None:
    """Raise `UsageError` where a row names a paragraph that the articles do not have: it could not be found."""
    known = {paragraph.id for article in articles for paragraph in article.paragraphs}
    for row in rows:
        for paragraph in row.stated_by:
            if paragraph not in known:
                raise UsageError(f"statement {row.id!r}: there is no paragraph {paragraph!r}; correct its id")


def measure(base: EvidenceBase, rows: Sequence[StatementRow]) -> Iterator[Measured]:
    """Each row with what `assistant find` lists for it. Raises `ModelError`."""
    search = StatementSearch(base)
    for row in rows:
        near = search.near(row.statement)
        states = search.judge(row.statement, near, len(near), unseen(""))
        listed = tuple(Listed(one.passage.paragraph.id, one.stated) for one in states)
        passages = {passage.paragraph.id: passage for passage in near}
        left = [one for one in row.stated_by if one not in {found.paragraph for found in listed}]
        yield Measured(row, len(near), listed, tuple(_missed(base, row, one, passages.get(one)) for one in left))


def _missed(base: EvidenceBase, row: StatementRow, paragraph: str, passage: Passage | None) -> Missed:
    if passage is None:
        return Missed(paragraph, Why.NOT_NEAR)
    if has_other_figure(row.statement, [passage]):
        return Missed(paragraph, Why.OTHER_FIGURE)
    # The search tells no probability of what it does not list: the judge is asked once more.
    stated = base.judge.stated(row.statement, ArticleContext((passage,), 0))
    return Missed(paragraph, Why.NOT_STATED if stated < STATED else Why.NO_WORDS, stated)


def report(measured: Sequence[Measured]) -> str:
    """The figures in words, with 95 % intervals, and each miss and false listing in a line."""
    wanted = sum(len(one.row.stated_by) for one in measured)
    listed, wrong = sum(len(one.listed) for one in measured), sum(len(one.wrong) for one in measured)
    judged = [one.judged for one in measured]
    lines = [
        f"found: {with_interval(listed - wrong, wanted)}",
        *_found_by_kind(measured),
        f"right of what is listed: {with_interval(listed - wrong, listed)}",
        f"listed wrongly: {wrong}",
        *_wrong_by_kind(measured),
        f"passages judged: {sum(judged):,}, {sum(judged) / max(len(judged), 1):.1f} a statement",
        f"missed: {wanted - listed + wrong}",
    ]
    reasons = Counter(missed.why for one in measured for missed in one.missed)
    lines += [f"  {why}: {reasons[why]}" for why in Why]
    for one in measured:
        lines += [
            f"missed: {one.row.id}: {missed.paragraph}: {missed.why}{_probability(missed.stated)}"
            for missed in one.missed
        ]
    for one in measured:
        lines += [
            f"listed wrongly: {one.row.id} ({one.row.kind}): {found.paragraph}{_probability(found.stated)}"
            for found in one.wrong
        ]
    return "\n".join(lines)


def _of_kind(measured: Sequence[Measured]) -> Iterator[tuple[Kind, list[Measured]]]:
    """The kinds that there are, each with its rows."""
    for kind in Kind:
        if rows := [one for one in measured if one.row.kind is kind]:
            yield kind, rows


def _found_by_kind(measured: Sequence[Measured]) -> list[str]:
    lines = []
    for kind, rows in _of_kind(measured):
        if wanted := sum(len(one.row.stated_by) for one in rows):
            missed = sum(len(one.missed) for one in rows)
            lines.append(f"  {kind}: {with_interval(wanted - missed, wanted)}")
    return lines


def _wrong_by_kind(measured: Sequence[Measured]) -> list[str]:
    return [
        f"  {kind}: {sum(len(one.wrong) for one in rows)},"
        f" for {with_interval(sum(bool(one.wrong) for one in rows), len(rows))} statements"
        for kind, rows in _of_kind(measured)
    ]


def _probability(stated: float | None) -> str:
    return "" if stated is None else f", P {stated:.2f}"


def _record(one: Measured) -> dict[str, Any]:
    return {**asdict(one), "row": one.row.model_dump(mode="json")}


def _ask(rows: Sequence[StatementRow], settings: Settings) -> list[Measured]:
    from assistant.newsroom.evidence.base import open_evidence_base

    bundles = load_bundles(BUNDLES)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        for bundle in bundles:
            write_articles(bundle, folder)
        found = read_articles(folder)
        check_articles(bundles, found)
        check_rows(rows, found.values())
        here = {"articles": folder, "index": str(Path(scratch) / "index.sqlite3")}
        with open_evidence_base(settings.model_copy(update=here), passages=MOST) as (base, _):
            return list(tqdm(measure(base, rows), total=len(rows), unit="statement", file=sys.stderr))


def main(
    arguments: Sequence[str] | None = None, *, ask: Callable[[Sequence[StatementRow], Settings], list[Measured]] = _ask
) -> int:
    """Run from the command line; the exit code. `ask` measures the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="MODEL")
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N statements only")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    return guarded(lambda: _run(parser.parse_args(arguments), ask), program="statements")


def _run(given: argparse.Namespace, ask: Callable[[Sequence[StatementRow], Settings], list[Measured]]) -> int:
    if given.limit is not None and given.limit < 1:
        raise UsageError(f"--limit {given.limit}: give a number from 1 on")
    measured = ask(load(given.rows)[: given.limit], Settings.load(model=given.model))
    if given.output:
        write_json(given.output, {"measured": [_record(one) for one in measured]})
    print(report(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
