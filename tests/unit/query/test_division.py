"""A question that asks several things is divided in its own words; another is left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answer_samples import prompts_in

from assistant.query.division import WHOLE, Division, QuestionDivider, divides
from assistant.query.rewrite import QuestionRewriter

DOUBLE = "When did the bridge over the Ain open, and who built it?"
OPENED, BUILT = "When did the bridge over the Ain open?", "Who built the bridge over the Ain?"


class DividingModel:
    """Writes these lines for a question; they ask `same`; a follow-up is understood as `alone` says."""

    def __init__(self, reply: str, *, same: float = 0.95, alone: str = "") -> None:
        self.replies = {"DIVIDE": reply, "REWRITE": alone}
        self.same = same
        self.asked: list[str] = []

    def stream(self, messages: Any, **options: Any) -> Iterator[str]:
        kind = messages[-1]["content"].rpartition("\n")[2].split()[0]
        self.asked.append(kind)
        yield from self.replies[kind].splitlines(keepends=True)

    def probability_yes(self, messages: Any, **options: Any) -> float:
        self.asked.append(messages[-1]["content"])
        return self.same


def divided(model: DividingModel, question: str, folder: Path) -> Division:
    prompts = prompts_in(folder)
    rewriter = QuestionRewriter(model, prompts, exact=True)  # type: ignore[arg-type]
    return QuestionDivider(model, prompts, rewriter).divided(question)  # type: ignore[arg-type]


def test_a_double_question_is_divided_where_the_parts_ask_the_same(tmp_path: Path) -> None:
    model = DividingModel(f"Two things:\n{OPENED}\n {BUILT} \n", alone=BUILT)
    assert divided(model, DOUBLE.replace(" ", "\n"), tmp_path) == Division((OPENED, BUILT), partly=True)
    assert model.asked == ["DIVIDE", f"- {OPENED}\n- {BUILT}\nDIVIDED {DOUBLE}", "REWRITE"]


def test_not_where_the_model_doubts_that_they_do(tmp_path: Path) -> None:
    assert divided(DividingModel(f"Two:\n{OPENED}\n{BUILT}", same=0.8), DOUBLE, tmp_path) == WHOLE


def test_where_it_is_not_quite_sure_all_parts_are_to_be_answered(tmp_path: Path) -> None:
    model = DividingModel(f"Two:\n{OPENED}\n{BUILT}", same=0.87, alone=BUILT)
    assert divided(model, DOUBLE, tmp_path) == Division((OPENED, BUILT), partly=False)


def test_a_part_that_leans_on_the_first_is_made_to_stand_alone(tmp_path: Path) -> None:
    model = DividingModel(f"Two:\n{OPENED}\nWho built it?", alone=BUILT)
    assert divided(model, DOUBLE, tmp_path).parts == (OPENED, BUILT)


def test_with_words_of_the_question_alone(tmp_path: Path) -> None:
    model = DividingModel(f"Two:\n{OPENED}\n{BUILT}", alone="Which firm built the bridge over the Ain?")
    assert divided(model, DOUBLE, tmp_path).parts == (OPENED, BUILT)


def test_not_where_a_part_alone_asks_of_nothing_in_particular(tmp_path: Path) -> None:
    model = DividingModel(f"Two:\n{OPENED}\nWho built it?", alone="Which firm built the bridge over the Ain?")
    assert divided(model, DOUBLE, tmp_path) == WHOLE


@pytest.mark.parametrize(
    "reply", ["", "\n", "One.", f"One.\n{DOUBLE}", f"Two:\n{DOUBLE}\n{OPENED}", f"Two:\n{OPENED}\n{OPENED}"]
)
def test_a_question_that_stays_whole_costs_one_call(tmp_path: Path, reply: str) -> None:
    model = DividingModel(reply)
    assert divided(model, DOUBLE, tmp_path) == WHOLE
    assert model.asked == ["DIVIDE"]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What did she say in 2014, and what in 2019?", ("What did she say in 2014?", "What did she say in 2019?")),
        ("Name the ship and the man who sailed it", ("Which ship?", "Which man sailed it?")),
        ("Who won, who lost and who was hurt?", ("Who won?", "Who lost?", "Who was hurt?")),
    ],
)
def test_each_part_has_something_of_its_own(question: str, parts: tuple[str, ...]) -> None:
    assert divides(question, parts)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (DOUBLE, (OPENED, "Who paid for the bridge over the Ain?")),
        (DOUBLE, (OPENED, "When did the bridge open?")),
        (DOUBLE, (OPENED, "Who?")),
        (DOUBLE, ("When did it open?", "Who built the bridge?")),
        ("What did she say in 2014, and what in 2019?", ("What did she say in 2014?", "What did she?")),
        ("How many came, fell and left in 2014?", ("How many came?", "How many fell and left?")),
        ("When, where, why, how did they come, go, sit, stand, win?", tuple("come go sit stand win".split())),
        ("Which red, green, blue, white boats won or sank?", ("Which won?", "Which sank?")),
    ],
    ids=[
        "a new word",
        "nothing of its own",
        "no word",
        "a name lost",
        "a year lost",
        "a number lost",
        "five",
        "half lost",
    ],
)
def test_what_is_no_division(question: str, parts: tuple[str, ...]) -> None:
    assert not divides(question, parts)
