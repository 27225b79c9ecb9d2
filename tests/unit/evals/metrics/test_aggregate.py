"""Results to metrics."""

from __future__ import annotations

from typing import Any

import pytest
from eval_builders import MakeCase

from evals.metrics.aggregate import (
    METRICS,
    aggregate,
    answerable_labels,
    by_category,
    by_split,
    case_values,
    selective_labels,
)
from evals.schema import DEVELOPMENT, HELD_OUT, Metric, Result


def named(metrics: list[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def test_labels_and_order() -> None:
    assert [metric.name for metric in aggregate([])] == [spec.name for spec in METRICS]
    assert [metric.label for metric in aggregate([])][:4] == [
        "right answers",
        "right and direct answers",
        "false refusals",
        "rightly refused",
    ]


def test_nothing_measured_has_no_value() -> None:
    for metric in aggregate([]):
        assert (metric.value, metric.n, metric.low, metric.high) == (None, 0, None, None)


def test_absent_and_unscored_do_not_count(make_case: MakeCase, scored: Any) -> None:
    results = [
        scored(make_case(id="1"), right=1.0),
        scored(make_case(id="2"), right=0.0),
        scored(make_case(id="3"), right=None),
        scored(make_case(id="4", unanswerable=True), rightly_refused=1.0),
    ]
    metrics = named(aggregate(results))
    assert (metrics["right"].value, metrics["right"].n) == (0.5, 2)
    assert metrics["overall"].value == pytest.approx(2 / 3)
    assert metrics["overall"].n == 3
    assert metrics["citation_recall"].value is None


def test_runs_of_a_case_are_one_case(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id="1"), run=run, right=value) for run, value in ((1, 1.0), (2, 0.0))]
    results.append(scored(make_case(id="2"), right=1.0))
    metric = named(aggregate(results))["right"]
    assert (metric.value, metric.n) == (0.75, 2)
    assert case_values(results, "right") == {"1": 0.5, "2": 1.0}


@pytest.mark.parametrize("name", ["seconds_first_token", "seconds_total", "seconds_refusal"])
def test_seconds_are_a_median_with_its_quartiles(make_case: MakeCase, scored: Any, name: str) -> None:
    results = [scored(make_case(id=str(at)), **{name: value}) for at, value in enumerate((1.0, 2.0, 3.0, 4.0, 30.0))]
    metric = named(aggregate(results))[name]
    assert (metric.value, metric.unit, metric.higher_is_better) == (3.0, "seconds", False)
    assert (metric.low, metric.high) == (2.0, 4.0)


def test_gate_auc_separates_answerable_from_not(make_case: MakeCase, scored: Any) -> None:
    results = [
        scored(make_case(id="1"), confidence=0.9),
        scored(make_case(id="2"), confidence=0.4),
        scored(make_case(id="3", unanswerable=True), confidence=0.5, refused=True),
    ]
    metric = named(aggregate(results))["confidence_auc"]
    assert (metric.value, metric.n) == (0.5, 3)
    assert answerable_labels(results) == ([0.9, 0.4, 0.5], [True, True, False])


def test_selective_labels_are_those_of_answers(make_case: MakeCase, scored: Any) -> None:
    results = [
        scored(make_case(id="1"), confidence=0.9, right=1.0),
        scored(make_case(id="2", unanswerable=True), confidence=0.8, rightly_refused=0.0),
        scored(make_case(id="3"), confidence=0.2, refused=True, right=0.0),
        Result(make_case(id="4"), None, error="x"),
    ]
    assert selective_labels(results) == ([0.9, 0.8], [True, False])


def test_an_answer_without_a_confidence_counts_and_calibrates_nothing(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(), confidence=None, right=1.0)]
    assert named(aggregate(results))["right"].value == 1
    assert selective_labels(results) == ([], [])
    assert answerable_labels(results) == ([], [])


def test_groups(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id=str(at), category="ab"[at % 2]), right=1.0) for at in range(8)]
    categories = by_category(results)
    assert list(categories) == ["a", "b"]
    assert named(categories["a"])["right"].n == 4
    halves = by_split([*results, scored(make_case(id="n", halved=False), right=1.0)])
    assert list(halves) == [DEVELOPMENT, HELD_OUT]
    assert sum(named(metrics)["right"].n for metrics in halves.values()) == 8
