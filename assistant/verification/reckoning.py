"""Figures that follow from what is stated: sums and differences of figures, the time between two dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from assistant.schema.articles import Passage
from assistant.text.dates import named_periods
from assistant.verification.exact import values_in

# Of more figures, two give nearly every small number, and three sooner: nothing follows from that.
_MOST, _MOST_OF_THREE = 16, 8


def follow(values: Iterable[Decimal], passages: Sequence[Passage]) -> bool:
    """Whether one of `values` follows from `passages`.

    That is the sum or difference of two figures there, the sum of three or what the largest of three leaves after
    the others, or the time between two dates there, those of the reports among them.
    """
    wanted = frozenset(values)
    texts = [passage.paragraph.text for passage in passages]
    figures = sorted(values_in(texts))
    if len(figures) <= _MOST and any(wanted & {a + b, b - a} for a, b in combinations(figures, 2)):
        return True
    if len(figures) <= _MOST_OF_THREE and any(wanted & {a + b + c, c - b - a} for a, b, c in combinations(figures, 3)):
        return True
    days = {period.since for text in texts for period in named_periods(text)}
    days |= {passage.published for passage in passages if passage.published}
    return any(wanted & _between(first, second) for first, second in combinations(sorted(days), 2))


def _between(first: date, second: date) -> set[Decimal]:
    """The whole days, weeks, months and years from one day to a later one.

    Calendar years too ("six years later"), and the months beside whole years ("5 years and 8 months").
    """
    months = (second.year - first.year) * 12 + second.month - first.month
    full = months - (second.day < first.day)
    days = (second - first).days
    return set(map(Decimal, (days, days // 7, full, full // 12, full % 12, second.year - first.year)))
