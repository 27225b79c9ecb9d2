"""Verifier of one article's draft → a `Claim`: what is quoted for it, its figures checked, how surely it is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.retrieval.context import ArticleContext
from assistant.verification.evidence import Evidence, EvidenceFinder
from assistant.verification.exact import unstated_figures, unstated_names
from assistant.verification.judge import Judge

Confidence = Callable[["Judgements"], float]
# P(stated) from which two texts are taken to say the same: neither error is worse than the other.
STATED = 0.4
# P(stated) below which a sentence of our own is not shown, whatever else is said for it. Of 109 contradictions 11 pass
# it, and of as many sentences that are stated it stops 19 (docs/measured.md).
SURELY_STATED = 0.5


@dataclass(frozen=True, slots=True)
class Judgements:
    """The judge's probabilities, each in [0, 1]: of the article, of the sentence, of both together."""

    answered: float
    stated: float
    right: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that may be shown, with what states it.

    `confidence` is the calibrated probability that it answers the question rightly; 0 where
    `problems` says why it cannot be shown. `quoted`: its text is the article's own.
    """

    text: str
    context: ArticleContext
    evidence: tuple[Evidence, ...]
    judgements: Judgements
    confidence: float
    problems: tuple[str, ...] = ()
    quoted: bool = False


class Verifier:
    """Checks what was written from an article against that article."""

    def __init__(self, judge: Judge, finder: EvidenceFinder, confidence: Confidence) -> None:
        self._judge = judge
        self._finder = finder
        self._confidence = confidence

    def verify(
        self,
        question: str,
        draft: str,
        context: ArticleContext,
        *,
        answered: float,
        right: float | None = None,
        figures_from: str = "",
    ) -> Claim:
        """The claim that `draft` makes; `answered` is the judge's probability for its article.

        `right`: of the draft, where its writer told it. The draft may repeat the figures of `figures_from`, the
        question, without a source.
        """
        evidence = self._finder.find(draft, context.passages)
        problems = problems_of(draft, evidence, context, question=question, figures_from=figures_from)
        if evidence and not self._finder.is_related(question, evidence):
            problems = (*problems, "what is quoted has nothing to do with the question")
        if problems:
            # Nothing that a judge says could let it be shown.
            return Claim(draft, context, evidence, Judgements(answered, 0.0, 0.0), 0.0, problems)
        stated = self._judge.stated(draft, context)
        if stated < SURELY_STATED:
            unsure = (f"the article states it with a probability of only {stated:.2f}",)
            return Claim(draft, context, evidence, Judgements(answered, stated, 0.0), 0.0, unsure)
        if right is None:
            right = self._judge.right(question, draft, context)
        judgements = Judgements(answered, stated, right)
        return Claim(draft, context, evidence, judgements, self._confidence(judgements))

    def quotation(self, question: str, draft: str, context: ArticleContext, *, answered: float) -> Claim | None:
        """The article's own sentence nearest to question and draft, as a claim; None without any.

        One that begins with a pronoun is quoted with the sentence before it.
        It is stated by itself; whether it answers the question is judged like any other.
        """
        evidence = self._finder.find(f"{question} {draft}", context.passages)[:1]
        if not self._finder.is_related(question, evidence):
            # The draft led away from the question.
            evidence = self._finder.find(question, context.passages)[:1]
        if not evidence or not self._finder.is_related(question, evidence):
            return None
        quoted = self._finder.with_antecedent(evidence[0])
        text = quoted.quote.text.strip()
        judgements = Judgements(answered, 1.0, self._judge.right(question, text, context))
        return Claim(text, context, (quoted,), judgements, self._confidence(judgements), quoted=True)


def problems_of(
    draft: str, evidence: Sequence[Evidence], context: ArticleContext, *, question: str, figures_from: str
) -> tuple[str, ...]:
    """Why a draft cannot be shown, by exact checks alone; () where they find nothing.

    Names of `question`, and figures of `figures_from`, its year or count, need no source.
    """
    if not evidence:
        return ("nothing in the article can be quoted for it",)
    unstated = unstated_figures(draft, [part.passage for part in evidence], figures_from)
    names = unstated_names(draft, context, question)
    return (
        *(f"“{figure.written}” is not in what is quoted" for figure in unstated),
        *(f"“{name}” is not in the article" for name in names),
    )
