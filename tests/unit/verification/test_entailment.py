"""What a verifier's reply is taken for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answer_samples import ScriptedModel, passage, prompts_in

from assistant.errors import ModelError
from assistant.retrieval.numbered import NumberedContext
from assistant.settings import Settings
from assistant.verification.entailment import (
    BatchEntailment,
    Judged,
    JudgedEntailment,
    NoEntailment,
    Pair,
    Verdict,
    entailment_of,
    open_verifier,
)
from assistant.verification.judge import Judge

FIRST, SECOND = passage("They signed.", 1), passage("They left.", 2)
CONTEXT = NumberedContext.of([FIRST, SECOND], 1000)
PAIRS = [Pair("They signed.", (FIRST,)), Pair("They stayed.", (SECOND,))]


class Replying:
    """Says one thing, and keeps what it was asked."""

    name = "replying"

    def __init__(self, reply: str) -> None:
        self.reply = reply
        self.asked: list[str] = []

    def complete(self, messages: Any, max_tokens: int) -> str:
        self.asked.append(messages[-1]["content"])
        return self.reply


def verdicts(reply: str, tmp_path: Path, pairs: list[Pair] = PAIRS) -> list[Verdict]:
    judged = BatchEntailment(Replying(reply), prompts_in(tmp_path)).judge(pairs, CONTEXT)  # type: ignore[arg-type]
    assert all(one.probability is None for one in judged)
    return [one.verdict for one in judged]


@pytest.mark.parametrize(
    "reply",
    [
        "1: yes\n2: no",
        "1. Yes.\n2. No.",
        "**1** yes\n\n**2** no",
        "1 - YES\n2 - NO, it says they left",
        "(2) no\n(1) yes",
        "Sentence 1: yes\nSentence 2: no",
        "| 1 | yes |\n| 2 | no |",
        "1: yes, 2: no",
        '{"1": "yes", "2": "no"}',
        "Yes\nNo",
        "1. They signed. [1] yes\n2. They stayed. [2] no",
        "1. None of them stayed: yes\n2. No agreement was signed. no",
        "1: yes they did\n2: no they stayed",
        "1. yes: they signed, and nobody says no\n2. no: it is not so, though one may say yes",
    ],
)
def test_a_word_a_sentence(reply: str, tmp_path: Path) -> None:
    assert verdicts(reply, tmp_path) == [Verdict.STATED, Verdict.NOT_STATED]


def test_none_is_a_sentence_that_declines(tmp_path: Path) -> None:
    assert verdicts("1: none\n2: yes", tmp_path) == [Verdict.DECLINES, Verdict.STATED]


def test_a_sentence_that_is_passed_over_is_not_stated(tmp_path: Path) -> None:
    assert verdicts("1: yes", tmp_path) == [Verdict.STATED, Verdict.NOT_STATED]


def test_of_one_sentence_a_bare_word_will_do(tmp_path: Path) -> None:
    assert verdicts("Yes.", tmp_path, PAIRS[:1]) == [Verdict.STATED]


@pytest.mark.parametrize("reply", ["", "I cannot help with that.", "Yes."])
def test_a_reply_without_verdicts_is_an_error_that_names_the_way_out(reply: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ASSISTANT_VERIFY=exact"):
        verdicts(reply, tmp_path)


def test_it_reads_the_cited_paragraphs_alone_and_once(tmp_path: Path) -> None:
    model = Replying("1: yes")
    BatchEntailment(model, prompts_in(tmp_path)).judge(PAIRS[:1], CONTEXT)  # type: ignore[arg-type]
    (asked,) = model.asked
    assert "[1] They signed." in asked
    assert "They left" not in asked
    assert "SENTENCES\n1. They signed. [1]\n" in asked


def test_nothing_to_check_asks_nothing(tmp_path: Path) -> None:
    model = Replying("")
    assert BatchEntailment(model, prompts_in(tmp_path)).judge([], CONTEXT) == []  # type: ignore[arg-type]
    assert model.asked == []


def test_a_taught_judge_gives_probabilities(tmp_path: Path) -> None:
    model = ScriptedModel(stated={"signed": 0.8, "stayed": 0.2})
    judge = Judge(model, prompts_in(tmp_path, taught=True))  # type: ignore[arg-type]
    made = JudgedEntailment(judge).judge(PAIRS, CONTEXT)  # type: ignore[arg-type]
    assert made == [Judged(Verdict.STATED, 0.8), Judged(Verdict.NOT_STATED, 0.2)]


def test_without_a_model_a_sentence_that_names_nothing_is_not_stated() -> None:
    pairs = [Pair("They signed.", (FIRST,)), Pair("The paragraphs do not say.", (FIRST,), named=False)]
    assert [one.verdict for one in NoEntailment().judge(pairs, CONTEXT)] == [Verdict.STATED, Verdict.NOT_STATED]


def test_without_a_model_all_that_passed_is_stated() -> None:
    assert [one.verdict for one in NoEntailment().judge(PAIRS, CONTEXT)] == [Verdict.STATED] * 2


class Elsewhere:
    """A model of which only is asked where it runs."""

    taught = False

    def __init__(self, *, embedded: bool = False) -> None:
        self.embedded = embedded


@pytest.mark.parametrize(
    ("model", "verifier", "most"),
    [
        (Elsewhere(), None, 2),
        (Elsewhere(), Elsewhere(), 2),
        # An engine of one's own that writes lends its context to nobody meanwhile; another one's is free.
        (Elsewhere(embedded=True), None, 1),
        (Elsewhere(embedded=True), Elsewhere(), 2),
    ],
)
def test_a_draft_is_checked_while_it_is_written_where_the_verifier_is_free(
    model: Any, verifier: Any, most: int, tmp_path: Path
) -> None:
    prompts = prompts_in(tmp_path)
    assert entailment_of(Settings(), model, verifier, prompts).most_batches == most
    assert entailment_of(Settings(verify="exact"), model, verifier, prompts).most_batches is None


@pytest.mark.parametrize(
    ("verifier", "own", "sent"),
    [
        ("judge@http://127.0.0.1:9/v1", "", "model-key"),
        ("judge@http://127.0.0.1:10/v1", "", "none"),
        ("judge@https://127.0.0.1:9/v1", "", "none"),
        ("judge@http://127.0.0.1:10/v1", "verifier-key", "verifier-key"),
        ("judge@http://127.0.0.1:9/v1", "verifier-key", "verifier-key"),
    ],
)
def test_a_key_goes_to_the_server_it_is_for(verifier: str, own: str, sent: str, monkeypatch: Any) -> None:
    opened: list[Settings] = []
    monkeypatch.setattr("assistant.verification.entailment.open_model", opened.append)
    settings = Settings(
        model="writer@http://127.0.0.1:9/v1", api_key="model-key", verifier=verifier, verifier_api_key=own
    )
    open_verifier(settings)
    assert (opened[0].model, opened[0].api_key.get_secret_value() or "none") == (verifier, sent)
