"""Measure `assistant check-answers` and `assistant watch-questions` on changes that were made up.

    python -m evals.changes [--model MODEL]     # asks the model: are the changes told, and nothing else?
    python -m evals.changes --near              # asks none: which articles would it be asked about?

Each row of the file is a question, its answer by an earlier paragraph, and a later paragraph, which says otherwise
(`stale`) or does not. It is a library of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from assistant.api import Assistant
from assistant.cli.main import guarded
from assistant.library.index import ArticleIndex
from assistant.llm.open import open_model
from assistant.settings import Settings
from evals.changes.measure import Told, measure, report
from evals.changes.nearness import nearness
from evals.changes.rows import ROWS, ChangeRow, load
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.metrics.uncertainty import with_interval


def _ask(rows: Sequence[ChangeRow], settings: Settings) -> list[Told]:
    from assistant.library.open import open_embedder

    embedder = open_embedder(settings)
    model = open_model(settings)

    def opened(folder: Path) -> Assistant:
        return Assistant(ArticleIndex(folder / "index.sqlite3", embedder), model, settings)

    try:
        model.start()
        return list(tqdm(measure(rows, opened), total=len(rows), unit="change", file=sys.stderr))
    finally:
        model.close()


def _near(rows: Sequence[ChangeRow], settings: Settings) -> str:
    from assistant.library.open import open_embedder

    found = nearness(rows, load_bundles(BUNDLES), open_embedder(settings))
    planted = sum(row.stale for row in rows)
    missed = f" ({', '.join(found.missed)})" if found.missed else ""
    answering, others = with_interval(*found.answering), with_interval(*found.others)
    return (
        f"come near: articles that answer {answering}, of other bundles {others}\n"
        f"of {planted} later paragraphs that say otherwise {len(found.missed)} do not{missed}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="MODEL")
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    parser.add_argument("--near", action="store_true", help="which articles the model would be asked about")
    return guarded(lambda: _run(parser.parse_args(arguments)), program="changes")


def _run(given: argparse.Namespace) -> int:
    rows, settings = load(given.rows), Settings.load(model=given.model)
    print(_near(rows, settings) if given.near else report(_ask(rows, settings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
