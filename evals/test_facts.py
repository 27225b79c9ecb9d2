"""The gates: the facts of the two articles against thresholds.toml, each half by itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evals.cases import load_cases
from evals.gates import check, load_thresholds
from evals.results_io import result_from_dict
from evals.schema import DEVELOPMENT, HELD_OUT
from evals.stats import aggregate

HERE = Path(__file__).parent


def test_there_are_enough_facts_of_every_kind() -> None:
    """At least 120, 40 of them to be refused, both halves about as large."""
    cases = load_cases(HERE / "facts")
    halves = Counter(case.split for case in cases)
    assert len(cases) >= 120
    assert sum(case.unanswerable for case in cases) >= 40
    assert min(halves.values()) >= 0.35 * len(cases)


@pytest.mark.parametrize("split", [DEVELOPMENT, HELD_OUT])
def test_the_thresholds_are_met(split: str, measured: dict[str, Any]) -> None:
    """Every metric of this half is within its limits, and enough could be judged."""
    results = [result_from_dict(row) for row in measured["results"]]
    own = [result for result in results if result.case.split == split]
    failures = check(aggregate(own), load_thresholds(HERE / "thresholds.toml")[split], own)
    assert not failures, "\n".join(failures)
