"""Measure `assistant sources`: of how many cases the number of outlets and of independent sources is right.

    python -m evals.independence [--rows FILE.jsonl]

The reports of a case are written as files and read as any others. All of them are taken to state the same: no
language model is asked.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from assistant.cli.main import guarded
from assistant.errors import UsageError
from assistant.newsroom.provenance.independence import Carriage, group
from assistant.settings import PROJECT
from assistant.util.validation import Strict
from evals.datasets.bundle_cases import read_articles
from evals.datasets.rows import Text, read_rows
from evals.metrics.uncertainty import with_interval

ROWS = PROJECT / "evals" / "newsroom" / "independence.jsonl"


class Report(Strict):
    """One outlet's report."""

    title: Text
    source: Text
    published: date
    paragraphs: tuple[Text, ...] = Field(min_length=1)


class IndependenceCase(Strict):
    """Reports of one statement: how many outlets carry it, and from how many sources they have it."""

    id: Text
    kind: Text
    outlets: int = Field(ge=1)
    independent: int = Field(ge=1)
    articles: tuple[Report, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, and what was found of it."""

    case: IndependenceCase
    found: Carriage

    @property
    def is_right(self) -> bool:
        """Whether both numbers are."""
        return (self.found.outlets, self.found.independent) == (self.case.outlets, self.case.independent)


def load(path: Path = ROWS) -> list[IndependenceCase]:
    """The cases of a JSONL file. Raises `UsageError` with file and line."""
    cases = [case for _, case in read_rows(path, IndependenceCase, "name a file of cases")]
    if not cases:
        raise UsageError(f"{path}: holds no cases; add one JSON object a line")
    return cases


def measure(case: IndependenceCase) -> Judged:
    """What is found of a case. Raises `ArticleError`."""
    with tempfile.TemporaryDirectory() as folder:
        for number, report in enumerate(case.articles, start=1):
            path = Path(folder) / f"{number}.json"
            path.write_text(json.dumps(report.model_dump(mode="json"), ensure_ascii=False), encoding="utf-8")
        articles = read_articles(Path(folder))
    return Judged(case, group([articles[str(number)] for number in range(1, len(case.articles) + 1)]))


def report(judged: Sequence[Judged]) -> str:
    """The figures in words, with a 95 % interval, by kind, and what went wrong."""
    right = sum(one.is_right for one in judged)
    lines = [f"right: {with_interval(right, len(judged))}"]
    kinds = Counter(one.case.kind for one in judged)
    for kind, n in kinds.items():
        lines.append(f"  {kind}: {sum(one.is_right for one in judged if one.case.kind == kind)} of {n}")
    for one in judged:
        if not one.is_right:
            wanted = f"{one.case.outlets} outlets, {one.case.independent} independent"
            lines.append(f"wrong: {one.case.id}: {one.found.outlets}, {one.found.independent}; it is {wanted}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    return guarded(lambda: _run(parser.parse_args(arguments)), program="independence")


def _run(given: argparse.Namespace) -> int:
    print(report([measure(case) for case in load(given.rows)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
