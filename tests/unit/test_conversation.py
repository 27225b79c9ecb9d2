from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.conversation import Contextualiser, leans
from assistant.prompts import Prompts
from assistant.schema import Turn

HISTORY = (Turn("user", "Whom did Xi Jinping meet in Moscow?"), Turn("assistant", "He met Vladimir Putin [1][2]."))


@pytest.fixture
def prompts(project: Path) -> Prompts:
    return Prompts(project / "prompts")


@pytest.mark.parametrize(
    "question",
    [
        "What did they sign?",
        "And in 2017?",
        "What about Iran and Saudi Arabia?",
        "Why?",
        "When?",
        "How about the other article?",
        "What did he say about its role in Syria?",
        "Which statements?",
        "Summarise it.",
        "What does that article say?",
    ],
)
def test_questions_that_lean_on_earlier_turns(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which joint statements did Xi and Putin sign in Moscow?",
        "Where is Thaad installed in South Korea?",
        "Who congratulated Xi Jinping on becoming President of China?",
        "Summarise both articles.",
        "What are these articles about?",
        "When was the TDI report published?",
    ],
)
def test_questions_that_stand_alone(question: str) -> None:
    assert not leans(question)


def test_without_history_the_model_is_not_asked(prompts: Prompts, fake_model: Any) -> None:
    assert Contextualiser(fake_model(), prompts).standalone("What did they sign?", ()) == "What did they sign?"


def test_a_question_that_stands_alone_is_left_as_it_is(prompts: Prompts, fake_model: Any) -> None:
    question = "Which joint statements did Xi and Putin sign in Moscow?"
    assert Contextualiser(fake_model(), prompts).standalone(question, HISTORY) == question


@pytest.mark.parametrize(
    ("reply", "standalone"),
    [
        ("What did Xi Jinping and Vladimir Putin sign?", "What did Xi Jinping and Vladimir Putin sign?"),
        (' "What did Xi and Putin sign in Moscow?" ', "What did Xi and Putin sign in Moscow?"),
        ("What did Xi’s and Putin’s meeting sign?", "What did Xi’s and Putin’s meeting sign?"),
        ("What did Xi and Putin sign? They did not sign.", "What did Xi and Putin sign?"),
    ],
)
def test_a_rewriting_in_the_conversations_own_words_is_taken(
    prompts: Prompts, fake_model: Any, reply: str, standalone: str
) -> None:
    assert Contextualiser(fake_model(reply), prompts).standalone("What did they sign?", HISTORY) == standalone


@pytest.mark.parametrize(
    "reply",
    [
        "What did Xi Jinping and Joe Biden sign?",
        "What did Xi and Putin sign in 2023?",
        "They signed two joint statements.",
        "Xi Jinping met Vladimir Putin in Moscow.",
        "",
        '""',
    ],
)
def test_a_rewriting_with_foreign_words_is_not(prompts: Prompts, fake_model: Any, reply: str) -> None:
    standalone = Contextualiser(fake_model(reply), prompts).standalone("What did they sign?", HISTORY)
    assert standalone == "Whom did Xi Jinping meet in Moscow? He met Vladimir Putin. What did they sign?"


@pytest.mark.parametrize("refusal", ["The articles do not say.", "Sorry, I can't find that.", "I don’t know."])
def test_a_refusal_is_nothing_to_lean_on(prompts: Prompts, fake_model: Any, refusal: str) -> None:
    history = (Turn("user", "Whom did Xi Jinping meet?"), Turn("assistant", refusal))
    standalone = Contextualiser(fake_model("Biden?"), prompts).standalone("And then?", history)
    assert standalone == "Whom did Xi Jinping meet? And then?"


def test_as_many_questions_are_taken_as_were_asked(prompts: Prompts, fake_model: Any) -> None:
    reply = "What did Xi sign? Whom did Putin meet? He met Vladimir."
    asked = "What did he sign? And whom did the other meet?"
    standalone = Contextualiser(fake_model(reply), prompts).standalone(asked, HISTORY)
    assert standalone == "What did Xi sign? Whom did Putin meet?"


def test_without_a_question_before_nothing_can_be_joined(prompts: Prompts, fake_model: Any) -> None:
    history = (Turn("assistant", "Ask me something."),)
    assert Contextualiser(fake_model("Biden?"), prompts).standalone("What did they sign?", history) == (
        "What did they sign?"
    )


def test_the_model_is_shown_the_last_turns_without_citation_marks(prompts: Prompts, fake_model: Any) -> None:
    model = fake_model("What did Putin sign?")
    early = tuple(Turn("user", f"Early question {number}?") for number in range(5))
    long = Turn("assistant", "word " * 1000)
    Contextualiser(model, prompts).standalone("What did he sign?", (*early, long, *HISTORY))
    (asked,) = model.asked
    (message,) = asked.messages
    assert message["role"] == "user"
    assert "User: Whom did Xi Jinping meet in Moscow?\nAssistant: He met Vladimir Putin.\n" in message["content"]
    assert "What did he sign?" in message["content"]
    assert "Early question 1?" not in message["content"]
    assert "Early question 2?" in message["content"]
    assert message["content"].count("word ") < 100
    assert asked.stop == ["\n"]
    assert 0 < asked.max_tokens <= 100


def test_a_dollar_sign_in_the_conversation_is_no_placeholder(prompts: Prompts, fake_model: Any) -> None:
    model = fake_model("What costs $history and $5?")
    history = (Turn("user", "What costs $history and $5?"),)
    assert Contextualiser(model, prompts).standalone("And that?", history) == "What costs $history and $5?"
