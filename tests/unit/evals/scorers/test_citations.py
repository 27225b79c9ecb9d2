"""Citation recall and precision after ALCE, and the contract they stand on."""

from __future__ import annotations

from typing import Any

import pytest
from eval_builders import MakeCase, MakeResult

from evals.schema import Result
from evals.scorers.citation_precision import citation_precision
from evals.scorers.citation_recall import citation_recall
from evals.scorers.quote_integrity import quote_integrity

TWO = "They signed two joint statements."


def both(result: Result) -> tuple[float | None, float | None]:
    recall, precision = citation_recall(result), citation_precision(result)
    assert recall is not None
    assert precision is not None
    return recall.value, precision.value


@pytest.mark.parametrize(
    ("sentences", "recall", "precision"),
    [
        pytest.param([(TWO, ["x#p2"])], 1, 1, id="the paragraph that says it"),
        pytest.param([(TWO, ["x#p1"])], 0, 0, id="a paragraph that does not say it"),
        pytest.param([(TWO, ["x#p2", "x#p1"])], 1, 0.5, id="one needless citation"),
        pytest.param([(TWO, ["x#p2"]), ("It was a good day.", ["y#p1"])], 0.5, 0.5, id="a second sentence astray"),
        pytest.param([(TWO, ["x#p2"]), ("It was a good day.", ["x#p2"])], 1, 1, id="no point, but gold"),
        pytest.param([(TWO, [])], 0, 0, id="no citation"),
    ],
)
def test_one_point(
    make_case: MakeCase, make_result: MakeResult, sentences: Any, recall: float, precision: float
) -> None:
    assert both(make_result(make_case(), *sentences)) == (recall, precision)


@pytest.mark.parametrize(
    ("cited", "recall", "precision"),
    [
        pytest.param(["x#p2", "y#p1"], 1, 1, id="both needed together"),
        pytest.param(["x#p2"], 0, 0, id="half of what it says is not there"),
        pytest.param(["x#p2", "y#p1", "x#p1"], 1, 2 / 3, id="one needless"),
    ],
)
def test_a_sentence_with_two_points(
    make_case: MakeCase, make_result: MakeResult, cited: list[str], recall: float, precision: float
) -> None:
    case = make_case(answers=(("two",), ("2023",)), gold=(("x#p2",), ("y#p1",)))
    result = make_result(case, ("In 2023 they signed two joint statements.", cited))
    assert both(result) == pytest.approx((recall, precision))


def test_each_sentence_is_held_to_its_own_points(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(answers=(("two",), ("2023",)), gold=(("x#p2",), ("y#p1",)))
    swapped = make_result(case, (TWO, ["y#p1"]), ("It was in 2023.", ["x#p2"]))
    assert both(swapped) == (0, 0)


def test_any_of_a_points_gold_paragraphs_will_do(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(gold=(("x#p2", "y#p1"),))
    assert both(make_result(case, (TWO, ["y#p1"]))) == (1, 1)
    assert both(make_result(case, (TWO, ["x#p2", "y#p1"]))) == (1, 1)


def test_long_form_is_judged_against_all_gold(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(answers=(("A long reference text.",),), gold=(("x#p1", "x#p2"),), long_form=True)
    assert both(make_result(case, ("One thing.", ["x#p1"]), ("Another.", ["y#p1"]))) == (0.5, 0.5)


def test_silent_on_refusals_unanswerable_cases_and_unknown_gold(make_case: MakeCase, make_result: MakeResult) -> None:
    for result in (
        make_result(make_case()),
        make_result(make_case(unanswerable=True), (TWO, ["x#p2"])),
        make_result(make_case(gold=()), (TWO, ["x#p2"])),
        make_result(make_case(gold=((),)), (TWO, ["x#p2"])),
    ):
        assert citation_recall(result) is None
        assert citation_precision(result) is None


def broken(result: Result, **changes: Any) -> Result:
    """`result` with its first citation changed."""
    assert result.answer is not None
    first, *rest = result.answer["citations"]
    return Result(result.case, {**result.answer, "citations": [{**first, **changes}, *rest]}, result.passages)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"start": 4}, id="quote is elsewhere"),
        pytest.param({"quote": "signed"}, id="quote is other words"),
        pytest.param({"quote": "", "start": 3, "end": 3}, id="empty quote"),
        pytest.param({"end": 900}, id="end beyond the text"),
        pytest.param({"number": 2}, id="numbers do not begin at 1"),
    ],
)
def test_a_broken_citation_earns_nothing(make_case: MakeCase, make_result: MakeResult, changes: dict[str, Any]) -> None:
    result = broken(make_result(make_case(), (TWO, ["x#p2"])), **changes)
    assert both(result) == (0, 0)
    integrity = quote_integrity(result)
    assert integrity is not None
    assert integrity.value == 0


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param([{"text": TWO, "citations": [2, 1], "support": 1}], id="not in the order of use"),
        pytest.param([{"text": TWO, "citations": [1], "support": 1}], id="one is never used"),
        pytest.param([{"text": TWO, "citations": [1, 2, 3], "support": 1}], id="one does not exist"),
    ],
)
def test_numbering_follows_first_use(make_case: MakeCase, make_result: MakeResult, sentences: Any) -> None:
    result = make_result(make_case(), (TWO, ["x#p2", "x#p1"]), answer={"sentences": sentences})
    assert both(result) == (0, 0)


def test_integrity_of_a_sound_answer(make_case: MakeCase, make_result: MakeResult) -> None:
    integrity = quote_integrity(make_result(make_case(), (TWO, ["x#p2"]), passages=["x#p2"]))
    assert integrity is not None
    assert integrity.value == 1


def test_integrity_compares_with_the_passage_itself(make_case: MakeCase, make_result: MakeResult) -> None:
    result = make_result(make_case(), (TWO, ["x#p2"]), passages=["x#p2"])
    altered = broken(result, text="Xi and Putin signed six joint statements.")
    integrity = quote_integrity(altered)
    assert integrity is not None
    assert integrity.value == 0


def test_integrity_of_refusals(make_case: MakeCase, make_result: MakeResult) -> None:
    assert quote_integrity(make_result(make_case())) is None
    citing = quote_integrity(make_result(make_case(), answer={"citations": [{"number": 1}]}))
    assert citing is not None
    assert citing.value == 0
