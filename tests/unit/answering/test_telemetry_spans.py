"""Spans of an answer's steps, as an exporter in memory gets them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk")

from answer_samples import passage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from assistant.answering.telemetry_spans import Spans
from assistant.errors import ModelError
from assistant.schema.answers import Answer, Question
from assistant.schema.events import Done, Event, Retrieved, Step, StepName, Token

ASKED = Question("What did the harbour master sign?")
STEPS = [StepName.REWRITING, StepName.SEARCHING, StepName.JUDGING, StepName.WRITING, StepName.CHECKING]
ANSWER = Answer(
    id=None,
    question=ASKED.text,
    standalone_question=ASKED.text,
    answer="Not stated.",
    refused=True,
    refusal_reason="Not stated.",
    confidence=0.25,
    sentences=(),
    citations=(),
    closest=(),
    model="scripted",
    timings_ms={"retrieve": 4, "total": 9},
)


def events(fails: bool = False) -> Iterator[Event]:
    for name in STEPS:
        yield Step(name)
        if name is StepName.SEARCHING:
            yield Retrieved((passage("The ferry left.", 1), passage("The harbour closed.", 2)))
        if name is StepName.WRITING:
            yield Token("The harbour")
            if fails:
                raise ModelError(f"no reply to {ASKED.text}")
    yield Done(ANSWER)


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def spans(exporter: InMemorySpanExporter, with_questions: bool = False) -> Spans:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Spans(provider, with_questions=with_questions)


def by_name(exporter: InMemorySpanExporter) -> dict[str, Any]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_each_step_is_a_span_of_the_answer_one_after_the_other(exporter: InMemorySpanExporter) -> None:
    assert list(spans(exporter).follow(ASKED, events())) == list(events())
    *steps, answer = exporter.get_finished_spans()
    assert [span.name for span in steps] == ["rewrite", "retrieve", "judge", "write", "verify"]
    assert answer.name == "answer"
    assert {span.parent.span_id for span in steps if span.parent} == {answer.context.span_id}
    for before, after in pairwise(steps):
        assert before.end_time == after.start_time
    assert dict(steps[1].attributes or {}) == {"assistant.passages": 2}
    assert dict(answer.attributes or {}) == {
        "assistant.turns": 0,
        "assistant.outcome": "refused",
        "assistant.sentences": 0,
        "assistant.citations": 0,
        "assistant.left_out": 0,
        "assistant.retrieve_ms": 4,
        "assistant.total_ms": 9,
        "assistant.confidence": 0.25,
    }


@pytest.mark.parametrize("fails", [False, True])
def test_no_text_is_in_them_unless_it_is_asked_for(exporter: InMemorySpanExporter, fails: bool) -> None:
    try:
        list(spans(exporter).follow(ASKED, events(fails)))
    except ModelError:
        assert fails
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "harbour" not in told
    assert "ferry" not in told


def test_the_question_is_where_it_is_asked_for(exporter: InMemorySpanExporter) -> None:
    list(spans(exporter, with_questions=True).follow(ASKED, events()))
    assert by_name(exporter)["answer"].attributes["assistant.question"] == ASKED.text


def test_a_failure_ends_the_step_and_the_answer_as_errors(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ModelError):
        list(spans(exporter).follow(ASKED, events(fails=True)))
    found = by_name(exporter)
    assert set(found) == {"rewrite", "retrieve", "judge", "write", "answer"}
    assert found["answer"].attributes["error.type"] == "ModelError"
    failed = {name for name, span in found.items() if span.status.status_code is StatusCode.ERROR}
    assert failed == {"write", "answer"}


def test_a_question_that_is_given_up_is_ended_too(exporter: InMemorySpanExporter) -> None:
    followed = spans(exporter).follow(ASKED, events())
    next(followed)
    followed.close()  # type: ignore[attr-defined]
    found = by_name(exporter)
    assert set(found) == {"rewrite", "answer"}
    assert found["answer"].attributes["assistant.outcome"] == "given up"
