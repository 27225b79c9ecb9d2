"""Each scorer, with answers that must pass, answers that must fail, and cases it is silent on."""

from __future__ import annotations

import pytest
from eval_builders import MakeCase, MakeResult

from evals.schema import Case, Result
from evals.scorers import SCORERS, score
from evals.scorers.context_recall import context_recall
from evals.scorers.date_confusion import date_confusion, names_date
from evals.scorers.false_refusal import false_refusal
from evals.scorers.latency import seconds_first_token, seconds_refusal, seconds_total
from evals.scorers.mrr import mrr
from evals.scorers.refusal_precision import refusal_precision
from evals.scorers.right import right
from evals.scorers.rightly_refused import rightly_refused

WHEN = (("22 March 2023", "March 2023", "2023"),)


@pytest.mark.parametrize(
    "text", ["They signed two joint statements.", "They signed 2.", "A pair of statements was signed."]
)
def test_right_answers(make_case: MakeCase, make_result: MakeResult, text: str) -> None:
    given = right(make_result(make_case(), (text, ["x#p2"])))
    assert given is not None
    assert given.value == 1


@pytest.mark.parametrize(
    "text",
    [
        "They signed three joint statements.",
        "They did not sign two joint statements.",
        "They signed 22 joint statements.",
        "They signed their second joint statement.",
    ],
)
def test_wrong_answers(make_case: MakeCase, make_result: MakeResult, text: str) -> None:
    given = right(make_result(make_case(), (text, ["x#p2"])))
    assert given is not None
    assert given.value == 0


@pytest.mark.parametrize(
    ("changes", "good", "bad"),
    [
        pytest.param(
            {"answers": WHEN, "rejects": ("2017", "July 2017")},
            "They were signed on March 22, 2023.",
            "They were signed in 2017.",
            id="a wrong year",
        ),
        pytest.param(
            {"answers": WHEN, "rejects": ("2017",)},
            "They were signed in 2023, not 2017.",
            "They were signed in 2017, and again in 2023.",
            id="a right and a wrong year",
        ),
        pytest.param(
            {"answers": (("Xi",),), "rejects": ("it was Putin", "Putin said")},
            "Xi said so to Putin.",
            "Putin said so to Xi.",
            id="swapped speakers",
        ),
        pytest.param(
            {"answers": (("Xi",),), "rejects": ("it was Putin",)},
            "It was Xi.",
            "Xinhua said so.",
            id="Xi in Xinhua",
        ),
        pytest.param(
            {"answers": (("opposed", "oppose"),)},
            "Both are opposed to it.",
            "Both are not opposed to it.",
            id="a negation",
        ),
        pytest.param(
            {"answers": (("Syria",), ("Korea",))},
            "Syria and Korea.",
            "Syria.",
            id="one point of two",
        ),
    ],
)
def test_right_beside_wrong(
    make_case: MakeCase, make_result: MakeResult, changes: dict[str, object], good: str, bad: str
) -> None:
    case = make_case(gold=(), **changes)
    values = [right(make_result(case, (text, ["x#p2"]))) for text in (good, bad)]
    assert [value and value.value for value in values] == [1, 0]


def test_refused_answerable_case_is_wrong_and_a_false_refusal(make_case: MakeCase, make_result: MakeResult) -> None:
    scores = score(make_result(make_case()))
    assert scores["right"].value == 0
    assert scores["false_refusal"].value == 1
    assert scores["refusal_precision"].value == 0
    assert not {"rightly_refused", "citation_recall", "citation_precision", "seconds_total"} & set(scores)


def test_an_answer_is_no_false_refusal(make_case: MakeCase, make_result: MakeResult) -> None:
    given = false_refusal(make_result(make_case(), ("Two.", ["x#p2"])))
    assert given is not None
    assert given.value == 0


REFERENCE = "The programme offers low interest rates, no down payment and no mortgage insurance to veterans."


def test_long_form_recalls_a_reference(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(answers=((REFERENCE, "Something else entirely, of no use here."),), gold=(), long_form=True)
    texts = ("Veterans get low interest rates and no down payment.", "Veterans must apply at the county office.")
    given = [right(make_result(case, (text, ["x#p1"]))) for text in texts]
    assert [each and each.value for each in given] == [1, 0]


@pytest.fixture
def unanswerable(make_case: MakeCase) -> Case:
    return make_case(question="In which city was the summit?", unanswerable=True, rejects=("Hamburg",))


def test_a_clean_refusal_counts(unanswerable: Case, make_result: MakeResult) -> None:
    result = make_result(unanswerable)
    assert score(result)["rightly_refused"].value == 1
    assert score(result)["refusal_precision"].value == 1
    assert right(result) is None
    assert false_refusal(result) is None


def test_a_refusal_may_say_what_is_not_mentioned(unanswerable: Case, make_result: MakeResult) -> None:
    result = make_result(unanswerable, answer={"answer": "The articles do not mention Hamburg."})
    given = rightly_refused(result)
    assert given is not None
    assert given.value == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"answer": "The articles do not say; it was Hamburg."}, id="states the fact anyway"),
        pytest.param({"refusal_reason": "only known from elsewhere: Hamburg"}, id="states it in the reason"),
        pytest.param({"citations": [{"number": 1}]}, id="cites"),
    ],
)
def test_a_refusal_that_lets_it_slip_does_not_count(
    unanswerable: Case, make_result: MakeResult, answer: dict[str, object]
) -> None:
    given = rightly_refused(make_result(unanswerable, answer=answer))
    assert given is not None
    assert given.value == 0


def test_an_answer_to_an_unanswerable_question(unanswerable: Case, make_result: MakeResult) -> None:
    result = make_result(unanswerable, ("In Berlin.", ["x#p1"]))
    given = rightly_refused(result)
    assert given is not None
    assert given.value == 0
    assert refusal_precision(result) is None


def test_context_recall_is_a_share_of_points(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(answers=(("two",), ("2023",)), gold=(("x#p2",), ("y#p1",)))
    given = context_recall(make_result(case, passages=["x#p1", "x#p2"]))
    assert given is not None
    assert given.value == 0.5


def test_context_recall_leaves_out_points_of_unknown_gold(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(answers=(("two",), ("2023",)), gold=(("x#p2",), ()))
    given = context_recall(make_result(case, passages=["x#p2"]))
    assert given is not None
    assert given.value == 1
    assert context_recall(make_result(make_case(gold=()))) is None


@pytest.mark.parametrize(("passages", "value"), [(["x#p2"], 1), (["x#p1", "x#p2"], 0.5), (["x#p1"], 0), ([], 0)])
def test_reciprocal_rank(make_case: MakeCase, make_result: MakeResult, passages: list[str], value: float) -> None:
    given = mrr(make_result(make_case(), passages=passages))
    assert given is not None
    assert given.value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("On 22 March 2023.", 0),
        ("On 4 July 2017.", 1),
        ("In 2017 and in 2023.", 1),
        ("In 2023, not 2017.", 0),
    ],
)
def test_date_confusion(make_case: MakeCase, make_result: MakeResult, text: str, value: float) -> None:
    given = date_confusion(make_result(make_case(answers=WHEN, rejects=("2017",)), (text, ["y#p1"])))
    assert given is not None
    assert given.value == value


def test_right_answer_to_another_date(make_case: MakeCase, make_result: MakeResult) -> None:
    case = make_case(answers=(("University of Glasgow",),), other_answers=("University of Edinburgh",))
    texts = (
        "He was at the University of Edinburgh.",
        "He was at the University of Glasgow.",
        "He was at the University of Glasgow, before at the University of Edinburgh.",
    )
    given = [date_confusion(make_result(case, (text, ["x#p1"]))) for text in texts]
    assert [each and each.value for each in given] == [1, 0, 0]


def test_date_confusion_is_silent_without_a_date_to_confuse(make_case: MakeCase, make_result: MakeResult) -> None:
    assert date_confusion(make_result(make_case(rejects=("Putin",)), ("Two.", ["x#p2"]))) is None
    assert date_confusion(make_result(make_case(rejects=("2017",)))) is None


@pytest.mark.parametrize(
    ("wording", "expected"),
    [("2017", True), ("July 4", True), ("it was in 2023", True), ("100 years", False), ("third", False)],
)
def test_which_rejects_name_a_date(wording: str, expected: bool) -> None:
    assert names_date(wording) is expected


def test_latency_in_seconds(make_case: MakeCase, make_result: MakeResult) -> None:
    result = make_result(make_case(), ("Two.", ["x#p2"]))
    first, total = seconds_first_token(result), seconds_total(result)
    assert first is not None
    assert total is not None
    assert (first.value, total.value) == (0.9, 2.1)
    assert seconds_refusal(result) is None


def test_a_refusals_seconds_are_counted_apart(make_case: MakeCase, make_result: MakeResult) -> None:
    result = make_result(make_case(), answer={"timings_ms": {"first_token": 200, "total": 300}})
    given = seconds_refusal(result)
    assert given is not None
    assert given.value == 0.3
    assert seconds_total(result) is None
    assert seconds_first_token(result) is None


def test_without_an_answer_what_applies_is_unscored_and_the_rest_absent(make_case: MakeCase) -> None:
    scores = score(Result(make_case(), None, error="connection refused"))
    assert scores
    assert {each.value for each in scores.values()} == {None}
    assert "rightly_refused" not in scores
    assert "connection refused" in scores["right"].explanation


def test_every_scorer_has_a_name_of_its_own() -> None:
    names = [name for name, _ in SCORERS]
    assert len(set(names)) == len(names)
    assert all(scorer.__name__ == name for name, scorer in SCORERS if hasattr(scorer, "__name__"))
