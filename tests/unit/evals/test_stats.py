"""Results to metrics."""

from __future__ import annotations

from typing import Any

import pytest
from eval_builders import MakeCase

from evals.schema import DEVELOPMENT, HELD_OUT, Metric, Result
from evals.stats import METRICS, aggregate, by_category, by_split, case_values, gate_labels, selective_labels


def named(metrics: list[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def test_labels_and_order() -> None:
    assert [metric.name for metric in aggregate([])] == [spec.name for spec in METRICS]
    assert [metric.label for metric in aggregate([])][:4] == [
        "answer accuracy",
        "false refusals",
        "refusal recall",
        "refusal precision",
    ]


def test_nothing_measured_has_no_value() -> None:
    for metric in aggregate([]):
        assert (metric.value, metric.n, metric.low, metric.high) == (None, 0, None, None)


def test_absent_and_unscored_do_not_count(make_case: MakeCase, scored: Any) -> None:
    results = [
        scored(make_case(id="1"), answer_accuracy=1.0),
        scored(make_case(id="2"), answer_accuracy=0.0),
        scored(make_case(id="3"), answer_accuracy=None),
        scored(make_case(id="4", unanswerable=True), refusal_recall=1.0),
    ]
    metrics = named(aggregate(results))
    assert (metrics["answer_accuracy"].value, metrics["answer_accuracy"].n) == (0.5, 2)
    assert metrics["right"].value == pytest.approx(2 / 3)
    assert metrics["right"].n == 3
    assert metrics["citation_recall"].value is None


def test_runs_of_a_case_are_one_case(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id="1"), run=run, answer_accuracy=value) for run, value in ((1, 1.0), (2, 0.0))]
    results.append(scored(make_case(id="2"), answer_accuracy=1.0))
    metric = named(aggregate(results))["answer_accuracy"]
    assert (metric.value, metric.n) == (0.75, 2)
    assert case_values(results, "answer_accuracy") == {"1": 0.5, "2": 1.0}


def test_seconds_are_a_median(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id=str(at)), seconds_total=value) for at, value in enumerate((1.0, 2.0, 30.0))]
    metric = named(aggregate(results))["seconds_total"]
    assert (metric.value, metric.unit, metric.higher_is_better) == (2.0, "seconds", False)
    assert metric.low is not None
    assert metric.high is not None
    assert metric.low <= 2.0 <= metric.high


def test_gate_auc_separates_answerable_from_not(make_case: MakeCase, scored: Any) -> None:
    results = [
        scored(make_case(id="1"), confidence=0.9),
        scored(make_case(id="2"), confidence=0.4),
        scored(make_case(id="3", unanswerable=True), confidence=0.5, refused=True),
    ]
    metric = named(aggregate(results))["gate_auc"]
    assert (metric.value, metric.n) == (0.5, 3)
    assert gate_labels(results) == ([0.9, 0.4, 0.5], [True, True, False])


def test_selective_labels_are_those_of_answers(make_case: MakeCase, scored: Any) -> None:
    results = [
        scored(make_case(id="1"), confidence=0.9, answer_accuracy=1.0),
        scored(make_case(id="2", unanswerable=True), confidence=0.8, refusal_recall=0.0),
        scored(make_case(id="3"), confidence=0.2, refused=True, answer_accuracy=0.0),
        Result(make_case(id="4"), None, error="x"),
    ]
    assert selective_labels(results) == ([0.9, 0.8], [True, False])


def test_groups(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id=str(at), category="ab"[at % 2]), answer_accuracy=1.0) for at in range(8)]
    categories = by_category(results)
    assert list(categories) == ["a", "b"]
    assert named(categories["a"])["answer_accuracy"].n == 4
    halves = by_split(results)
    assert list(halves) == [DEVELOPMENT, HELD_OUT]
    assert sum(named(metrics)["answer_accuracy"].n for metrics in halves.values()) == 8
