"""OpenTelemetry spans of an answer's steps, made of its events: numbers and outcomes, no text of article or answer.

https://opentelemetry.io/docs/specs/otel/trace/api/. Where they are sent is said by OTEL_EXPORTER_OTLP_* variables.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from time import time_ns

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, Status, StatusCode, set_span_in_context

from assistant.schema.answers import Answer, Question
from assistant.schema.events import Done, Event, Retrieved, SentenceReady, Step, StepName

_NAMES = {
    StepName.REWRITING: "rewrite",
    StepName.SEARCHING: "retrieve",
    StepName.JUDGING: "judge",
    StepName.WRITING: "write",
    StepName.CHECKING: "verify",
    StepName.RESTARTING: "restart",
}


class _Outcome(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"
    GIVEN_UP = "given up"


class Spans:
    """Makes spans of the events of questions; each is a trace of its own, or part of the caller's. Thread-safe."""

    def __init__(self, provider: TracerProvider, *, with_questions: bool) -> None:
        """`with_questions`: the question's text is an attribute."""
        self._provider = provider
        self._tracer = provider.get_tracer("assistant")
        self._with_questions = with_questions

    def follow(self, question: Question, events: Iterator[Event]) -> Iterator[Event]:
        """The same events; `answer` and its steps are ended when they are, also where they fail or are given up."""
        answer = self._tracer.start_span("answer", attributes={"assistant.turns": len(question.history)})
        if self._with_questions:
            answer.set_attribute("assistant.question", question.text)
        within, step = set_span_in_context(answer), None
        try:
            for event in events:
                if isinstance(event, Step):
                    step = self._next(step, event, within)
                _note(event, step, answer)
                yield event
        except GeneratorExit:
            answer.set_attribute("assistant.outcome", _Outcome.GIVEN_UP.value)
            raise
        except BaseException as error:
            # Its class alone: a message may quote the question, or what an endpoint replied.
            answer.set_attribute("error.type", type(error).__name__)
            for span in (step, answer):
                if span is not None:
                    span.set_status(Status(StatusCode.ERROR))
            raise
        finally:
            for span in (step, answer):
                if span is not None:
                    span.end()

    def close(self) -> None:
        """Send what is not sent yet."""
        self._provider.shutdown()

    def _next(self, before: Span | None, event: Step, within: Context) -> Span:
        now = time_ns()
        if before is not None:
            before.end(now)
        return self._tracer.start_span(_NAMES[event.name], within, start_time=now)


def open_spans(*, with_questions: bool) -> Spans:
    """Spans that are sent by OTLP over HTTP, in the background."""
    resource = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME") or "news-assistant"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider, with_questions=with_questions)


def _note(event: Event, step: Span | None, answer: Span) -> None:
    if isinstance(event, Retrieved) and step is not None:
        step.set_attribute("assistant.passages", len(event.passages))
    elif isinstance(event, SentenceReady):
        answer.add_event("sentence", {"assistant.citations": len(event.citations)})
    elif isinstance(event, Done):
        _tell(event.answer, answer)


def _tell(answer: Answer, span: Span) -> None:
    span.set_attributes(
        {
            "assistant.outcome": (_Outcome.REFUSED if answer.refused else _Outcome.ANSWERED).value,
            "assistant.sentences": len(answer.sentences),
            "assistant.citations": len(answer.citations),
            "assistant.left_out": len(answer.left_out),
            **{f"assistant.{name}_ms": milliseconds for name, milliseconds in answer.timings_ms.items()},
        }
    )
    if answer.confidence is not None:
        span.set_attribute("assistant.confidence", answer.confidence)
