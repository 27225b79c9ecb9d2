"""The question-answering pipeline: understand, read, render; a question → events and an `Answer`."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from assistant.answering.reading import Reading
from assistant.answering.render import said_as_of, written
from assistant.answering.stopwatch import Stopwatch
from assistant.answering.trace import Trace
from assistant.query.query import Query
from assistant.query.rewrite import TURNS_SHOWN, QuestionRewriter
from assistant.schema.answers import NOT_STATED, Answer, Question, Timing
from assistant.schema.events import Done, Event, Step, StepName
from assistant.text.tokens import content_stems

_CLOSEST = 3


class Pipeline:
    """Answers one question at a time: understands it once, then reads in the way it was given."""

    def __init__(self, rewriter: QuestionRewriter, reading: Reading, *, model_name: str) -> None:
        self._rewriter = rewriter
        self._reading = reading
        self._model_name = model_name

    def stream(self, question: Question) -> Iterator[Event]:
        """Events in order: `Step`s, `Retrieved`, `Token`s and `SentenceReady`s, `Done`.

        Raises `ModelError` when the model fails.
        """
        clock = Stopwatch()
        query = yield from self._understand(question, clock)
        trace = Trace(query.text)
        reply = yield from self._reading.answer(query, trace, clock)
        yield Done(
            Answer(
                id=question.id,
                question=question.text,
                standalone_question=query.text,
                answer=said_as_of(query.articles.as_of, written(reply.sentences, reply.left_out) or NOT_STATED),
                refused=not reply.sentences,
                refusal_reason=reply.reason and said_as_of(query.articles.as_of, reply.reason),
                confidence=reply.confidence,
                sentences=reply.sentences,
                citations=reply.citations,
                as_of=query.articles.as_of,
                closest=() if reply.sentences else reply.passages[:_CLOSEST],
                model=self._model_name,
                left_out=reply.left_out,
                timings_ms=clock.done(),
                steps=trace.ended(),
            )
        )

    def read_ahead(self) -> None:
        """As `Reading.read_ahead`."""
        self._reading.read_ahead()

    def _understand(self, question: Question, clock: Stopwatch) -> Generator[Event, None, Query]:
        if question.history:
            yield Step(StepName.REWRITING)
        text = self._rewriter.standalone(question.text, question.history)
        clock.mark(Timing.REWRITE)
        shown = question.history[-TURNS_SHOWN:]
        leans = content_stems(text) != content_stems(question.text)
        cited_before = next((turn.articles for turn in reversed(shown) if turn.articles), ()) if leans else ()
        return Query.of(text, question.articles, follow_up=bool(question.history), cited_before=frozenset(cited_before))
