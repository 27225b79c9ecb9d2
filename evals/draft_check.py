"""Measure `assistant check`: sentences over all bundles as one library, and fit its thresholds.

    python -m evals.draft_check [--model MODEL] [--output FILE.json]    # asks the model, a few minutes
    python -m evals.draft_check --signals FILE.json                     # fits anew what was written before

Balanced accuracy is the mean of the three kinds' recalls. Each bundle's sentences are decided with thresholds
fitted without that bundle's fold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator
from tqdm import tqdm

from assistant.cli.main import guarded
from assistant.errors import UsageError
from assistant.newsroom.drafts.check import THRESHOLDS, DraftChecker, Signals, Thresholds, Verdict, decide, overall
from assistant.newsroom.drafts.sentences import DraftedSentence
from assistant.settings import PROJECT, Settings
from assistant.util.validation import Strict, fault
from evals.datasets.bundle_cases import write_articles
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.datasets.rows import Text, read_rows
from evals.metrics.uncertainty import with_interval
from evals.report.page import write_json

ROWS = PROJECT / "evals" / "newsroom" / "draft_check.jsonl"
_FOLDS = 5
_GRID = {
    "stated": (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "answered": (0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "near": (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7),
}


class DraftRow(Strict):
    """A sentence, what the articles of `bundle` say of it, and their words that say so; none where they do not."""

    id: Text
    bundle: Text
    sentence: Text
    label: Verdict
    quote: Text | None

    @model_validator(mode="after")
    def _quotes_what_is_there(self) -> DraftRow:
        if (self.quote is None) != (self.label is Verdict.NOT_STATED):
            raise ValueError("a quote goes with what is stated or stated otherwise, and with nothing else")
        return self


class Measured(Strict):
    """A row, and the signals of each article that was read for it."""

    row: DraftRow
    signals: tuple[Signals, ...]


class _Run(Strict):
    measured: tuple[Measured, ...]


def load(path: Path = ROWS) -> list[DraftRow]:
    """The rows of a JSONL file. Raises `UsageError` with file and line."""
    rows = [row for _, row in read_rows(path, DraftRow, "name a file of sentences")]
    if not rows:
        raise UsageError(f"{path}: holds no sentences; add one JSON object a line")
    return rows


def measure(checker: DraftChecker, rows: Sequence[DraftRow]) -> Iterator[Measured]:
    """Each row with its signals. Raises `ModelError`."""
    for row in rows:
        yield Measured(row=row, signals=tuple(one.signals for one in checker.read(DraftedSentence(row.sentence, 1))))


def recalls(measured: Sequence[Measured], at: Callable[[Measured], Thresholds]) -> dict[Verdict, tuple[int, int]]:
    """(decided rightly, how many) of each kind."""
    found = dict.fromkeys(Verdict, (0, 0))
    for one in measured:
        right, n = found[one.row.label]
        decided = overall(decide(signals, at(one)) for signals in one.signals)
        found[one.row.label] = (right + (decided is one.row.label), n + 1)
    return found


def balanced(counts: Mapping[Verdict, tuple[int, int]]) -> float:
    """The mean recall of the kinds that there are, in [0, 1]."""
    shares = [right / n for right, n in counts.values() if n]
    return sum(shares) / len(shares)


def fit(measured: Sequence[Measured]) -> Thresholds:
    """The best of a grid by balanced accuracy; of several that are equally good the middle one in the grid's order."""
    grid = [Thresholds(*values) for values in product(*_GRID.values())]
    scores = [balanced(recalls(measured, partial(_same, at))) for at in grid]
    best = [at for at, score in zip(grid, scores, strict=True) if score == max(scores)]
    return best[len(best) // 2]


def _same(at: Thresholds, _one: Measured) -> Thresholds:
    return at


def cross_validated(measured: Sequence[Measured]) -> dict[Verdict, tuple[int, int]]:
    """As `recalls`, each bundle with thresholds that were fitted without its fold."""
    bundles = sorted({one.row.bundle for one in measured})
    if len(bundles) < 2:
        raise UsageError("to fit and to measure takes sentences over two bundles at least")
    folds = {name: place % _FOLDS for place, name in enumerate(bundles)}
    fitted = {
        fold: fit([one for one in measured if folds[one.row.bundle] != fold]) for fold in sorted(set(folds.values()))
    }
    return recalls(measured, lambda one: fitted[folds[one.row.bundle]])


def report(measured: Sequence[Measured]) -> str:
    """The figures in words, with 95 % intervals of each recall."""
    as_it_is = recalls(measured, lambda _one: THRESHOLDS)
    lines = [_told(f"as it is ({THRESHOLDS})", as_it_is), _told("cross-validated", cross_validated(measured))]
    return "\n".join([*lines, f"fitted on all: {fit(measured)}"])


def _told(name: str, counts: Mapping[Verdict, tuple[int, int]]) -> str:
    parts = []
    for verdict, (right, n) in counts.items():
        if n:
            parts.append(f"  {verdict}: {with_interval(right, n)}")
    total = sum(n for _, n in counts.values())
    return "\n".join([f"{name}: balanced accuracy {balanced(counts):.3f}, n {total}", *parts])


def _record(one: Measured) -> dict[str, Any]:
    return {"row": one.row.model_dump(mode="json"), "signals": [asdict(signals) for signals in one.signals]}


def _read(path: Path) -> list[Measured]:
    try:
        return list(_Run.model_validate_json(path.read_bytes()).measured)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name what --output wrote") from error
    except ValidationError as error:
        raise UsageError(f"{path}: {fault(error)}; name what --output wrote") from error


def _ask(rows: Sequence[DraftRow], settings: Settings) -> list[Measured]:
    from assistant.newsroom.evidence.base import open_evidence_base

    with tempfile.TemporaryDirectory() as folder:
        for bundle in load_bundles(BUNDLES):
            write_articles(bundle, Path(folder))
        with open_evidence_base(settings.model_copy(update={"articles": Path(folder), "index": None})) as (base, _):
            return list(tqdm(measure(DraftChecker(base), rows), total=len(rows), unit="sentence", file=sys.stderr))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="MODEL")
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    parser.add_argument("--signals", type=Path, metavar="FILE.json", help="what --output wrote; no model is asked")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    return guarded(lambda: _run(parser.parse_args(arguments)), program="draft_check")


def _run(given: argparse.Namespace) -> int:
    measured = _read(given.signals) if given.signals else _ask(load(given.rows), Settings.load(model=given.model))
    if given.output:
        write_json(given.output, {"measured": [_record(one) for one in measured]})
    print(report(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
