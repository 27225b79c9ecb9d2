"""Reading together at an endpoint: a check is asked for while the same model still writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from answer_samples import alike, passage, prompts_in
from chat_server import Body, Events, Provider, Reply

from assistant.answering.stopwatch import Stopwatch
from assistant.answering.together import ReadTogether
from assistant.answering.trace import Trace
from assistant.generation.together import JointGenerator
from assistant.llm.endpoint import Endpoint
from assistant.llm.remote import EndpointModel
from assistant.query.query import Query
from assistant.schema.articles import ArticleFilter, Passage
from assistant.schema.events import SentenceReady
from assistant.settings import Settings
from assistant.verification.entailment import BatchEntailment
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.joint import JointVerifier

FOUND = tuple(passage(text, number) for number, text in enumerate(("They met.", "They ate.", "They left."), 1))


class Found:
    """A retriever that found these."""

    def undated(self, chosen: ArticleFilter) -> int:
        return 2 if chosen.last else 0

    def retrieve(self, query: Query) -> tuple[Passage, ...]:
        return FOUND

    def filled(self, passages: tuple[Passage, ...], tokens: int) -> tuple[Passage, ...]:
        return passages


def chunk(text: str, finish: str | None = None) -> bytes:
    event = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}
    return f"data: {json.dumps(event)}\n\n".encode()


def test_the_first_check_is_asked_for_before_the_last_word_is_written(tmp_path: Path) -> None:
    asked = threading.Event()

    def write() -> Iterator[bytes]:
        yield chunk("They met [1].\nThey ate [2].\n")
        yield chunk("They")
        # Comes only once the first two sentences are being checked.
        if asked.wait(30):
            yield chunk(" left [3].", "stop")

    def behave(body: Body, _: int) -> Reply | Events:
        if "ENTAILMENT" not in body["messages"][-1]["content"]:
            return [write]
        asked.set()
        return [[chunk("1: yes\n2: yes", "stop")]]

    prompts = prompts_in(tmp_path)
    with closing(Provider(behave)) as provider:
        model = EndpointModel(Endpoint("m", provider.url), Settings(home=tmp_path, timeout=60))
        # Of an endpoint that is not known the first reply is read whole: it may begin in a thought.
        model._dialects.learn(lambda known: replace(known, opens_in_thought=False))
        with closing(model):
            reading = ReadTogether(
                Found(),  # type: ignore[arg-type]
                JointGenerator(model, prompts),
                JointVerifier(EvidenceFinder(alike), BatchEntailment(model, prompts)),
                tokens=lambda: 1000,
                warn=lambda _: None,
            )
            events = list(reading.answer(Query("What?"), Trace("What?"), Stopwatch()))
    shown = [event.sentence.text for event in events if isinstance(event, SentenceReady)]
    assert shown == ["They met.", "They ate.", "They left."]
    assert len(provider.asked) == 3
