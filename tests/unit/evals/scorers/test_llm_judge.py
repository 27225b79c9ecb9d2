"""The optional judge, with a model that replies what it is told to."""

from __future__ import annotations

from typing import Any

import pytest
from eval_builders import MakeCase, MakeResult

from assistant.errors import ModelConnectionError
from evals.schema import Result
from evals.scorers.llm_judge import Agreement, Judge, agreement


class FakeModel:
    """Replies one text, or raises an error, and keeps the messages."""

    def __init__(self, reply: str | Exception) -> None:
        self.reply = reply
        self.asked: list[list[dict[str, str]]] = []

    def complete(self, messages: list[dict[str, str]], max_tokens: int) -> str:
        self.asked.append(messages)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


@pytest.fixture
def result(make_case: MakeCase, make_result: MakeResult) -> Result:
    return make_result(make_case(), ("They signed two.", ["x#p2"]), answer={"answer": "They signed $2 [1]."})


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("yes", 1.0),
        (" Yes.", 1.0),
        ("**No**", 0.0),
        ("no, it differs", 0.0),
        ("", None),
        ("perhaps", None),
        ("yes and no", None),
        ("notable", None),
    ],
)
def test_verdicts(result: Result, reply: str, value: float | None) -> None:
    given = Judge(FakeModel(reply)).score(result)
    assert given is not None
    assert given.value == value


def test_the_prompt_holds_question_reference_and_answer_without_markers(result: Result) -> None:
    model = FakeModel("yes")
    Judge(model).score(result)
    (message,) = model.asked[0]
    assert message["role"] == "user"
    assert "How many joint statements were signed?" in message["content"]
    assert "two or pair" in message["content"]
    assert "They signed $2." in message["content"]


def test_a_failing_model_leaves_it_unscored(result: Result) -> None:
    given = Judge(FakeModel(ModelConnectionError("down"))).score(result)
    assert given is not None
    assert given.value is None
    assert "down" in given.explanation


def test_silent_on_refusals_and_unanswerable_cases(make_case: MakeCase, make_result: MakeResult) -> None:
    judge = Judge(FakeModel("yes"))
    assert judge.score(make_result(make_case())) is None
    assert judge.score(make_result(make_case(unanswerable=True), ("Two.", ["x#p2"]))) is None


def test_agreement_by_hand(make_case: MakeCase, scored: Any) -> None:
    pairs = [(1, 1)] * 4 + [(0, 0)] * 3 + [(1, 0)] * 2 + [(0, 1)]
    results = [
        scored(make_case(id=str(at)), judge=float(judge), right=float(gold)) for at, (judge, gold) in enumerate(pairs)
    ]
    results += [
        scored(make_case(id="u"), judge=None, right=1.0),
        scored(make_case(id="v"), judge=1.0),
    ]
    # raw 0.7; chance 0.6·0.5 + 0.4·0.5 = 0.5; kappa (0.7 - 0.5) / 0.5
    given = agreement(results)
    assert given.n == 10
    assert given.raw == pytest.approx(0.7)
    assert given.kappa == pytest.approx(0.4)


def test_agreement_of_nothing_and_of_one_verdict(make_case: MakeCase, scored: Any) -> None:
    assert agreement([]) == Agreement(0, None, None)
    assert agreement([scored(make_case(), judge=1.0, right=1.0)]) == Agreement(1, 1.0, None)
