"""Measure the judge alone: no retrieval, no writing, only its probabilities beside what is so.

    python -m evals.judgements [--bundles DIR] [--only answered,stated,right,contradictions] [--every N]
        [--model MODEL] [--threshold P] [--output FILE.json]

The file holds every probability with its label, so that thresholds can be chosen afterwards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from assistant.cli.main import guarded
from assistant.errors import UsageError
from assistant.settings import Settings
from assistant.verification.verifier import SURELY_STATED
from evals.datasets.news import BUNDLES
from evals.judgements.items import TASKS
from evals.judgements.measure import Judge, asks_of, judge_all, judgement_tables, open_judge, record_of
from evals.report.page import write_json


def main(
    arguments: Sequence[str] | None = None, open_judge: Callable[[Settings], AbstractContextManager[Judge]] = open_judge
) -> int:
    """Run from the command line; the exit code. `open_judge` opens what is measured: the product's judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundles", type=Path, default=BUNDLES, metavar="DIR")
    parser.add_argument("--only", default=",".join(TASKS), metavar="TASK,…", help=f"some of {', '.join(TASKS)}")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th judgement")
    parser.add_argument("--model", metavar="MODEL")
    parser.add_argument("--threshold", type=float, metavar="P", help="from where a sentence passes; the product's")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    return guarded(lambda: _run(parser.parse_args(arguments), open_judge), program="judgements")


def _run(given: argparse.Namespace, open_judge: Callable[[Settings], AbstractContextManager[Judge]]) -> int:
    settings = Settings.load(model=given.model)
    threshold = SURELY_STATED if given.threshold is None else given.threshold
    asks = asks_of(given.bundles, _tasks(given.only), given.every)
    with open_judge(settings) as judge:
        rows = judge_all(judge, asks)
    if given.output:
        write_json(given.output, record_of(rows, settings, threshold))
    print(judgement_tables(rows, threshold))
    return 0


def _tasks(only: str) -> list[str]:
    tasks = [task.strip() for task in only.split(",") if task.strip()]
    unknown = [task for task in tasks if task not in TASKS]
    if unknown or not tasks:
        raise UsageError(f"--only {only}: choose some of {', '.join(TASKS)}")
    return tasks


if __name__ == "__main__":
    sys.exit(main())
