"""Draft check: is each sentence stated by the library, stated otherwise, or not stated?

Three judgements tell these apart. What states a sentence, the judge knows. What states it *otherwise* answers
the question whether it is so and does not state it; or it lies near in meaning and has another figure in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from assistant.newsroom.drafts.sentences import DraftedSentence
from assistant.newsroom.evidence.base import EvidenceBase
from assistant.retrieval.context import ArticleContext
from assistant.util.progress import Progress
from assistant.verification.evidence import Evidence
from assistant.verification.reckoning import has_other_figure

_ARTICLES = 4


class Verdict(StrEnum):
    """What the library says of a sentence."""

    STATED = "stated"
    OTHERWISE = "stated otherwise"
    NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a sentence and one article.

    `stated`: P(it states the sentence), in [0, 1]; `answered`: P(it answers whether the sentence is so); `near`: cosine
    of the sentence and its nearest place, in [-1, 1]; `figure`: a figure of the sentence is not in it and does not
    follow from it.
    """

    stated: float
    answered: float
    near: float
    figure: bool


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of the signals; fitted by `python -m evals.draft_check` (docs/newsroom.md has the figures)."""

    stated: float = 0.2
    answered: float = 0.01
    near: float = 0.25


THRESHOLDS = Thresholds()


def decide(signals: Signals, at: Thresholds = THRESHOLDS) -> Verdict:
    """What one article says of a sentence."""
    if signals.stated >= at.stated and not signals.figure:
        return Verdict.STATED
    if signals.near >= at.near and (signals.figure or signals.answered >= at.answered):
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
                # A yes-or-no question, of which "no" is an answer too.
                self._base.judge.answered(f"Is it true or false that: {sentence}", context),
                near,
                has_other_figure(sentence, context.passages),
            ),
            evidence,
        )
