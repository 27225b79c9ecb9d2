"""A question → events and an `Answer`. The one place that knows the order of the steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.citations import CitationList
from assistant.answering.render import as_quotation, with_marks
from assistant.answering.selection import Candidate, Outcome, select, worth_writing
from assistant.answering.trace import Trace
from assistant.generation.generator import DraftGenerator
from assistant.query.query import Query
from assistant.query.rewrite import QuestionRewriter
from assistant.query.validate import check_question
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.retrieval.retriever import Retriever
from assistant.schema import Answer, Done, Event, Passage, Question, Retrieved, Sentence, SentenceReady, Step, Token
from assistant.util.stopwatch import Stopwatch
from assistant.verification.judge import Judge
from assistant.verification.verifier import Claim, Verifier

MAX_REPORTS = 3
_CLOSEST = 3
# Where the judge finds the answer in an article's nearest sentences, the rest is not read.
_FOUND = 0.6

NOT_STATED = "The articles do not say."
NO_SUPPORT = "The articles do not say: no sentence that states an answer was found in them."
NOTHING_FOUND = "The articles do not say: no paragraph was found for these dates."


@dataclass(frozen=True, slots=True)
class Steps:
    """The parts of the pipeline, each replaceable by a fake.

    `generators` are asked in turn, until a draft of one of them can be shown.
    """

    rewriter: QuestionRewriter
    retriever: Retriever
    excerpter: ExcerptSelector
    judge: Judge
    generators: Sequence[DraftGenerator]
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`worth`: P(answered) from which an article is written from; `shown`: confidence from which a claim is shown."""

    worth: float
    shown: float


class Pipeline:
    """Answers one question at a time from the parts it is given."""

    def __init__(self, steps: Steps, *, thresholds: Thresholds, model_name: str) -> None:
        self._steps = steps
        self._thresholds = thresholds
        self._model_name = model_name

    def stream(self, question: Question) -> Iterator[Event]:
        """Events in order: `Step`s, `Retrieved`, `Token`s and `SentenceReady`s, `Done`.

        Raises `QuestionError` for an empty or overlong question, `ModelError` when the model fails.
        """
        check_question(question.text)
        clock = Stopwatch()
        query = yield from self._understand(question, clock)
        trace = Trace(query.text, self._thresholds.shown)
        passages, contexts = yield from self._retrieve(query, clock)
        trace.passages = passages
        yield Step("judging")
        trace.candidates = [self._judge(query, context) for context in contexts]
        clock.mark("gate")
        claims = yield from self._generate(query, trace.candidates, clock)
        outcomes = select(query, claims, self._thresholds.shown)
        trace.checked(claims, outcomes)
        chosen = [claim for claim, outcome in zip(claims, outcomes, strict=True) if outcome is Outcome.SHOWN]
        citations = CitationList()
        sentences = yield from _render(query, chosen, citations)
        likeliest = max((candidate.answered for candidate in trace.candidates), default=0.0)
        yield Done(
            Answer(
                id=question.id,
                question=question.text,
                standalone_question=query.text,
                answer=" ".join(map(with_marks, sentences)) or NOT_STATED,
                refused=not sentences,
                refusal_reason=None if sentences else _reason(passages, claims),
                confidence=_confidence(chosen, claims, likeliest),
                sentences=tuple(sentences),
                citations=citations.all(),
                closest=() if sentences else passages[:_CLOSEST],
                model=self._model_name,
                timings_ms=clock.done(),
                steps=trace.to_dict(),
            )
        )

    def _understand(self, question: Question, clock: Stopwatch) -> Generator[Event, None, Query]:
        if question.history:
            yield Step("rewriting")
        text = self._steps.rewriter.standalone(question.text, question.history)
        clock.mark("rewrite")
        return Query.of(text, question)

    def _retrieve(
        self, query: Query, clock: Stopwatch
    ) -> Generator[Event, None, tuple[tuple[Passage, ...], list[ArticleContext]]]:
        """The passages found, and the articles to read: whole ones of a small library, excerpts of a large one."""
        yield Step("searching")
        retriever = self._steps.retriever
        passages = retriever.retrieve(query)
        if retriever.reads_whole():
            contexts = retriever.contexts(passages)[:MAX_REPORTS]
        else:
            excerpts = self._steps.excerpter.cut(query, passages)
            passages = excerpts.passages
            contexts = [excerpts.of(context) for context in retriever.contexts(passages)[:MAX_REPORTS]]
        clock.mark("retrieve")
        yield Retrieved(passages)
        return passages, contexts

    def _judge(self, query: Query, context: ArticleContext) -> Candidate:
        """What is read of an article, and how likely it answers."""
        first = context.beginning()
        answered = self._steps.judge.answered(query.text, first)
        if not context.further or answered >= _FOUND:
            return Candidate(first, answered)
        return Candidate(context, self._steps.judge.answered(query.text, context))

    def _generate(
        self, query: Query, candidates: Sequence[Candidate], clock: Stopwatch
    ) -> Generator[Event, None, list[Claim]]:
        """Verified claims from each article that may answer."""
        claims: list[Claim] = []
        for candidate in worth_writing(query, candidates, self._thresholds.worth):
            claims += yield from self._from_article(query, candidate, clock)
        clock.mark("write")
        return claims

    def _from_article(
        self, query: Query, candidate: Candidate, clock: Stopwatch
    ) -> Generator[Event, None, list[Claim]]:
        """The drafts of an article as claims; where none can be shown, last its own words."""
        verifier = self._steps.verifier
        claims: list[Claim] = []
        drafts = [""]
        for generator in self._steps.generators:
            yield Step("writing")
            draft = ""
            for item in generator.write(query.text, candidate.context):
                clock.first("first_token")
                if isinstance(item, Token):
                    yield item
                else:
                    draft = item
            if draft in drafts:
                continue
            drafts.append(draft)
            yield Step("checking")
            claims.append(verifier.verify(query.text, draft, candidate.context, answered=candidate.answered))
            if claims[-1].confidence >= self._thresholds.shown:
                return claims
        yield Step("checking")
        quotation = verifier.quotation(query.text, drafts[-1], candidate.context, answered=candidate.answered)
        return [*claims, quotation] if quotation else claims


def _render(query: Query, chosen: Sequence[Claim], citations: CitationList) -> Generator[Event, None, list[Sentence]]:
    """The sentences with their citations; outlet and date before each where reports differ or the present is asked."""
    several = len({claim.context.passages[0].article_id for claim in chosen}) > 1
    dated = several or query.newest
    sentences: list[Sentence] = []
    for claim in chosen:
        made = tuple(citations.cite(part) for part in claim.evidence)
        sentence = Sentence(
            text=as_quotation(claim.text) if claim.quoted else claim.text,
            citations=tuple(dict.fromkeys(citation.number for citation in made)),
            support=claim.judgements.stated,
            quoted=claim.quoted,
            byline=(claim.context.byline or None) if dated else None,
        )
        sentences.append(sentence)
        yield SentenceReady(sentence, made)
    return sentences


def _confidence(chosen: Sequence[Claim], claims: Sequence[Claim], likeliest: float) -> float:
    """An answer is as sure as its least sure sentence; a refusal tells of the best that was found."""
    if chosen:
        return min(claim.confidence for claim in chosen)
    return max((claim.confidence for claim in claims), default=likeliest)


def _reason(passages: Sequence[Passage], claims: Sequence[Claim]) -> str:
    return NOTHING_FOUND if not passages else NO_SUPPORT if claims else NOT_STATED
