"""Gates: what passes, and what can never pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from eval_builders import MakeCase

from assistant.errors import UsageError
from evals.gates import SECTIONS, Limit, check, check_metrics, load_thresholds
from evals.metrics.aggregate import aggregate
from evals.schema import Metric, Result

THRESHOLDS = {"right": Limit(min=0.8)}


@pytest.fixture
def results(make_case: MakeCase, scored: Any) -> list[Result]:
    return [scored(make_case(id=str(at)), right=float(at > 1)) for at in range(10)]


def test_a_run_that_meets_its_thresholds(results: list[Result]) -> None:
    assert check(aggregate(results), THRESHOLDS, results) == []


def test_a_limit_outside_the_interval(results: list[Result]) -> None:
    metrics = aggregate(results)
    (below,) = check(metrics, {"right": Limit(min=0.95)}, results)
    (above,) = check(metrics, {"right": Limit(max=0.48)}, results)
    assert below == "right answers is 0.800 (n = 10, 95 %: 0.49–0.94), below 0.95"
    assert above == "right answers is 0.800 (n = 10, 95 %: 0.49–0.94), above 0.48"


@pytest.mark.parametrize(("asked", "fails"), [(10, False), (100, True)])
def test_the_same_share_of_more_questions_says_more(make_case: MakeCase, scored: Any, asked: int, fails: bool) -> None:
    results = [scored(make_case(id=str(at)), right=float(at % 10 < 7)) for at in range(asked)]
    assert bool(check(aggregate(results), {"right": Limit(min=0.85)}, results)) is fails


def test_what_must_never_happen_fails_once_in_a_hundred(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id=str(at)), right=float(at > 0)) for at in range(100)]
    assert check(aggregate(results), {"right": Limit(min=1.0)}, results)


def test_quartiles_of_seconds_are_no_interval() -> None:
    metric = Metric("seconds_total", "seconds", 9.0, 40, 3.0, 20.0, "seconds", False)
    assert check_metrics([metric], {"seconds_total": Limit(max=8.0)}) == ["seconds is 9.000 (n = 40), above 8"]


def test_an_empty_data_set_passes_nothing() -> None:
    assert check(aggregate([]), {}, []) == ["no results: an empty data set passes no gate"]
    assert check(aggregate([]), THRESHOLDS, [])


def test_no_thresholds_pass_nothing(results: list[Result]) -> None:
    assert check(aggregate(results), {}, results)
    assert check_metrics(aggregate(results), {})


def test_a_run_that_answered_nothing(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id=str(at)), refused=True, right=1.0) for at in range(4)]
    assert any("nothing was answered" in reason for reason in check(aggregate(results), THRESHOLDS, results))


@pytest.mark.parametrize(("unscored", "fails"), [(0, False), (1, False), (2, True)])
def test_more_than_5_percent_unscored(make_case: MakeCase, scored: Any, unscored: int, fails: bool) -> None:
    results = [scored(make_case(id=str(at)), right=None if at < unscored else 1.0) for at in range(20)]
    assert bool(check(aggregate(results), THRESHOLDS, results)) is fails


def test_results_never_scored_are_unscored(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id="1"), right=1.0), Result(make_case(id="2"), None, error="lost")]
    (reason,) = check(aggregate(results), THRESHOLDS, results)
    assert "1 of 2 results are unscored" in reason
    assert "lost" in reason


def test_a_threshold_for_what_was_not_measured(results: list[Result]) -> None:
    metrics = aggregate(results)
    (reason,) = check(metrics, {"mrr": Limit(min=0.1)}, results)
    assert "no case it applies to" in reason
    (reason,) = check(metrics, {"mmr": Limit(min=0.1)}, results)
    assert "no such metric" in reason


def test_not_a_number_passes_no_limit(results: list[Result]) -> None:
    metric = Metric("mrr", "MRR", float("nan"), 3, None, None)
    assert len(check([metric], {"mrr": Limit(min=0.1, max=0.9)}, results)) == 2


def test_metrics_without_results_are_held_to_their_limits_too() -> None:
    metrics = [
        Metric("stated_auc", "stated: AUC", 0.7, 40, 0.6, 0.8),
        Metric("stated_kept", "kept", None, 0, None, None),
    ]
    assert check_metrics(metrics, {"stated_auc": Limit(min=0.8)}) == []
    (below,) = check_metrics(metrics, {"stated_auc": Limit(min=0.81)})
    assert below == "stated: AUC is 0.700 (n = 40, 95 %: 0.60–0.80), below 0.81"
    (absent,) = check_metrics(metrics, {"stated_kept": Limit(min=0.0)})
    assert "no case it applies to" in absent


def test_the_projects_own_thresholds_load() -> None:
    thresholds = load_thresholds(Path(__file__).parents[3] / "evals" / "thresholds.toml")
    assert set(thresholds) == set(SECTIONS)
    assert all({"right", "rightly_refused"} <= set(thresholds[name]) for name in ("news", "news-together", "facts"))
    assert {"contradictions_passed", "stated_passed"} <= set(thresholds["judgements"])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no threshold"),
        ("[news]", "no threshold"),
        ("[", "cannot be read"),
        ("[development]\nmrr = { min = 1 }", "no section"),
        ("mrr = 1", "no section"),
        ("[facts]\nmmr = { min = 1 }", "no metric"),
        ("[judgements]\nright = { min = 1 }", "no metric"),
        ("[news]\nstated_auc = { min = 1 }", "no metric"),
        ("[news]\nmrr = 0.5", "write { min"),
        ("[news]\nmrr = { least = 1 }", "write { min"),
        ("[news]\nmrr = {}", "write { min"),
        ('[news]\nmrr = { min = "1" }', "write a number"),
        ("[news]\nmrr = { min = true }", "write a number"),
    ],
)
def test_a_mistaken_file(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"t\.toml") as caught:
        load_thresholds(path)
    assert complaint in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_thresholds(tmp_path / "none.toml")
