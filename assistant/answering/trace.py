"""Collector of an answer's trace: how it came about, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from assistant.answering.selection import Candidate
from assistant.schema.articles import Passage
from assistant.schema.trace import AnswerTrace, ApartOutcome, Judgement, TracedArticle, TracedEvidence, TracedSentence
from assistant.verification.evidence import Evidence
from assistant.verification.joint import CheckedSentence
from assistant.verification.verifier import Claim


@dataclass(slots=True)
class Trace:
    """The trace of one answer while it grows."""

    question: str
    threshold: float | None = None
    passages: tuple[Passage, ...] = ()
    candidates: list[Candidate] = field(default_factory=list)
    claims: list[tuple[Claim, ApartOutcome]] = field(default_factory=list)
    joint: Sequence[CheckedSentence] = ()
    parts: Sequence[str] = ()

    def checked(self, claims: Sequence[Claim], outcomes: Sequence[ApartOutcome]) -> None:
        """Note what became of the claims."""
        self.claims += zip(claims, outcomes, strict=True)

    def ended(self) -> AnswerTrace:
        """All of it, as the answer carries it."""
        return AnswerTrace(
            self.question,
            self.threshold,
            # Two parts of a question find the same ones.
            tuple({one.paragraph.id: one for one in self.passages}.values()),
            tuple(map(_article, self.candidates)),
            (*(_claim(claim, outcome) for claim, outcome in self.claims), *map(_checked, self.joint)),
            tuple(self.parts),
        )


def _article(candidate: Candidate) -> TracedArticle:
    first = candidate.context.passages[0]
    numbers = tuple(passage.paragraph.number for passage in candidate.context.passages)
    return TracedArticle(
        first.article_id, first.title, first.source, first.published, numbers, answered=candidate.answered
    )


def _claim(claim: Claim, outcome: ApartOutcome) -> TracedSentence:
    return TracedSentence(
        claim.text,
        claim.quoted,
        _evidence(claim.evidence),
        {Judgement(name): value for name, value in asdict(claim.judgements).items()},
        claim.confidence,
        tuple(claim.problems),
        outcome,
    )


def _checked(checked: CheckedSentence) -> TracedSentence:
    """A probability only where the verifier gave one."""
    judgements = {} if checked.support is None else {Judgement.STATED: checked.support}
    evidence = _evidence(checked.evidence)
    return TracedSentence(checked.draft.claim, False, evidence, judgements, None, (), checked.outcome)


def _evidence(evidence: Sequence[Evidence]) -> tuple[TracedEvidence, ...]:
    return tuple(TracedEvidence(part.passage.paragraph.id, part.quote.text) for part in evidence)
