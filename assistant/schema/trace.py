"""Value types of an answer's trace: how it came about, for `--explain`, the page and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from assistant.schema.articles import Passage, iso_day, passage_to_dict


class ApartOutcome(StrEnum):
    """What became of a claim, where reports are read apart."""

    SHOWN = "shown"
    NOT_STATED = "not stated by what it cites"
    UNLIKELY = "unlikely to answer the question"
    OTHER_TIME = "another time is asked for"
    OTHER_REPORT = "the conversation is about another report"
    OTHER_NAME = "a name that is asked for is in another report alone"
    OLDER = "a newer report answers"
    BETTER = "another report answers better"
    LIKELIER = "another draft is likelier right"
    PART = "it answers a part of what belongs together"


class TogetherOutcome(StrEnum):
    """What became of a sentence, where reports are read together."""

    SHOWN = "shown"
    NOTHING_CITED = "nothing in the articles can be quoted for it"
    FIGURES = "a figure in it is not in what it cites"
    NOT_STATED = "what it cites does not state it"
    DECLINES = "it says that something is not stated"


class Judgement(StrEnum):
    """What a judge gives a probability of: the question is answered, the sentence is stated, it is a right answer."""

    ANSWERED = "answered"
    STATED = "stated"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class TracedArticle:
    """An article that was read, the numbers of the paragraphs read of it, and the probability that it answers."""

    article_id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: tuple[int, ...]
    answered: float


@dataclass(frozen=True, slots=True)
class TracedEvidence:
    """Words of a paragraph that were found for a sentence."""

    paragraph_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class TracedSentence:
    """A sentence that was written or quoted, what was judged of it, and what became of it.

    `judgements` are probabilities; `confidence` is None where none was reckoned.
    """

    draft: str
    quoted: bool
    evidence: tuple[TracedEvidence, ...]
    judgements: Mapping[Judgement, float]
    confidence: float | None
    problems: tuple[str, ...]
    outcome: ApartOutcome | TogetherOutcome


@dataclass(frozen=True, slots=True)
class AnswerTrace:
    """What was understood, found, read and written.

    `parts` are the questions that a question was divided into; the reports are judged for each. `threshold` is the
    confidence from which a sentence is shown.
    """

    question: str = ""
    threshold: float | None = None
    passages: tuple[Passage, ...] = ()
    articles: tuple[TracedArticle, ...] = ()
    sentences: tuple[TracedSentence, ...] = ()
    parts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract's `steps`, in the contract's key order; see docs/json.md."""
        return {
            "question": self.question,
            "parts": list(self.parts),
            "threshold": self.threshold,
            "passages": [passage_to_dict(passage) for passage in self.passages],
            "reports": [
                {
                    **asdict(article),
                    "published": iso_day(article.published),
                    "paragraphs": list(article.paragraphs),
                    "answered": round(article.answered, 4),
                }
                for article in self.articles
            ],
            "sentences": [_sentence(sentence) for sentence in self.sentences],
        }


def _sentence(sentence: TracedSentence) -> dict[str, Any]:
    return {
        "draft": sentence.draft,
        "quoted": sentence.quoted,
        "evidence": [asdict(part) for part in sentence.evidence],
        "judgements": {name.value: round(value, 4) for name, value in sentence.judgements.items()},
        "confidence": None if sentence.confidence is None else round(sentence.confidence, 4),
        "problems": list(sentence.problems),
        "outcome": sentence.outcome.value,
    }
