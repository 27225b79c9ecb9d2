"""A question → events and an `Answer`: contextualise, retrieve, gate, write, check, present."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.citations import CitationList
from assistant.conversation import Contextualiser
from assistant.dates import named_periods
from assistant.errors import QuestionError
from assistant.gate import Gate, Verdict
from assistant.reports import Report, group
from assistant.retriever import Retriever
from assistant.schema import Answer, Done, Event, Question, Retrieved, Sentence, SentenceReady, Token
from assistant.support import Evidence, Support, best_quote
from assistant.words import stems
from assistant.writer import Writer

MAX_QUESTION = 4000
_MAX_REPORTS = 3
_CLOSEST = 3
_RIVAL_ODDS = 2.0
_QUOTE_SHARE = 0.6
_ASKS_WHEN = re.compile(r"\b(?:when|(?:what|which)\s+(?:date|day|year|month|time)|how (?:recently|long ago))\b", re.I)
_ASKS_NOW = re.compile(r"\b(?:now|current(?:ly)?|latest|most recent(?:ly)?|today|newest|last time)\b", re.I)
_RELATIVE = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|ongoing|(?:this|last|next|later this|earlier this)\s+"
    r"(?:week|month|year|summer|winter|spring|autumn|fall|weekend)|"
    r"(?:on|this|last|next)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.I,
)
_DATED = re.compile(r"\b(?:1[89]|20)\d{2}\b")

NOT_STATED = "The articles do not say."
NO_SUPPORT = "No sentence could be found in the articles that states an answer."
NOTHING_FOUND = "No paragraph was found for these dates."


@dataclass(frozen=True, slots=True)
class Steps:
    """The parts of the pipeline, each replaceable by a fake."""

    contextualiser: Contextualiser
    retriever: Retriever
    gate: Gate
    writer: Writer
    support: Support


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
        reports = group(passages)[:_MAX_REPORTS]
        verdicts = [self._steps.gate.judge(asked, report) for report in reports]
        clock.mark("gate")
        chosen = select(asked, verdicts, self._threshold)
        blank = Answer(
            id=question.id,
            question=question.text,
            standalone_question=asked,
            answer=NOT_STATED,
            refused=True,
            refusal_reason=NOT_STATED if verdicts else NOTHING_FOUND,
            confidence=max((verdict.probability for verdict in verdicts), default=0.0),
            sentences=(),
            citations=(),
            closest=passages[:_CLOSEST],
            model=self._model_name,
        )
        if not chosen:
            yield Done(replace(blank, timings_ms=clock.done()))
            return

        citations = CitationList()
        sentences: list[Sentence] = []
        for verdict in chosen:
            for item in self._from_report(asked, verdict.report, dated=len(chosen) > 1):
                clock.first("first_token")
                if isinstance(item, Token):
                    yield item
                    continue
                text, evidence = item
                if any(_says_the_same(text, known.text) for known in sentences):
                    continue
                made = tuple(citations.cite(part) for part in evidence)
                numbers = tuple(dict.fromkeys(citation.number for citation in made))
                sentence = Sentence(text, numbers, evidence[0].support)
                sentences.append(sentence)
                yield SentenceReady(sentence, made)
        if not sentences:
            yield Done(replace(blank, refusal_reason=NO_SUPPORT, timings_ms=clock.done()))
            return
        yield Done(
            replace(
                blank,
                answer=" ".join(with_marks(sentence) for sentence in sentences),
                refused=False,
                refusal_reason=None,
                sentences=tuple(sentences),
                citations=citations.all(),
                closest=(),
                timings_ms=clock.done(),
            )
        )

    def _from_report(
        self, asked: str, report: Report, *, dated: bool
    ) -> Iterator[Token | tuple[str, tuple[Evidence, ...]]]:
        """Draft tokens, then each sentence that is stated in the report, with its evidence."""
        draft, kept = [], 0
        for item in self._steps.writer.write(asked, report):
            if isinstance(item, Token):
                yield item
                continue
            draft.append(item)
            evidence = self._steps.support.check(item, report.passages)
            if evidence and evidence[0].holds:
                kept += 1
                yield _present(item, asked, report, dated=dated), evidence
        if kept:
            return
        # What the report says verbatim is worth more than what a model failed to say rightly.
        quoted = best_quote(" ".join([asked, *draft]), report.passages)
        if quoted and quoted.support >= _QUOTE_SHARE:
            text = _as_quotation(quoted.quote.text)
            yield _present(text, asked, report, dated=True), (replace(quoted, support=1.0),)


def check_question(text: str) -> None:
    """Raises `QuestionError` for a question that is empty or too long to be one."""
    if not text.strip():
        raise QuestionError("the question is empty; ask something")
    if len(text) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(text):,} characters, at most {MAX_QUESTION:,} are read; shorten it")


def select(question: str, verdicts: Sequence[Verdict], threshold: float) -> list[Verdict]:
    """The reports to answer from, in the order to show them; empty: refuse.

    The likeliest one, and those of other dates that are about as likely or of a time that the
    question names too. Oldest first; newest first where the question asks for the current state.
    """
    able = sorted((v for v in verdicts if v.probability >= threshold), key=lambda v: -v.probability)
    if not able:
        return []
    best = able[0]
    periods = named_periods(question)
    several = len(periods) > 1
    chosen = [best]
    for rival in able[1:]:
        if rival.report.published in (None, *(v.report.published for v in chosen)):
            continue
        close = _log_odds(best) - _log_odds(rival) <= _RIVAL_ODDS
        if close or (several and any(period.contains(rival.report.published) for period in periods)):
            chosen.append(rival)
    newest_first = bool(_ASKS_NOW.search(question))
    return sorted(chosen, key=lambda v: str(v.report.published), reverse=newest_first)


def with_marks(sentence: Sentence) -> str:
    """The sentence with its citation numbers before the full stop: "They met [1]."."""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    body = sentence.text.rstrip()
    end = body[-1] if body and body[-1] in ".!?" else ""
    return f"{body.removesuffix(end) if end else body} {marks}{end or '.'}"


def _present(text: str, asked: str, report: Report, *, dated: bool) -> str:
    """The sentence, with outlet and date before it where its time would not be plain without."""
    says_when = bool(_DATED.search(text))
    unclear = bool(_RELATIVE.search(text)) or (bool(_ASKS_WHEN.search(asked)) and not says_when)
    if report.byline and (dated or unclear):
        return f"{report.byline}: {text}"
    return text


def _as_quotation(text: str) -> str:
    bare = text.strip().strip('“”"')
    return f"“{bare}”"


def _says_the_same(text: str, other: str) -> bool:
    mine, theirs = stems(text), stems(other)
    return mine == theirs


def _log_odds(verdict: Verdict) -> float:
    import math

    p = min(max(verdict.probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


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
