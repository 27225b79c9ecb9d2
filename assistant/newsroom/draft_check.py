"""A draft against the library: is each sentence stated, stated otherwise, or not stated?

The judge tells these apart: whether an article states a sentence, and whether it says otherwise. A figure is
compared exactly: what lies near in meaning and has another figure in its place says otherwise too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from assistant.newsroom.draft import DraftedSentence
from assistant.newsroom.evidence_base import EvidenceBase
from assistant.retrieval.context import ArticleContext
from assistant.util.progress import Progress
from assistant.verification.evidence import Evidence
from assistant.verification.reckoning import has_other_figure
from assistant.verification.verifier import STATED

_ARTICLES = 4


class Verdict(StrEnum):
    """What the library says of a sentence."""

    STATED = "stated"
    OTHERWISE = "stated otherwise"
    NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a sentence and one article.

    `stated`: P(it states the sentence), in [0, 1]; `otherwise`: P(it says something else in its place); `near`: cosine
    of the sentence and its nearest place, in [-1, 1]; `figure`: a figure of the sentence is not in it and does not
    follow from it.
    """

    stated: float
    otherwise: float
    near: float
    figure: bool


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where a signal counts. Set by hand and not fitted yet: `python -m evals.draft_check` can fit them."""

    stated: float = STATED
    otherwise: float = 0.5
    near: float = 0.55


THRESHOLDS = Thresholds()


def decide(signals: Signals, at: Thresholds = THRESHOLDS) -> Verdict:
    """What one article says of a sentence."""
    if signals.stated >= at.stated and not signals.figure:
        return Verdict.STATED
    if signals.otherwise >= at.otherwise or (signals.figure and signals.near >= at.near):
        return Verdict.OTHERWISE
    return Verdict.NOT_STATED


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """What several articles say together: stated where one states it, else otherwise where one does."""
    found = set(verdicts)
    return next((verdict for verdict in (Verdict.STATED, Verdict.OTHERWISE) if verdict in found), Verdict.NOT_STATED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one article says of a sentence, and the words that it says it with."""

    signals: Signals
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of a draft, what the library says of it, and the articles that say so; none where it is not stated."""

    sentence: DraftedSentence
    verdict: Verdict
    readings: tuple[Reading, ...]


class DraftChecker:
    """Looks each sentence up in the whole library."""

    def __init__(self, base: EvidenceBase, thresholds: Thresholds = THRESHOLDS) -> None:
        self._base = base
        self._thresholds = thresholds

    def check(self, sentences: Sequence[DraftedSentence], progress: Progress) -> Iterator[CheckedSentence]:
        """Each sentence as soon as it is checked, in their order. Raises `ModelError`."""
        for done, sentence in enumerate(sentences, 1):
            yield self._checked(sentence)
            progress(done, len(sentences))

    def read(self, sentence: DraftedSentence) -> list[Reading]:
        """What each of the nearest articles says of a sentence."""
        return [reading for context in self._contexts(sentence) if (reading := self._reading(sentence.text, context))]

    def _checked(self, sentence: DraftedSentence) -> CheckedSentence:
        readings = self.read(sentence)
        verdicts = [decide(reading.signals, self._thresholds) for reading in readings]
        verdict = overall(verdicts)
        said = [] if verdict is Verdict.NOT_STATED else zip(readings, verdicts, strict=True)
        return CheckedSentence(sentence, verdict, tuple(reading for reading, own in said if own is verdict))

    def _contexts(self, sentence: DraftedSentence) -> list[ArticleContext]:
        """By the sentence alone, and with the one before it, which may name who "she" is."""
        found = [self._base.search(sentence.text)]
        if sentence.before:
            found.append(self._base.search(f"{sentence.before} {sentence.text}"))
        in_turn = [passage for turn in zip_longest(*found) for passage in turn if passage]
        passages = list({passage.paragraph.id: passage for passage in in_turn}.values())
        return self._base.contexts(passages)[:_ARTICLES]

    def _reading(self, sentence: str, context: ArticleContext) -> Reading | None:
        evidence = self._base.finder.find(sentence, context.passages)
        if not evidence:
            return None
        near = max(self._base.similar(sentence, [part.quote.text for part in evidence]))
        return Reading(
            Signals(
                self._base.judge.stated(sentence, context),
                self._base.judge.otherwise(sentence, context),
                near,
                has_other_figure(sentence, context.passages),
            ),
            evidence,
        )
