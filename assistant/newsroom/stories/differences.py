"""Differing figures of two reports for the same thing, whatever the lines about them say.

Exact code finds sentences that count the same with figures which the other report has not; that they are of the same
thing is the judge's decision: with the one's figure in it the other's sentence is stated by the one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import Similarities, quotable
from assistant.schema.answers import Quote
from assistant.schema.articles import Passage
from assistant.text.figures import Figure, counted_noun
from assistant.verification.evidence import Evidence
from assistant.verification.exact import unstated_figures
from assistant.verification.judge import Judge
from assistant.verification.reckoning import follow

# Two sentences below this cosine tell of different things. This and P below were chosen on the eight stories of
# evals/newsroom/timelines_dev.jsonl: all of their eight differences are found, and of three pairs that count
# something else none.
_ALIKE = 0.35
# Pairs of sentences that the judge is asked about at most: of two reports, and for each report of a day.
_OF_TWO, _OF_EACH = 2, 4
# P(stated) of a sentence with the other report's figure in it from which both are of the same thing. It is low since
# the sentence tells as a rule who counted, and that is another source than the other report's.
_SAME_THING = 0.08


@dataclass(frozen=True, slots=True)
class OtherFigure:
    """A figure that another report gives otherwise, and the sentence that it stands in."""

    figure: Figure
    evidence: Evidence


Difference = tuple[OtherFigure, OtherFigure]


class DifferenceFinder:
    """Compares the reports of a day."""

    def __init__(self, similar: Similarities, judge: Judge) -> None:
        self._similar = similar
        self._judge = judge

    def among(self, reports: Sequence[ArticleContext]) -> dict[tuple[int, int], Difference]:
        """By the places of two reports their sentences that differ in a figure for the same thing.

        The most alike sentences are looked at first; of many reports not all that might differ. Raises `ModelError`.
        """
        found: dict[tuple[int, int], Difference] = {}
        asked: Counter[tuple[int, int]] = Counter()
        for (one, other), (first, second) in self._alike(reports):
            if (one, other) in found or asked[one, other] == _OF_TWO:
                continue
            if asked.total() == _OF_EACH * len(reports):
                break
            asked[one, other] += 1
            swapped = ((first, second, reports[other]), (second, first, reports[one]))
            if any(self._states(report, given, instead.figure) for given, instead, report in swapped):
                found[one, other] = first, second
        return found

    def _alike(self, reports: Sequence[ArticleContext]) -> list[tuple[tuple[int, int], Difference]]:
        """What counts the same in sentences that are alike, the most alike first."""
        found: list[tuple[float, tuple[int, int], Difference]] = []
        for one, other in combinations(range(len(reports)), 2):
            seconds = list(_counts(reports[other].passages, reports[one].passages))
            for first in _counts(reports[one].passages, reports[other].passages) if seconds else ():
                same = [second for second in seconds if _noun(second) == _noun(first)]
                texts = [second.evidence.quote.text for second in same]
                near = self._similar(first.evidence.quote.text, texts) if texts else ()
                found += [
                    (score, (one, other), (first, second))
                    for score, second in zip(near, same, strict=True)
                    if score >= _ALIKE
                ]
        return [(pair, difference) for _, pair, difference in sorted(found, key=lambda scored: -scored[0])]

    def _states(self, report: ArticleContext, given: OtherFigure, figure: Figure) -> bool:
        return self._judge.stated(_with_figure(given, figure), report) >= _SAME_THING


def _counts(passages: Sequence[Passage], others: Sequence[Passage]) -> Iterator[OtherFigure]:
    """What the passages count with figures that the others neither have nor imply."""
    for passage in passages:
        for start, end in quotable(passage):
            quote = Quote(passage.paragraph.text[start:end], start, end)
            for figure in unstated_figures(quote.text, others):
                if counted_noun(quote.text, figure) and not follow(figure.values, others):
                    yield OtherFigure(figure, Evidence(passage, quote))


def _noun(one: OtherFigure) -> str | None:
    return counted_noun(one.evidence.quote.text, one.figure)


def _with_figure(one: OtherFigure, figure: Figure) -> str:
    """The sentence with another figure in the place of its own."""
    text, start = one.evidence.quote.text, one.figure.start
    return text[:start] + figure.written + text[start + len(one.figure.written) :]
