"""A smoke test: some facts about the two articles, for which the first editions were built.

All of them, in halves: python -m evals run evals/facts --articles seeds
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from evals.datasets.facts import load_cases
from evals.gates import check, load_thresholds
from evals.metrics.aggregate import aggregate
from evals.schema import Run

HERE = Path(__file__).parent


def test_there_are_enough_facts_of_every_kind() -> None:
    """At least 120, 40 of them to be refused, both halves about as large."""
    cases = load_cases(HERE / "facts")
    halves = Counter(case.split for case in cases)
    assert len(cases) >= 120
    assert sum(case.unanswerable for case in cases) >= 40
    assert min(halves.values()) >= 0.35 * len(cases)


def test_the_thresholds_are_met(facts_run: Run) -> None:
    """Every metric is within its limits, and enough could be judged."""
    thresholds = load_thresholds(HERE / "thresholds.toml")["facts"]
    failures = check(aggregate(facts_run.results), thresholds, facts_run.results)
    assert not failures, "\n".join(failures)
