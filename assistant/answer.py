"""A question → events and an `Answer`: contextualise, retrieve, gate, write, check, present."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.antecedents import with_antecedent
from assistant.choosing import Checked, choose
from assistant.citations import CitationList
from assistant.compound import parts
from assistant.conversation import Contextualiser
from assistant.excerpts import Excerpter
from assistant.gate import Gate, Verdict, Written
from assistant.overview import leads, overview
from assistant.present import with_date, with_marks
from assistant.questions import check_question
from assistant.quoting import Quoter
from assistant.reports import Report
from assistant.retriever import Retriever
from assistant.rivals import in_order, in_reading_order, select, worth_reading
from assistant.schema import (
    Answer,
    Done,
    Event,
    Passage,
    Question,
    Retrieved,
    Sentence,
    SentenceReady,
    Step,
    Token,
    Turn,
)
from assistant.stopwatch import Stopwatch
from assistant.support import Evidence, Support
from assistant.trail import REPEATED, SHOWN, Trail
from assistant.wording import in_their_words, is_close
from assistant.writer import Writer

MAX_REPORTS = 3
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
    quoter: Quoter
    excerpter: Excerpter


@dataclass(frozen=True, slots=True)
class _Part:
    """What became of a question, or of one part of it."""

    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    confidence: float
    reason: str | None


class Pipeline:
    """Answers one question at a time from the parts it is given."""

    def __init__(self, steps: Steps, *, threshold: float, model_name: str) -> None:
        self._steps = steps
        self._threshold = threshold
        self._model_name = model_name

    def stream(self, question: Question) -> Iterator[Event]:
        """Events in order: `Step`s, `Retrieved`, `Token`s and `SentenceReady`s, `Done`.

        Raises `QuestionError` for an empty or overlong question, `ModelError` when the model fails.
        """
        check_question(question.text)
        clock, trail, citations = Stopwatch(), Trail(), CitationList()
        if question.history:
            yield Step("rewriting")
        asked = self._steps.contextualiser.standalone(question.text, question.history)
        clock.mark("rewrite")
        pieces = parts(asked)
        done: list[_Part] = []
        shown: set[Sentence] = set()
        for place, piece in enumerate(pieces):
            if place:
                piece = self._steps.contextualiser.standalone(piece, [Turn("user", part) for part in pieces[:place]])
            done.append((yield from self._part(piece, question, citations, trail, clock, shown)))
        answered = [part for part in done if part.sentences]
        # What answers two parts of a question is said once.
        sentences = tuple(dict.fromkeys(sentence for part in done for sentence in part.sentences))
        yield Done(
            Answer(
                id=question.id,
                question=question.text,
                standalone_question=asked,
                answer=" ".join(map(with_marks, sentences)) or NOT_STATED,
                refused=not sentences,
                refusal_reason=None if sentences else done[0].reason,
                confidence=min((part.confidence for part in answered), default=max(p.confidence for p in done)),
                sentences=sentences,
                citations=citations.all(),
                closest=() if sentences else _first(part.passages for part in done)[:_CLOSEST],
                model=self._model_name,
                timings_ms=clock.done(),
                unanswered=tuple(p for p, part in zip(pieces, done, strict=True) if answered and not part.sentences),
                steps=trail.to_dict(self._threshold),
            )
        )

    def _part(
        self,
        asked: str,
        question: Question,
        citations: CitationList,
        trail: Trail,
        clock: Stopwatch,
        shown: set[Sentence],
    ) -> Generator[Event, None, _Part]:
        trail.part(asked)
        yield Step("searching")
        passages = self._steps.retriever.retrieve(
            asked, since=question.since, until=question.until, articles=question.articles
        )
        if self._steps.retriever.reads_whole():
            reports = self._steps.retriever.reports(passages)[:MAX_REPORTS]
        else:
            excerpts = self._steps.excerpter.cut(asked, passages)
            passages = excerpts.passages
            reports = [excerpts.of(report) for report in self._steps.retriever.reports(passages)[:MAX_REPORTS]]
        clock.mark("retrieve")
        trail.retrieved(passages)
        yield Retrieved(passages)
        if opening := self._opening(asked, question, reports, trail):
            return (yield from self._shown(asked, opening, opening, passages, NOT_STATED, citations, shown))
        yield Step("judging")
        verdicts: list[Verdict] = []
        for report in in_reading_order(asked, reports):
            if worth_reading(asked, report, verdicts):
                verdicts.append(self._judge(asked, report, trail))
        clock.mark("gate")

        yield Step("writing")
        found: list[Checked] = []
        for verdict in select(asked, verdicts, _WORTH_WRITING):
            found += yield from self._from_report(asked, verdict, trail, clock)
        kept = choose(asked, found, self._threshold)
        # What was passed over is asked where nothing that was read holds.
        rest = iter(self._left_over(asked, reports, verdicts, trail))
        while not kept and (another := next(rest, None)):
            own = yield from self._from_report(asked, another, trail, clock)
            found += own
            kept = choose(asked, own, self._threshold)
        clock.mark("write")

        reason = NOTHING_FOUND if not verdicts else NO_SUPPORT if found else NOT_STATED
        part = yield from self._shown(asked, kept, found, passages, reason, citations, shown)
        likeliest = max((verdict.probability for verdict in verdicts), default=0.0)
        return part if found else replace(part, confidence=likeliest)

    def _shown(
        self,
        asked: str,
        kept: list[Checked],
        found: list[Checked],
        passages: tuple[Passage, ...],
        reason: str,
        citations: CitationList,
        shown: set[Sentence],
    ) -> Generator[Event, None, _Part]:
        """The sentences `kept` of those `found`, cited, dated and in order."""
        several = len({item.report.passages[0].article_id for item in kept}) > 1 or overview(asked) is not None
        sentences = []
        for item in sorted(kept, key=lambda item: in_order(asked, item.report.published)):
            made = tuple(citations.cite(part) for part in item.evidence)
            text = with_date(item.text, asked, item.report, several=several)
            numbers = tuple(dict.fromkeys(citation.number for citation in made))
            sentences.append(Sentence(text, numbers, item.evidence[0].support))
            if sentences[-1] in shown:
                item.entry["outcome"] = REPEATED
                continue
            shown.add(sentences[-1])
            yield SentenceReady(sentences[-1], made)
        return _Part(
            tuple(sentences),
            passages,
            max((item.confidence for item in kept or found), default=0.0),
            reason,
        )

    def _opening(self, asked: str, question: Question, reports: list[Report], trail: Trail) -> list[Checked]:
        """What the reports open with, where the question is what they are about."""
        wanted = overview(asked)
        if wanted is None:
            return []
        retriever = self._steps.retriever
        candidates = retriever.of_time(
            asked, since=question.since, until=question.until, articles=question.articles, most=MAX_REPORTS
        )
        # Of a library too large to look at each, those found for what they are about.
        complete = bool(candidates)
        if not complete and wanted.about:
            candidates = [retriever.whole(report) for report in reports]
        found = []
        for report, lead in leads(asked, wanted, candidates, complete=complete):
            shown = _verbatim((lead,), report)
            entry = trail.checked(Written(lead.quote.text, shown, shown, quoted=True), confidence=1.0)
            entry["outcome"] = SHOWN
            found.append(Checked(in_their_words(shown), shown, 1.0, 1.0, report, entry))
        return found

    def _judge(self, asked: str, report: Report, trail: Trail) -> Verdict:
        verdict = self._steps.gate.judge(asked, report)
        trail.judged(verdict)
        return verdict

    def _left_over(self, asked: str, reports: list[Report], verdicts: list[Verdict], trail: Trail) -> Iterator[Verdict]:
        """Reports that were not asked yet, likeliest first, then those that were not even read."""
        asked_already = {verdict.report.rank for verdict in select(asked, verdicts, _WORTH_WRITING)}
        known = {verdict.report.rank for verdict in verdicts}
        yield from sorted(
            (v for v in verdicts if v.probability >= _WORTH_WRITING and v.report.rank not in asked_already),
            key=lambda verdict: -verdict.probability,
        )
        for report in reports:
            if report.rank not in known:
                verdict = self._judge(asked, report, trail)
                if verdict.probability >= _WORTH_WRITING:
                    yield verdict

    def _from_report(
        self, asked: str, verdict: Verdict, trail: Trail, clock: Stopwatch
    ) -> Generator[Event, None, list[Checked]]:
        """Draft tokens; at the end each sentence that is stated in the report."""
        report = verdict.report
        failed: list[Written] = []
        kept: list[Checked] = []
        for item in self._steps.writer.write(asked, report):
            clock.first("first_token")
            if isinstance(item, Token):
                yield item
                continue
            yield Step("checking")
            evidence = self._steps.support.check(item, report.passages, asked)
            if evidence and evidence[0].holds:
                close = is_close(item, asked, evidence)
                shown = evidence if close else _verbatim(evidence, report)
                text = item if close else in_their_words(shown)
                written = Written(item, evidence, shown, quoted=not close)
                kept.append(self._confirmed(asked, verdict, written, text, trail))
            else:
                failed.append(Written(item, evidence, evidence))
                trail.checked(failed[-1])
        beside = [item for item in kept if not item.confidence]
        if len(beside) < len(kept) or not (kept or failed):
            return kept
        # What the report says verbatim is worth more than what a model failed to say rightly; what
        # it said beside the question, perhaps on an article's order, is no help in finding it.
        quoted = self._steps.quoter.best(" ".join([asked, *(written.draft for written in failed)]), report.passages)
        if quoted and quoted.support >= QUOTE_SHARE:
            shown = _verbatim((quoted,), report)
            draft = failed[0] if failed else Written(beside[0].text, beside[0].evidence, beside[0].evidence)
            written = replace(draft, shown=shown, verbatim=True)
            kept.append(self._confirmed(asked, verdict, written, in_their_words(shown), trail))
        return kept

    def _confirmed(self, asked: str, verdict: Verdict, written: Written, text: str, trail: Trail) -> Checked:
        confidence, signals = self._steps.gate.confirm(asked, verdict, written)
        entry = trail.checked(written, confidence=confidence, signals=signals)
        return Checked(text, written.shown, confidence, signals.quoted, verdict.report, entry)


def _first(found: Iterable[tuple[Passage, ...]]) -> tuple[Passage, ...]:
    return next(filter(None, found), ())


def _verbatim(evidence: tuple[Evidence, ...], report: Report) -> tuple[Evidence, ...]:
    """What is shown in the article's own words, which state what they state."""
    return with_antecedent([replace(part, support=1.0) for part in evidence], report.passages)
