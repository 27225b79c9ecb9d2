"""Verifier of a draft over several articles: what each sentence cites, and whether it may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.retrieval.numbered import NumberedContext
from assistant.schema.answers import DraftSentence
from assistant.schema.articles import Passage
from assistant.schema.trace import TogetherOutcome
from assistant.text.figures import values_in
from assistant.verification.entailment import Entailment, Judged, Pair, Verdict
from assistant.verification.evidence import Evidence, EvidenceFinder
from assistant.verification.exact import unstated_figures
from assistant.verification.reckoning import follow


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence, what is cited for it, and the paragraphs it was checked against.

    `support` is a probability in [0, 1], None where the verifier gives none; `reckoned`: a figure in
    it follows from what is stated.
    """

    draft: DraftSentence
    evidence: tuple[Evidence, ...]
    outcome: TogetherOutcome
    read: tuple[Passage, ...] = ()
    support: float | None = None
    reckoned: bool = False


class JointVerifier:
    """Exact checks of each sentence, then one judgement of all that pass them."""

    def __init__(self, finder: EvidenceFinder, entailment: Entailment) -> None:
        self._finder = finder
        self._entailment = entailment

    @property
    def most_batches(self) -> int | None:
        """Into how many calls of `verify` a draft may be divided; None: any number."""
        return self._entailment.most_batches

    def verify(self, sentences: Sequence[DraftSentence], context: NumberedContext) -> list[CheckedSentence]:
        """One result a sentence, in their order. Raises `ModelError`.

        Where other paragraphs than those that a sentence names state it best, it is judged by both at once,
        and cites them where it is stated by them alone.
        """
        exact = _ExactCheck(self._finder, context)
        found = [exact.check(sentence) for sentence in sentences]
        asked = [one for checked in found for one in checked if one.outcome is TogetherOutcome.SHOWN]
        pairs = [Pair(one.draft.claim, one.read, named=bool(one.draft.numbers)) for one in asked]
        judged = iter(self._entailment.judge(pairs, context))
        return [
            _best([_judged(one, next(judged)) if one.outcome is TogetherOutcome.SHOWN else one for one in checked])
            for checked in found
        ]


class _ExactCheck:
    """What each sentence of a draft can cite, and whether that has its figures; paragraphs are looked at once."""

    def __init__(self, finder: EvidenceFinder, context: NumberedContext) -> None:
        self._finder = finder.remembering()
        self._context = context
        self._values = cache(lambda passage: values_in([passage.paragraph.text]))

    def check(self, sentence: DraftSentence) -> list[CheckedSentence]:
        """With the paragraphs that it names, and with those that state it best where these hold its figures."""
        named = self._context.cited(sentence.numbers)
        checked = self._cite(sentence, named)
        others = self._others(sentence)
        if set(others) <= set(named):
            return [checked]
        again = self._cite(sentence, others)
        return [checked, again] if again.outcome is TogetherOutcome.SHOWN and not again.reckoned else [checked]

    def _others(self, sentence: DraftSentence) -> tuple[Passage, ...]:
        """What states the sentence best, and for the figures that are not there what has these."""
        found = [part.passage for part in self._finder.find(sentence.claim, self._context.all())]
        for figure in unstated_figures(sentence.claim, found):
            # Not by the date over it: that is no licence to tell one report's event with another's date.
            holders = [one for one in self._context.all() if figure.values & self._values(one)]
            found += [part.passage for part in self._finder.find(sentence.claim, holders)[:1]]
        return tuple(dict.fromkeys(found))

    def _cite(self, sentence: DraftSentence, read: tuple[Passage, ...]) -> CheckedSentence:
        evidence = self._finder.find_each(sentence.claim, read)
        if not evidence:
            return CheckedSentence(sentence, (), TogetherOutcome.NOTHING_CITED)
        # What the draft names is looked at whole: a figure may stand beside what is quoted.
        unstated = unstated_figures(sentence.claim, read)
        told = [value for figure in unstated for value in figure.values]
        reckoned = bool(unstated) and all(follow(figure.values, read, told) for figure in unstated)
        if reckoned:
            # It follows from all of them together.
            evidence = self._finder.find_each(sentence.claim, read, whole=True)
        outcome = TogetherOutcome.SHOWN if reckoned or not unstated else TogetherOutcome.FIGURES
        return CheckedSentence(sentence, evidence, outcome, read, reckoned=reckoned)


def _judged(checked: CheckedSentence, judged: Judged) -> CheckedSentence:
    outcome = {
        Verdict.STATED: TogetherOutcome.SHOWN,
        Verdict.NOT_STATED: TogetherOutcome.NOT_STATED,
        Verdict.DECLINES: TogetherOutcome.DECLINES,
    }[judged.verdict]
    return replace(checked, outcome=outcome, support=judged.probability)


def _best(checked: Sequence[CheckedSentence]) -> CheckedSentence:
    """One that declines before all; else the first that may be shown, that a model judged, or that there is."""
    order = {TogetherOutcome.DECLINES: 0, TogetherOutcome.SHOWN: 1, TogetherOutcome.NOT_STATED: 2}
    return min(checked, key=lambda one: order.get(one.outcome, 3))
