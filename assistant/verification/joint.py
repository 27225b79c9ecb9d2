"""The sentences of a draft over several articles → what each cites, and whether it may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.retrieval.numbered import NumberedContext
from assistant.retrieval.passages import heading
from assistant.schema.answers import DraftSentence
from assistant.schema.articles import Passage
from assistant.verification.entailment import Entailment, Pair, Verdict
from assistant.verification.evidence import Evidence, EvidenceFinder
from assistant.verification.exact import numbers, unstated_numbers
from assistant.verification.reckoning import follows


class Finding(StrEnum):
    """What became of a sentence."""

    SHOWN = "shown"
    NOTHING_CITED = "nothing in the articles can be quoted for it"
    FIGURES = "a figure in it is not in what it cites"
    NOT_STATED = "what it cites does not state it"
    DECLINES = "it says that something is not stated"


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence, what is cited for it, and the paragraphs it was checked against.

    `support` is a probability in [0, 1], None where the verifier gives none; `reckoned`: a figure in
    it follows from what is stated.
    """

    draft: DraftSentence
    evidence: tuple[Evidence, ...]
    finding: Finding
    read: tuple[Passage, ...] = ()
    support: float | None = None
    reckoned: bool = False


class JointVerifier:
    """Exact checks of each sentence, then one judgement of all that pass them."""

    def __init__(self, finder: EvidenceFinder, entailment: Entailment) -> None:
        self._finder = finder
        self._entailment = entailment

    def verify(self, sentences: Sequence[DraftSentence], context: NumberedContext) -> list[CheckedSentence]:
        """One result a sentence, in their order. Raises `ModelError`."""
        found = [self._exactly(sentence, context) for sentence in sentences]
        open_ = [place for place, checked in enumerate(found) if checked.finding is Finding.SHOWN]
        pairs = [Pair(found[place].draft.claim, found[place].read) for place in open_]
        for place, judged in zip(open_, self._entailment.judge(pairs, context), strict=True):
            finding = {
                Verdict.STATED: Finding.SHOWN,
                Verdict.NOT_STATED: Finding.NOT_STATED,
                Verdict.DECLINES: Finding.DECLINES,
            }[judged.verdict]
            found[place] = replace(found[place], finding=finding, support=judged.probability)
        return found

    def _exactly(self, sentence: DraftSentence, context: NumberedContext) -> CheckedSentence:
        """With the paragraphs that it names; where these do not hold its figures, with those that state it best."""
        named = context.cited(sentence.numbers)
        checked = self._cite(sentence, named, self._finder.find_each(sentence.claim, named))
        if checked.finding is Finding.SHOWN:
            return checked
        found = self._finder.find(sentence.claim, context.all())
        again = self._cite(sentence, tuple(dict.fromkeys(part.passage for part in found)), found)
        return again if again.finding is Finding.SHOWN and not again.reckoned else checked

    def _cite(
        self, sentence: DraftSentence, read: tuple[Passage, ...], evidence: tuple[Evidence, ...]
    ) -> CheckedSentence:
        if not evidence:
            return CheckedSentence(sentence, (), Finding.NOTHING_CITED)
        # What the draft names is looked at whole: a figure may stand beside what is quoted.
        unstated = set(_unstated(sentence.claim, read))
        reckoned = bool(unstated) and all(
            follows(number.value, read) for written, number in numbers(sentence.claim) if written in unstated
        )
        if reckoned:
            # It follows from all of them together.
            evidence = self._finder.find_each(sentence.claim, read, whole=True)
        finding = Finding.SHOWN if reckoned or not unstated else Finding.FIGURES
        return CheckedSentence(sentence, evidence, finding, read, reckoned=reckoned)


def _unstated(text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    texts = [text for passage in passages for text in (passage.paragraph.text, heading(passage))]
    return unstated_numbers(text, texts)
