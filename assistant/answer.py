"""A question → events and an `Answer`: contextualise, retrieve, gate, write, check, present."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.citations import CitationList
from assistant.conversation import Contextualiser
from assistant.errors import QuestionError
from assistant.gate import Gate, Verdict, Written, select
from assistant.present import as_quotation, with_date, with_marks
from assistant.retriever import Retriever
from assistant.schema import Answer, Done, Event, Question, Retrieved, Sentence, SentenceReady, Token
from assistant.support import Evidence, Support, best_quote
from assistant.words import stems
from assistant.writer import Writer

MAX_QUESTION = 4000
_MAX_REPORTS = 3
_CLOSEST = 3
_WORTH_WRITING = 0.15
QUOTE_SHARE = 0.4

NOT_STATED = "The articles do not say."
NO_SUPPORT = "The articles do not say: no sentence that states an answer was found in them."
NOTHING_FOUND = "The articles do not say: no paragraph was found for these dates."


@dataclass(frozen=True, slots=True)
class Steps:
    """The parts of the pipeline, each replaceable by a fake."""

    contextualiser: Contextualiser
    retriever: Retriever
    gate: Gate
    writer: Writer
    support: Support


@dataclass(frozen=True, slots=True)
class _Checked:
    """A sentence that its evidence states, and the probability that it answers the question."""

    text: str
    evidence: tuple[Evidence, ...]
    confidence: float


class Pipeline:
    """Answers one question at a time from the parts it is given."""

    def __init__(self, steps: Steps, *, threshold: float, model_name: str) -> None:
        self._steps = steps
        self._threshold = threshold
        self._model_name = model_name

    def stream(self, question: Question) -> Iterator[Event]:
        """Events in order: `Retrieved`, `Token`s and `SentenceReady`s, `Done`.

        Raises `QuestionError` for an empty or overlong question, `ModelError` when the model fails.
        """
        check_question(question.text)
        clock = _Clock()
        asked = self._steps.contextualiser.standalone(question.text, question.history)
        clock.mark("rewrite")
        passages = self._steps.retriever.retrieve(asked, since=question.since, until=question.until)
        clock.mark("retrieve")
        yield Retrieved(passages)
        reports = self._steps.retriever.reports(passages)[:_MAX_REPORTS]
        verdicts = [self._steps.gate.judge(asked, report) for report in reports]
        clock.mark("gate")

        citations = CitationList()
        sentences: list[Sentence] = []
        confidence = max((verdict.probability for verdict in verdicts), default=0.0)
        seen: list[float] = []
        for verdict, several in _in_turn(asked, verdicts):
            if sentences and not several:
                break
            for item in self._from_report(asked, verdict):
                clock.first("first_token")
                if isinstance(item, Token):
                    yield item
                    continue
                seen.append(item.confidence)
                # With its date: two reports that say the same of two days are two answers.
                text = with_date(item.text, asked, verdict.report, several=several)
                if item.confidence < self._threshold or any(_same(text, known.text) for known in sentences):
                    continue
                made = tuple(citations.cite(part) for part in item.evidence)
                sentence = Sentence(
                    text,
                    tuple(dict.fromkeys(citation.number for citation in made)),
                    item.evidence[0].support,
                )
                sentences.append(sentence)
                yield SentenceReady(sentence, made)
        refusal = None if sentences else NOTHING_FOUND if not verdicts else NO_SUPPORT if seen else NOT_STATED
        yield Done(
            Answer(
                id=question.id,
                question=question.text,
                standalone_question=asked,
                answer=" ".join(map(with_marks, sentences)) or NOT_STATED,
                refused=not sentences,
                refusal_reason=refusal,
                confidence=max(seen, default=confidence),
                sentences=tuple(sentences),
                citations=citations.all(),
                closest=() if sentences else passages[:_CLOSEST],
                model=self._model_name,
                timings_ms=clock.done(),
            )
        )

    def _from_report(self, asked: str, verdict: Verdict) -> Iterator[Token | _Checked]:
        """Draft tokens, then each sentence that is stated in the report."""
        report = verdict.report
        failed: list[Written] = []
        kept = 0
        for item in self._steps.writer.write(asked, report):
            if isinstance(item, Token):
                yield item
                continue
            evidence = self._steps.support.check(item, report.passages, asked)
            written = Written(item, evidence, evidence)
            if evidence and evidence[0].holds:
                kept += 1
                yield _Checked(item, evidence, self._steps.gate.confirm(asked, verdict, written)[0])
            else:
                failed.append(written)
        if kept or not failed:
            return
        # What the report says verbatim is worth more than what a model failed to say rightly.
        quoted = best_quote(" ".join([asked, *(written.draft for written in failed)]), report.passages)
        if quoted and quoted.support >= QUOTE_SHARE:
            shown = (replace(quoted, support=1.0),)
            written = replace(failed[0], shown=shown, verbatim=True)
            confidence, _ = self._steps.gate.confirm(asked, verdict, written)
            text = as_quotation(quoted.quote.text, quoted.passage.paragraph.speaker)
            yield _Checked(text, shown, confidence)


def check_question(text: str) -> None:
    """Raises `QuestionError` for a question that is empty or too long to be one."""
    if not text.strip():
        raise QuestionError("the question is empty; ask something")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise QuestionError("the question is not valid Unicode; send it as UTF-8")
    if len(text) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(text):,} characters, at most {MAX_QUESTION:,} are read; shorten it")


def _in_turn(asked: str, verdicts: list[Verdict]) -> Iterator[tuple[Verdict, bool]]:
    """The reports to ask, and whether it is one of several that answer together.

    First those that are to answer; if nothing they say holds, the others, likeliest first.
    """
    chosen = select(asked, verdicts, _WORTH_WRITING)
    yield from ((verdict, len(chosen) > 1) for verdict in chosen)
    rest = [verdict for verdict in verdicts if verdict not in chosen and verdict.probability >= _WORTH_WRITING]
    yield from ((verdict, False) for verdict in sorted(rest, key=lambda verdict: -verdict.probability))


def _same(text: str, other: str) -> bool:
    return stems(text) <= stems(other)


class _Clock:
    """Milliseconds since the start and between marks."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._marks: dict[str, int] = {}

    def mark(self, name: str) -> None:
        now = time.perf_counter()
        self._marks[name] = round((now - self._last) * 1000)
        self._last = now

    def first(self, name: str) -> None:
        self._marks.setdefault(name, round((time.perf_counter() - self._start) * 1000))

    def done(self) -> dict[str, int]:
        return {**self._marks, "total": round((time.perf_counter() - self._start) * 1000)}
