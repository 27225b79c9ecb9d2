"""Two runs: which cases changed, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from eval_builders import MakeCase

from evals.report.compare import Comparison, MetricChange, compare, render
from evals.schema import Result, Run


def run(results: Sequence[Result], provenance: Mapping[str, Any] | None = None) -> Run:
    return Run(tuple(results), provenance or {})


def change(comparison: Comparison, name: str) -> MetricChange:
    return next(each for each in comparison.metrics if each.name == name)


def test_better_and_worse_case_by_case(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id=name), right=float(name in "bc")) for name in "abc"]
    after = [scored(make_case(id=name), right=float(name in "ac")) for name in "abc"]
    comparison = compare(run(before), run(after))
    assert comparison.paired == 3
    assert [each.id for each in comparison.better] == ["a"]
    assert [each.id for each in comparison.worse] == ["b"]
    assert change(comparison, "right").difference == 0


def test_the_difference_of_many_is_more_than_chance(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id=str(at)), right=float(at < 10)) for at in range(30)]
    after = [scored(make_case(id=str(at)), right=1.0) for at in range(30)]
    accuracy = change(compare(run(before), run(after)), "right")
    assert accuracy.test == "McNemar, exact"
    assert accuracy.is_better
    assert accuracy.is_more_than_chance
    # 20 up, 0 down; two metrics are tested (right, and right or rightly refused)
    assert accuracy.p == pytest.approx(2 * 2 / 2**20)


def test_the_difference_of_few_may_be_chance(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id=str(at)), right=float(at > 1)) for at in range(30)]
    after = [scored(make_case(id=str(at)), right=1.0) for at in range(30)]
    accuracy = change(compare(run(before), run(after)), "right")
    assert accuracy.is_better
    assert not accuracy.is_more_than_chance
    assert "better, may be chance" in render(compare(run(before), run(after)))


def test_values_are_tested_by_permutation_and_fewer_seconds_are_better(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id=str(at)), seconds_total=3.0 + at) for at in range(10)]
    after = [scored(make_case(id=str(at)), seconds_total=2.0 + at) for at in range(10)]
    seconds = change(compare(run(before), run(after)), "seconds_total")
    assert seconds.test == "paired permutation"
    assert seconds.difference == pytest.approx(-1)
    assert seconds.is_better
    assert seconds.is_more_than_chance


def test_unpaired_and_changed_cases_are_named_and_left_out(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id=name), right=1.0) for name in "abc"]
    after = [
        scored(make_case(id="a"), right=1.0),
        scored(make_case(id="b", answers=(("three",),)), right=0.0),
        scored(make_case(id="d"), right=0.0),
    ]
    comparison = compare(run(before), run(after))
    assert (comparison.paired, comparison.only_a, comparison.only_b) == (1, ("c",), ("d",))
    assert comparison.changed == ("b",)
    assert comparison.worse == ()
    text = render(comparison)
    assert "1 cases paired" in text
    assert "1 only in the first run: c" in text
    assert "1 only in the second run: d" in text


def test_other_acceptable_answers_make_another_case(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id="a"), right=1.0)]
    after = [scored(make_case(id="a", alternatives=((("four",),),)), right=1.0)]
    assert compare(run(before), run(after)).changed == ("a",)


def test_refusal_precision_is_shown_and_not_tested(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id="a"), refused=True, refusal_precision=0.0)]
    after = [scored(make_case(id="a"), refused=True, refusal_precision=1.0)]
    precision = change(compare(run(before), run(after)), "refusal_precision")
    assert (precision.difference, precision.p) == (1, None)


def test_what_differs_in_provenance(make_case: MakeCase, scored: Any) -> None:
    results = [scored(make_case(id="a"), right=1.0)]
    first = run(results, {"model": "m1", "settings": {"k": 5}, "git": "x"})
    second = run(results, {"model": "m2", "settings": {"k": 6}, "git": "x"})
    comparison = compare(first, second)
    assert comparison.provenance == (("model", "m1", "m2"), ("settings.k", "5", "6"))
    assert "model: m1 -> m2" in render(comparison)


def test_runs_with_nothing_in_common(make_case: MakeCase, scored: Any) -> None:
    comparison = compare(run([scored(make_case(id="a"), right=1.0)]), run([]))
    assert (comparison.paired, comparison.metrics) == (0, ())
    assert "No metric has cases in both runs." in render(comparison)


def test_several_runs_of_a_case_are_averaged(make_case: MakeCase, scored: Any) -> None:
    before = [scored(make_case(id="a"), run=at, right=float(at == 1)) for at in (1, 2)]
    after = [scored(make_case(id="a"), run=at, right=1.0) for at in (1, 2)]
    (better,) = compare(run(before), run(after)).better
    assert (better.before, better.after) == (0.5, 1.0)
