"""Reading strategy for a small model: one article at a time, so that it cannot mix two reports of different dates."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.citations import CitationList
from assistant.answering.reading import (
    NO_SUPPORT,
    NOTHING_FOUND,
    Reply,
    missing,
    with_undated,
)
from assistant.answering.render import as_quotation, repeats
from assistant.answering.selection import Candidate, select, worth_writing
from assistant.answering.stopwatch import Stopwatch
from assistant.answering.trace import Trace
from assistant.generation.generator import DraftGenerator, Written
from assistant.query.division import WHOLE, Division, QuestionDivider
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.retrieval.retriever import Retriever
from assistant.schema.answers import NOT_STATED, Sentence, Timing
from assistant.schema.articles import Passage
from assistant.schema.events import Event, Retrieved, SentenceReady, Step, StepName, Token
from assistant.schema.trace import ApartOutcome
from assistant.verification.judge import Judge
from assistant.verification.verifier import Claim, Verifier

MAX_ARTICLES = 3
# P(answered) from which an article's nearest sentences are enough and the rest is not read; chosen by hand.
_FOUND = 0.6
# Confidence from which no other draft is asked for; what drafts beyond it give: docs/measured.md.
_SURE = 0.7


@dataclass(frozen=True, slots=True)
class Components:
    """What `ReadApart` is composed of, each replaceable by a fake.

    `generators` are asked in turn, until one is sure; of their drafts the likeliest is shown (best of n by a
    verifier: Cobbe et al. 2021, arXiv:2110.14168).
    """

    retriever: Retriever
    excerpts: ExcerptSelector
    judge: Judge
    divider: QuestionDivider
    generators: Sequence[DraftGenerator]
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class Thresholds:
    """P(answered) from which an article is written from, and the confidence from which a claim is shown."""

    answered: float
    shown: float


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found for a question, and the articles that were read of it, each judged."""

    passages: tuple[Passage, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a question, what was written and what became of it, and the largest P(answered)."""

    passages: tuple[Passage, ...]
    claims: tuple[Claim, ...]
    outcomes: tuple[ApartOutcome, ...]
    likeliest: float

    @property
    def chosen(self) -> list[Claim]:
        """What may be shown."""
        return [claim for claim, what in zip(self.claims, self.outcomes, strict=True) if what is ApartOutcome.SHOWN]

    def withheld(self) -> _Found:
        """The same, none of which is shown."""
        outcomes = (ApartOutcome.PART if what is ApartOutcome.SHOWN else what for what in self.outcomes)
        return replace(self, outcomes=tuple(outcomes))


class ReadApart:
    """Reading strategy that judges, drafts and checks article by article."""

    def __init__(self, components: Components, *, thresholds: Thresholds) -> None:
        self._components = components
        self._thresholds = thresholds

    def answer(self, query: Query, trace: Trace, clock: Stopwatch) -> Generator[Event, None, Reply]:
        """Retrieve, judge, generate, verify, select, render, for each part of the question. Raises `ModelError`."""
        trace.threshold = self._thresholds.shown
        whole = yield from self._read(query, trace, clock)
        division = self._division(query, whole, clock)
        trace.parts = division.parts
        parts = [query.part(text) for text in division.parts]
        found: list[_Found] = []
        for part in parts:
            read = yield from self._read(part, trace, clock)
            found.append((yield from self._find(part, read, clock)))
        unanswered = [part for part, one in zip(parts, found, strict=True) if not one.chosen]
        if len(unanswered) == len(parts) or (unanswered and not division.partly):
            # It asks one thing, or what was divided belongs together.
            parts, unanswered = [query], []
            found = [one.withheld() for one in found]
            found.append((yield from self._find(query, whole, clock)))
        shown = found[-len(parts) :]
        for one in found:
            trace.checked(one.claims, one.outcomes)
        citations = CitationList()
        sentences: list[Sentence] = []
        for part, one in zip(parts, shown, strict=True):
            dated = part is not query and bool(part.periods)
            sentences += yield from _render(part, one.chosen, citations, dated=dated, after=sentences)
        passages = tuple({one.paragraph.id: one for part in found for one in part.passages}.values())
        claims = [claim for part in found for claim in part.claims]
        reason = None
        if not sentences:
            reason = with_undated(_reason(passages, claims), self._components.retriever.undated(query.articles))
        return Reply(
            passages,
            tuple(sentences),
            citations.all(),
            _confidence(shown) if self._components.judge.gives_probabilities else None,
            reason,
            tuple(missing(part.text) for part in unanswered),
        )

    def read_ahead(self) -> None:
        """As `Reading.read_ahead`, where the articles are so few that every question reads all of them.

        What is replied is of no use: what was read before it is kept.
        """
        contexts = list(self._components.retriever.whole_articles())
        if 0 < len(contexts) <= MAX_ARTICLES:
            for context in contexts:
                self._components.judge.answered(context.passages[0].title, context)
            self._components.divider.divided(contexts[0].passages[0].title)

    def _read(self, query: Query, trace: Trace, clock: Stopwatch) -> Generator[Event, None, _Read]:
        """The articles that may answer a question."""
        passages, contexts = yield from self._retrieve(query, clock)
        yield Step(StepName.JUDGING)
        candidates = tuple(self._judge(query, context) for context in contexts)
        clock.mark(Timing.GATE)
        trace.passages += passages
        trace.candidates += candidates
        return _Read(passages, candidates)

    def _division(self, query: Query, whole: _Read, clock: Stopwatch) -> Division:
        """What a question asks for, where an article answers at least a part of it: a refusal does not wait for it."""
        if not worth_writing(query, whole.candidates, self._thresholds.answered):
            return WHOLE
        division = self._components.divider.divided(query.text)
        clock.mark(Timing.REWRITE)
        return division

    def _find(self, query: Query, read: _Read, clock: Stopwatch) -> Generator[Event, None, _Found]:
        """What may be shown for one question."""
        claims = yield from self._generate(query, read.candidates, clock)
        outcomes = select(query, claims, self._thresholds.shown)
        likeliest = max((candidate.answered for candidate in read.candidates), default=0.0)
        return _Found(read.passages, tuple(claims), tuple(outcomes), likeliest)

    def _retrieve(
        self, query: Query, clock: Stopwatch
    ) -> Generator[Event, None, tuple[tuple[Passage, ...], list[ArticleContext]]]:
        """The passages found, and the articles to read: whole ones of a small library, excerpts of a large one."""
        yield Step(StepName.SEARCHING)
        retriever = self._components.retriever
        passages = retriever.retrieve(query)
        if retriever.reads_whole():
            contexts = retriever.contexts(passages)[:MAX_ARTICLES]
        else:
            excerpts = self._components.excerpts.cut(query, passages)
            passages = excerpts.passages
            contexts = [excerpts.of(context) for context in retriever.contexts(passages)[:MAX_ARTICLES]]
        clock.mark(Timing.RETRIEVE)
        yield Retrieved(passages, query.articles.as_of)
        return passages, contexts

    def _judge(self, query: Query, context: ArticleContext) -> Candidate:
        """What is read of an article, and how likely it answers."""
        first = context.beginning()
        answered = self._components.judge.answered(query.text, first)
        if not context.further or answered >= _FOUND:
            return Candidate(first, answered)
        return Candidate(context, self._components.judge.answered(query.text, context))

    def _generate(
        self, query: Query, candidates: Sequence[Candidate], clock: Stopwatch
    ) -> Generator[Event, None, list[Claim]]:
        """Verified claims from each article that may answer."""
        claims: list[Claim] = []
        for candidate in worth_writing(query, candidates, self._thresholds.answered):
            claims += yield from self._from_article(query, candidate, clock)
        clock.mark(Timing.WRITE)
        return claims

    def _from_article(
        self, query: Query, candidate: Candidate, clock: Stopwatch
    ) -> Generator[Event, None, list[Claim]]:
        """The drafts of an article as claims; where none can be shown, last its own words."""
        components = self._components
        drafts: dict[str, Claim] = {}
        for generator in components.generators:
            if any(claim.confidence >= _SURE for claim in drafts.values()):
                break
            draft = yield from self._write(query, generator, candidate, clock)
            if draft.text and draft.text not in drafts:
                yield Step(StepName.CHECKING)
                drafts[draft.text] = components.verifier.verify(
                    query.text,
                    draft.text,
                    candidate.context,
                    answered=candidate.answered,
                    right=draft.right,
                    figures_from=query.figures_from,
                )
        claims = list(drafts.values())
        if any(claim.confidence >= self._thresholds.shown for claim in claims):
            return claims
        yield Step(StepName.CHECKING)
        last = next(reversed(drafts), "")
        quotation = components.verifier.quotation(query.text, last, candidate.context, answered=candidate.answered)
        return [*claims, quotation] if quotation else claims

    def _write(
        self, query: Query, generator: DraftGenerator, candidate: Candidate, clock: Stopwatch
    ) -> Generator[Event, None, Written]:
        """A draft, as it is written."""
        yield Step(StepName.WRITING)
        draft = Written("")
        for item in generator.write(query.text, candidate.context):
            clock.first(Timing.FIRST_TOKEN)
            if isinstance(item, Token):
                yield item
            else:
                draft = item
        return draft


def _render(
    query: Query,
    chosen: Sequence[Claim],
    citations: CitationList,
    *,
    dated: bool = False,
    after: Sequence[Sentence] = (),
) -> Generator[Event, None, list[Sentence]]:
    """The sentences with their citations, but for those that `after` says already.

    Outlet and date are before each where reports differ or the present is asked, or where it shall be `dated`.
    """
    several = len({claim.context.passages[0].article_id for claim in chosen}) > 1
    dated = dated or several or query.newest
    sentences: list[Sentence] = []
    for claim in chosen:
        text = as_quotation(claim.text) if claim.quoted else claim.text
        if text in [one.text for one in after]:
            # Before it is cited: a source of nothing that is shown is not listed.
            continue
        made = tuple(citations.cite(part) for part in claim.evidence)
        sentence = Sentence(
            text=text,
            citations=tuple(dict.fromkeys(citation.number for citation in made)),
            support=claim.judgements.stated,
            quoted=claim.quoted,
            byline=(claim.context.outlet_and_day or None) if dated else None,
        )
        if repeats(sentence, after):
            continue
        sentences.append(sentence)
        yield SentenceReady(sentence, made)
    return sentences


def _confidence(found: Sequence[_Found]) -> float:
    """An answer is as sure as its least sure sentence; a refusal tells of the best that was found."""
    if shown := [claim.confidence for part in found for claim in part.chosen]:
        return min(shown)
    if written := [claim.confidence for part in found for claim in part.claims]:
        return max(written)
    return max(part.likeliest for part in found)


def _reason(passages: Sequence[Passage], claims: Sequence[Claim]) -> str:
    return NOTHING_FOUND if not passages else NO_SUPPORT if claims else NOT_STATED
