"""How an answer came about: typed while it is collected, plain JSON for `--explain` and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.answering.selection import Candidate, Outcome
from assistant.schema.articles import Passage, passage_to_dict
from assistant.verification.evidence import Evidence
from assistant.verification.joint import CheckedSentence
from assistant.verification.verifier import Claim


@dataclass(slots=True)
class Trace:
    """What happened on the way to one answer."""

    question: str
    threshold: float | None = None
    passages: tuple[Passage, ...] = ()
    candidates: list[Candidate] = field(default_factory=list)
    claims: list[tuple[Claim, Outcome]] = field(default_factory=list)
    joint: Sequence[CheckedSentence] = ()

    def checked(self, claims: Sequence[Claim], outcomes: Sequence[Outcome]) -> None:
        """Note what became of the claims."""
        self.claims += zip(claims, outcomes, strict=True)

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values: `question`, `threshold`, `passages`, `contexts`, `sentences`."""
        return {
            "question": self.question,
            "threshold": self.threshold,
            "passages": [passage_to_dict(passage) for passage in self.passages],
            "reports": [_candidate(candidate) for candidate in self.candidates],
            "sentences": [
                *(_claim(claim, outcome) for claim, outcome in self.claims),
                *(_checked(one) for one in self.joint),
            ],
        }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    first = candidate.context.passages[0]
    return {
        "article_id": first.article_id,
        "title": first.title,
        "source": first.source,
        "published": first.published.isoformat() if first.published else None,
        "paragraphs": [passage.paragraph.number for passage in candidate.context.passages],
        "answered": round(candidate.answered, 4),
    }


def _claim(claim: Claim, outcome: Outcome) -> dict[str, Any]:
    return {
        "draft": claim.text,
        "quoted": claim.quoted,
        "evidence": _evidence(claim.evidence),
        "judgements": {name: round(value, 4) for name, value in asdict(claim.judgements).items()},
        "confidence": round(claim.confidence, 4),
        "problems": list(claim.problems),
        "outcome": outcome.value,
    }


def _checked(checked: CheckedSentence) -> dict[str, Any]:
    """The same keys; a probability only where the verifier gave one."""
    return {
        "draft": checked.draft.claim,
        "quoted": False,
        "evidence": _evidence(checked.evidence),
        "judgements": {} if checked.support is None else {"stated": round(checked.support, 4)},
        "confidence": None,
        "problems": [],
        "outcome": checked.finding.value,
    }


def _evidence(evidence: Sequence[Evidence]) -> list[dict[str, str]]:
    return [{"paragraph_id": part.passage.paragraph.id, "quote": part.quote.text} for part in evidence]
