"""Gates: what passes, and what can never pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from eval_builders import MakeCase

from assistant.errors import UsageError
from evals.gates import Limit, check, check_splits, load_thresholds
from evals.schema import Metric, Result
from evals.stats import aggregate, by_split

THRESHOLDS = {"answer_accuracy": Limit(min=0.8)}


@pytest.fixture
def results(make_case: MakeCase, scored: Any) -> list[Result]:
    return [scored(make_case(id=str(at)), answer_accuracy=float(at > 1)) for at in range(10)]


def test_a_run_that_meets_its_thresholds(results: list[Result]) -> None:
    assert check(aggregate(results), THRESHOLDS, results) == []


def test_below_a_minimum_and_above_a_maximum(results: list[Result]) -> None:
    metrics = aggregate(results)
    (below,) = check(metrics, {"answer_accuracy": Limit(min=0.81)}, results)
    (above,) = check(metrics, {"answer_accuracy": Limit(max=0.79)}, results)
    assert below == "answer accuracy is 0.800 (n = 10), below 0.81"
    assert above == "answer accuracy is 0.800 (n = 10), above 0.79"


def test_an_empty_data_set_passes_nothing() -> None:
    assert check(aggregate([]), {}, []) == ["no results: an empty data set passes no gate"]
    assert check(aggregate([]), THRESHOLDS, [])


def test_no_thresholds_pass_nothing(results: list[Result]) -> None:
    assert check(aggregate(results), {}, results)
    assert check_splits(by_split(results), {}, results)


def test_a_run_that_answered_nothing(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id=str(at)), refused=True, answer_accuracy=1.0) for at in range(4)]
    assert any("nothing was answered" in reason for reason in check(aggregate(results), THRESHOLDS, results))


@pytest.mark.parametrize(("unscored", "fails"), [(0, False), (1, False), (2, True)])
def test_more_than_5_percent_unscored(make_case: MakeCase, scored: Any, unscored: int, fails: bool) -> None:
    results = [scored(make_case(id=str(at)), answer_accuracy=None if at < unscored else 1.0) for at in range(20)]
    assert bool(check(aggregate(results), THRESHOLDS, results)) is fails


def test_results_never_scored_are_unscored(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id="1"), answer_accuracy=1.0), Result(make_case(id="2"), None, error="lost")]
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


def test_each_half_is_held_to_its_own(results: list[Result]) -> None:
    thresholds = {
        "development": {"answer_accuracy": Limit(min=0.0)},
        "held-out": {"answer_accuracy": Limit(min=1.1)},
    }
    (reason,) = check_splits(by_split(results), thresholds, results)
    assert reason.startswith("held-out: answer accuracy is")


def test_a_half_without_cases_fails(results: list[Result]) -> None:
    held_out = [result for result in results if result.case.split == "held-out"]
    thresholds = {"development": {"answer_accuracy": Limit(min=0.0)}}
    assert check_splits(by_split(held_out), thresholds, held_out) == [
        "development: no results: an empty data set passes no gate"
    ]


def test_the_projects_own_thresholds_load() -> None:
    thresholds = load_thresholds(Path(__file__).parents[3] / "evals" / "thresholds.toml")
    assert set(thresholds) == {"development", "held-out"}
    assert all("answer_accuracy" in limits for limits in thresholds.values())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no threshold"),
        ("[development]", "no threshold"),
        ("[", "cannot be read"),
        ("[test]\nmrr = { min = 1 }", "no split"),
        ("mrr = 1", "no split"),
        ("[all]\nmmr = { min = 1 }", "no metric"),
        ("[all]\nmrr = 0.5", "write { min"),
        ("[all]\nmrr = { least = 1 }", "write { min"),
        ("[all]\nmrr = {}", "write { min"),
        ('[all]\nmrr = { min = "1" }', "write a number"),
        ("[all]\nmrr = { min = true }", "write a number"),
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
