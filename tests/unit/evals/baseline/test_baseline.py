"""llama-index's citation engine behind fakes: constructed, answering and read without a key."""

from __future__ import annotations

import re
import socket
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from llama_index.core import Settings
from llama_index.core.embeddings import BaseEmbedding

from assistant.errors import ModelConnectionError
from assistant.schema.answers import Turn
from assistant.schema.articles import Article, Paragraph, Passage
from evals.baseline.engine import MAX_TOKENS, CitationBaseline
from evals.baseline.refusal import refusal_reason
from evals.baseline.reply import Source, to_answer
from evals.schema import Case

CASE = Case("q1", "Who kept the lamp at Skerry?", "plain", answers=(("Ada Brown",),))
LONG = " ".join(f"The harbour log of day {day} names ship number {day} and its master." for day in range(1, 80))


class WordEmbedding(BaseEmbedding):
    """Words hashed into a vector: texts that share words are near each other."""

    def _get_text_embedding(self, text: str) -> list[float]:
        vector = [1e-6] * 64
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % 64] += 1.0
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class FakeModel:
    """Gives its replies in turn and keeps what it was asked."""

    def __init__(self, *replies: str | Exception) -> None:
        self.replies = list(replies)
        self.requests: list[tuple[list[dict[str, str]], int]] = []

    def complete(self, messages: Sequence[dict[str, str]], max_tokens: int) -> str:
        self.requests.append((list(messages), max_tokens))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def prompt(self) -> str:
        return self.requests[-1][0][-1]["content"]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No key, no network; and nothing may have filled the global settings."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the baseline must not open a connection")

    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(Settings, "_llm", None)
    monkeypatch.setattr(Settings, "_embed_model", None)
    yield
    assert Settings._llm is None
    assert Settings._embed_model is None


def articles(*texts: str) -> list[Article]:
    paragraphs = tuple(Paragraph(f"d0-p{n}", n, text) for n, text in enumerate(texts, 1))
    return [Article("d0", "Skerry", "Coast Weekly", date(2021, 3, 4), paragraphs)]


LAMP = articles(
    "The lamp at Skerry was lit in 1851.",
    "Ada Brown kept the lamp at Skerry for thirty years. She wrote a diary.",
    "The harbour has two piers.",
    "Herring was landed in spring.",
    "A storm broke the east pier.",
    "The school closed early.",
    "Coal came by sea.",
)


def baseline(model: FakeModel, corpus: list[Article] | None = None) -> CitationBaseline:
    return CitationBaseline(corpus or LAMP, embedder=WordEmbedding(), model=model, model_name="fake")


def source_number(model: FakeModel, words: str) -> int:
    """The number under which the engine's prompt shows the source with these words."""
    found = re.findall(r"Source (\d+):\n([^\n]*)", model.prompt)
    return next(int(number) for number, text in reversed(found) if words in text)


class Citing(FakeModel):
    """Cites the source that holds `words`, whatever its number."""

    def __init__(self, reply: str, words: str) -> None:
        super().__init__()
        self.reply, self.words = reply, words

    def complete(self, messages: Sequence[dict[str, str]], max_tokens: int) -> str:
        self.requests.append((list(messages), max_tokens))
        return self.reply.replace("#", str(source_number(self, self.words)))


def test_an_answer_in_the_contract_s_shape() -> None:
    model = Citing("Ada Brown kept the lamp [#].", "Ada Brown")
    answer, passages = baseline(model).ask(CASE)

    assert answer["answer"] == "Ada Brown kept the lamp [1]."
    (sentence,) = answer["sentences"]
    assert (sentence["text"], sentence["citations"]) == ("Ada Brown kept the lamp.", [1])
    assert (sentence["quoted"], sentence["byline"]) == (False, None)
    (citation,) = answer["citations"]
    assert citation["paragraph_id"] == "d0-p2"
    assert citation["quote"] == citation["text"] == LAMP[0].paragraphs[1].text
    assert citation["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert (citation["article_id"], citation["published"], citation["paragraph"]) == ("d0", "2021-03-04", 2)
    assert (answer["id"], answer["model"], answer["refused"]) == ("q1", "fake", False)
    assert (answer["question"], answer["standalone_question"]) == (CASE.question, CASE.question)
    assert answer["closest"] == []
    assert set(answer["timings_ms"]) == {"retrieve", "first_token", "total"}
    assert len(passages) == 5
    assert "d0-p2" in [found["paragraph_id"] for found in passages]
    assert passages[0]["dense_score"] >= passages[4]["dense_score"]


def test_llama_index_s_own_prompt_reaches_the_model_as_one_user_message() -> None:
    model = FakeModel("Ada Brown [1].")
    baseline(model).ask(CASE)

    ((messages, max_tokens),) = model.requests
    assert [message["role"] for message in messages] == ["user"]
    assert max_tokens == MAX_TOKENS
    assert messages[0]["content"].startswith("Please provide an answer based solely on the provided sources.")
    # title, outlet and day stand above each source, our ids do not
    assert "source: Coast Weekly\npublished: 2021-03-04\n\nSource 1:\n" in messages[0]["content"]
    assert "paragraph_id" not in messages[0]["content"]


def test_a_long_paragraph_is_cited_by_the_part_that_was_shown() -> None:
    corpus = articles(LONG, "Coal came by sea.")
    model = Citing("Ship number 70 was named [#].", "day 70 ")
    answer, passages = baseline(model, corpus).ask(Case("q", "Which ship was named in the harbour log?", "plain"))

    (citation,) = answer["citations"]
    assert citation["paragraph_id"] == "d0-p1"
    assert "ship number 70 " in citation["quote"]
    assert len(citation["quote"]) < len(LONG)
    assert citation["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert [found["paragraph_id"] for found in passages] == ["d0-p1", "d0-p2"]


@pytest.mark.parametrize("reply", ["", "  ", "[1]"])
def test_an_empty_reply_is_a_refusal(reply: str) -> None:
    answer, passages = baseline(FakeModel(reply)).ask(CASE)
    assert answer["refused"]
    assert answer["refusal_reason"]
    assert answer["citations"] == answer["sentences"] == []
    assert [found["paragraph_id"] for found in answer["closest"]] == [p["paragraph_id"] for p in passages]


def test_a_refusal_keeps_its_words_and_cites_nothing() -> None:
    answer, _ = baseline(FakeModel("The sources do not mention her salary [2].")).ask(CASE)
    assert answer["refused"]
    assert answer["answer"] == "The sources do not mention her salary."
    assert answer["citations"] == answer["sentences"] == []
    assert answer["confidence"] == 0.0


def test_a_follow_up_is_condensed_by_llama_index_s_own_prompt() -> None:
    case = Case("q", "Who kept it?", "followup", (Turn("user", "Is there a lamp?"), Turn("assistant", "Yes.")))
    model = FakeModel("Who kept the lamp at Skerry?", "Ada Brown [1].")
    answer, passages = baseline(model).ask(case)

    condensing = model.requests[0][0][-1]["content"]
    assert "standalone question" in condensing
    assert "Is there a lamp?" in condensing
    assert answer["standalone_question"] == "Who kept the lamp at Skerry?"
    assert answer["question"] == "Who kept it?"
    assert "Query: Who kept the lamp at Skerry?" in model.prompt
    assert "d0-p2" in [found["paragraph_id"] for found in passages]


def test_an_unreachable_model_is_not_hidden_by_the_framework() -> None:
    with pytest.raises(ModelConnectionError, match="nothing answers"):
        baseline(FakeModel(ModelConnectionError("nothing answers"))).ask(CASE)


def sources(count: int) -> list[Source]:
    return [
        Source(Passage(Paragraph(f"p{n}", n, f"Text {n}."), "d0", "Title", None, None), 0, len(f"Text {n}."))
        for n in range(1, count + 1)
    ]


def read(text: str) -> tuple[str, list[tuple[str, tuple[int, ...]]], list[str]]:
    answer = to_answer(CASE, text, sources(5), (), model="m", standalone="s", timings={})
    return (
        answer.answer,
        [(sentence.text, sentence.citations) for sentence in answer.sentences],
        [citation.paragraph_id for citation in answer.citations],
    )


@pytest.mark.parametrize(
    ("text", "sentences", "cited"),
    [
        ("It was lit [3]. She kept it [1].", [("It was lit.", (1,)), ("She kept it.", (2,))], ["p3", "p1"]),
        ("It was lit. [3] She kept it. [3]", [("It was lit.", (1,)), ("She kept it.", (1,))], ["p3"]),
        ("It was lit.[3] She kept it.", [("It was lit.", (1,)), ("She kept it.", ())], ["p3"]),
        ("It [2], not she [4], was lit.", [("It, not she, was lit.", (1, 2))], ["p2", "p4"]),
        ("It was lit [1, 3].", [("It was lit.", (1, 2))], ["p1", "p3"]),
        ("It was lit [1][3][1].", [("It was lit.", (1, 2))], ["p1", "p3"]),
        ("It was lit [2-4].", [("It was lit.", (1, 2, 3))], ["p2", "p3", "p4"]),
        ("It was lit [1 and 2].", [("It was lit.", (1, 2))], ["p1", "p2"]),
        ("It was lit [Source 2].", [("It was lit.", (1,))], ["p2"]),
        ("It was lit (Source 2, Source 5).", [("It was lit.", (1, 2))], ["p2", "p5"]),
        ("It was lit [9] [0].", [("It was lit.", ())], []),
        ("In [2017] it was lit (2).", [("In [2017] it was lit (2).", ())], []),
        ("[2] It was lit.\n[3] She kept it.", [("It was lit.", (1,)), ("She kept it.", (2,))], ["p2", "p3"]),
    ],
)
def test_marks_are_read(text: str, sentences: list[tuple[str, tuple[int, ...]]], cited: list[str]) -> None:
    _, read_sentences, read_cited = read(text)
    assert read_sentences == sentences
    assert read_cited == cited


def test_marks_are_renumbered_by_first_use_and_set_before_the_full_stop() -> None:
    assert read('It was lit [4]. She said: "Lit." [2][4]')[0] == 'It was lit [1]. She said: "Lit [2][1]."'
    assert read("Ada Brown [5]")[0] == "Ada Brown [1]"


def test_white_space_the_splitter_changed_is_found_again() -> None:
    text = "First line.\n\nSecond  line. Third line."
    passage = Article("d0", "T", None, None, (Paragraph("p", 1, text),))
    model = FakeModel("Second line [1].")
    answer, _ = baseline(model, [passage]).ask(CASE)
    (citation,) = answer["citations"]
    assert citation["quote"] == text


@pytest.mark.parametrize(
    "text",
    [
        "Empty Response",
        "I don't know.",
        "I do not have enough information to answer that.",
        "I'm sorry, but the provided sources do not contain that information.",
        "Sorry, the sources do not say.",
        "Unfortunately, there is no such figure in the sources.",
        "Based on the provided sources, I cannot determine the answer.",
        "Based on the given context, it is impossible to say who kept it.",
        "The provided sources do not mention the keeper's salary [1].",
        "The sources don\u2019t explicitly state when it was lit [1][2].",
        "Source 2 does not provide any details about the keeper.",
        "The sources provided do not contain information about the keeper.",
        "None of the sources are helpful.",
        "None of the provided sources mention the keeper.",
        "Neither source mentions the keeper.",
        "There is no information about the keeper in the sources.",
        "There is no mention of the keeper.",
        "No information is provided about the keeper.",
        "The keeper is not mentioned in the provided sources.",
        "The year is not explicitly stated in any of the sources [3].",
        "The answer cannot be determined.",
        "The answer to the question is not provided.",
        "The given documents do not specify the year.",
        "It is not clear when the lamp was lit.",
        "The keeper's salary is not specified.",
        "Not mentioned.",
        "Unknown",
        "Source 1 is about piers [1]. Therefore, the sources do not say who kept the lamp.",
    ],
)
def test_replies_that_say_they_do_not_know(text: str) -> None:
    answer = to_answer(CASE, text, sources(5), (), model="m", standalone="s", timings={})
    assert answer.refused, text


@pytest.mark.parametrize(
    "text",
    [
        "Ada Brown kept the lamp [1].",
        "No, the lamp was not lit in 1850 [1].",
        "There are no piers at Skerry [1].",
        "It is not known who broke the pier, police said [1].",
        "The cause could not be determined [2].",
        "The minister did not mention Ukraine [2].",
        'The keeper said: "I don\'t know the sea" [1].',
        "None of the ships was lost [1].",
        "The lamp was lit in 1851 [1]. The sources do not give the hour.",
        "While Source 1 does not name her, Source 2 says that Ada Brown kept the lamp [2].",
        "Russia cannot be defeated on the battlefield, Putin said [1].",
        "China does not provide weapons to either side [1].",
        "Unknown men broke the pier [1].",
        "According to the article, the ships could reach the harbour [1].",
    ],
)
def test_answers_that_only_sound_like_it(text: str) -> None:
    answer = to_answer(CASE, text, sources(5), (), model="m", standalone="s", timings={})
    assert not answer.refused, text


def test_nothing_but_punctuation_is_empty() -> None:
    assert refusal_reason([]) == refusal_reason([("...", ())]) == "the model's reply was empty"
