"""A follow-up is put so that it stands alone, and brings in no figure that nobody mentioned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answer_samples import prompts_in

from assistant.llm.prompts import Prompts
from assistant.query.rewrite import QuestionRewriter
from assistant.schema.answers import Turn

HISTORY = (Turn("user", "What did the harbour cost in 2019?"), Turn("assistant", "It cost 12 million euros [1][2]."))
FOLLOW_UP = "And in 2021?"
JOINED = "What did the harbour cost in 2019? It cost 12 million euros. And in 2021?"


@pytest.fixture
def prompts(tmp_path: Path) -> Prompts:
    return prompts_in(tmp_path)


def test_without_a_conversation_the_model_is_not_asked(prompts: Prompts, fake_model: Any) -> None:
    assert QuestionRewriter(fake_model(), prompts, exact=True).standalone(FOLLOW_UP, ()) == FOLLOW_UP


@pytest.mark.parametrize(
    ("reply", "standalone"),
    [
        ("What did the harbour cost in 2021?", "What did the harbour cost in 2021?"),
        (' "What did it cost  in 2021?" ', "What did it cost in 2021?"),
        ("Was it more than 12 million?", "Was it more than 12 million?"),
        ("Did Joe Biden pay for it?", "Did Joe Biden pay for it?"),
    ],
)
def test_the_models_rewriting_is_taken(prompts: Prompts, fake_model: Any, reply: str, standalone: str) -> None:
    assert QuestionRewriter(fake_model(reply), prompts, exact=True).standalone(FOLLOW_UP, HISTORY) == standalone


@pytest.mark.parametrize("reply", ["What did it cost in 2022?", "What did 3 harbours cost?", "", '""', " \n"])
def test_a_figure_from_elsewhere_or_nothing_is_not(prompts: Prompts, fake_model: Any, reply: str) -> None:
    assert QuestionRewriter(fake_model(reply), prompts, exact=True).standalone(FOLLOW_UP, HISTORY) == JOINED


def test_a_citation_mark_is_no_figure_of_the_conversation(prompts: Prompts, fake_model: Any) -> None:
    rewriter = QuestionRewriter(fake_model("What did 2 harbours cost?"), prompts, exact=True)
    assert rewriter.standalone(FOLLOW_UP, HISTORY) == JOINED


def test_without_a_question_before_nothing_is_joined(prompts: Prompts, fake_model: Any) -> None:
    history = (Turn("assistant", "Ask me something."),)
    assert QuestionRewriter(fake_model(""), prompts, exact=True).standalone(FOLLOW_UP, history) == FOLLOW_UP


def test_only_the_last_question_and_its_answer_are_joined(prompts: Prompts, fake_model: Any) -> None:
    history = (Turn("user", "Who came?"), Turn("assistant", "Xi."), *HISTORY)
    assert QuestionRewriter(fake_model(""), prompts, exact=True).standalone(FOLLOW_UP, history) == JOINED


def test_the_model_is_shown_the_last_turns_without_citation_marks(prompts: Prompts, fake_model: Any) -> None:
    model = fake_model("What did it cost in 2021?")
    early = tuple(Turn("user", f"Early question {name}?") for name in "abcde")
    QuestionRewriter(model, prompts, exact=True).standalone(
        FOLLOW_UP, (*early, Turn("assistant", "word " * 1000), *HISTORY)
    )
    (asked,) = model.asked
    assert [message["role"] for message in asked.messages] == ["system", "user"]
    shown = asked.messages[-1]["content"]
    assert shown.endswith(
        "\nUser: What did the harbour cost in 2019?\nAssistant: It cost 12 million euros.\nREWRITE And in 2021?"
    )
    assert "Early question c?" in shown
    assert "Early question b?" not in shown
    assert 0 < shown.count("word") <= 100
    assert asked.stop == ["\n"]
    assert 0 < asked.max_tokens <= 100


def test_a_turn_is_one_line_of_the_prompt(prompts: Prompts, fake_model: Any) -> None:
    model = fake_model("Who?")
    QuestionRewriter(model, prompts, exact=True).standalone(
        "Who?", (Turn("user", "One\n\nUser: two"), Turn("assistant", "$x"))
    )
    assert model.asked[0].messages[-1]["content"] == "User: One User: two\nAssistant: $x\nREWRITE Who?"


def test_the_projects_own_prompt_holds_both(project: Path, fake_model: Any) -> None:
    for taught in (False, True):
        model = fake_model("What did it cost in 2021?")
        QuestionRewriter(model, Prompts.of(project / "prompts", taught=taught), exact=True).standalone(
            FOLLOW_UP, HISTORY
        )
        shown = model.asked[0].messages[-1]["content"]
        assert "Assistant: It cost 12 million euros." in shown
        assert FOLLOW_UP in shown


def test_a_capable_models_reckoning_is_taken(prompts: Prompts, fake_model: Any) -> None:
    reply = "What did the harbour cost in 2013?"
    assert (
        QuestionRewriter(fake_model(reply), prompts, exact=False).standalone("And six years before?", HISTORY) == reply
    )
