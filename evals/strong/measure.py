"""What is shown of a draft, and how that compares with what should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.generation.draft import parse_draft
from assistant.retrieval.numbered import NumberedContext
from assistant.schema.trace import TogetherOutcome
from assistant.verification.entailment import Entailment, Judged, Pair, Verdict
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.joint import CheckedSentence, JointVerifier
from evals.schema import Metric
from evals.strong.drafts import ArticleSets, WrittenDraft, WrittenSentence, as_written


class Perfect:
    """Says what is so: a sentence without an error is stated by the paragraphs that it should cite, all of them."""

    most_batches = None

    def __init__(self, draft: WrittenDraft, sets: ArticleSets) -> None:
        self._needed = {
            sentence.claim: set(sets.paragraphs(draft, sentence.cites))
            for sentence in draft.sentences
            if not sentence.planted
        }

    def judge(self, pairs: Sequence[Pair], context: NumberedContext) -> list[Judged]:
        """One judgement a pair, in their order."""
        return [Judged(Verdict.STATED if self._is_stated(pair) else Verdict.NOT_STATED) for pair in pairs]

    def _is_stated(self, pair: Pair) -> bool:
        read = {passage.paragraph.id for passage in pair.passages}
        return pair.sentence in self._needed and self._needed[pair.sentence] <= read


EntailmentOf = Callable[[WrittenDraft], Entailment]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A draft after verification: each sentence with what became of it and the paragraphs cited for it."""

    draft: WrittenDraft
    sentences: tuple[tuple[WrittenSentence, str, bool], ...]
    shown_otherwise: int

    @property
    def as_written(self) -> bool:
        """Whether a reader sees what was written, each sentence with citations that are right; a refusal as one."""
        return not self.shown_otherwise and all(good for _, _, good in self.sentences)

    @property
    def lost(self) -> list[tuple[WrittenSentence, str]]:
        """The right sentences that are not shown, and why."""
        return [
            (sentence, finding)
            for sentence, finding, _ in self.sentences
            if not sentence.planted and finding != TogetherOutcome.SHOWN
        ]

    @property
    def let_through(self) -> list[WrittenSentence]:
        """The planted errors that are shown."""
        return [
            sentence for sentence, finding, _ in self.sentences if sentence.planted and finding == TogetherOutcome.SHOWN
        ]


def outcome(draft: WrittenDraft, sets: ArticleSets, finder: EvidenceFinder, entailment: Entailment) -> Outcome:
    """Read and verify what `draft` is, by the product's own steps. Raises `ModelError`, `UsageError`."""
    checked = JointVerifier(finder, entailment).verify(
        parse_draft(as_written(draft, sets)).sentences, sets.context(draft)
    )
    by_claim = {one.draft.claim: one for one in checked}
    own = tuple(_of(sentence, by_claim.get(sentence.claim), draft, sets) for sentence in draft.sentences)
    claims = {sentence.claim for sentence in draft.sentences}
    others = [one for one in checked if one.draft.claim not in claims and one.outcome is TogetherOutcome.SHOWN]
    return Outcome(draft, own, len(others))


def _of(
    sentence: WrittenSentence, checked: CheckedSentence | None, draft: WrittenDraft, sets: ArticleSets
) -> tuple[WrittenSentence, str, bool]:
    if checked is None:
        return sentence, "was not read as one sentence", False
    cited = {part.passage.paragraph.id for part in checked.evidence}
    right = bool(cited) and cited <= set(sets.paragraphs(draft, sentence.cites))
    return sentence, checked.outcome.value, right and checked.outcome is TogetherOutcome.SHOWN


def measure(
    drafts: Sequence[WrittenDraft], sets: ArticleSets, finder: EvidenceFinder, entailment_of: EntailmentOf
) -> list[Outcome]:
    """Every draft's outcome, in order."""
    return [outcome(draft, sets, finder, entailment_of(draft)) for draft in drafts]


def metrics(outcomes: Sequence[Outcome]) -> list[Metric]:
    """Counts, each with the number of drafts or sentences that it is of."""
    whole = [one for one in outcomes if not one.draft.planted]
    sentences = [sentence for one in outcomes for sentence in one.draft.sentences]
    refusals = [one for one in outcomes if one.draft.unanswerable]
    planted = sum(sentence.planted is not None for sentence in sentences)
    return [
        _count("shown as written, citations right", sum(one.as_written for one in whole), len(whole)),
        _count("right sentences lost", sum(len(one.lost) for one in outcomes), len(sentences) - planted),
        _count("planted errors shown", sum(len(one.let_through) for one in outcomes), planted),
        _count("refusals right", sum(one.as_written for one in refusals), len(refusals)),
    ]


def explanations(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each sentence that came out otherwise than it should."""
    return [line for one in outcomes for line in _explained(one)]


def _explained(one: Outcome) -> list[str]:
    found: Mapping[str, str] = {sentence.claim: finding for sentence, finding in one.lost}
    lines = [f"{one.draft.id}: lost ({why}): {claim}" for claim, why in found.items()]
    lines += [f"{one.draft.id}: shown ({each.planted}): {each.claim}" for each in one.let_through]
    lines += [
        f"{one.draft.id}: cited wrongly: {sentence.claim}"
        for sentence, finding, good in one.sentences
        if finding == TogetherOutcome.SHOWN and not good and not sentence.planted
    ]
    return lines


def _count(label: str, value: int, n: int) -> Metric:
    return Metric(label.replace(" ", "_"), label, float(value), n, None, None, unit="count")
