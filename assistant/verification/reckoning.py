"""Figures that follow from what is stated: a sum or a difference of two figures, the time between two dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from assistant.schema.articles import Passage
from assistant.text.dates import named_periods
from assistant.verification.exact import numbers

# Of more figures, two give nearly every small number: nothing follows from that.
_MOST = 16


def follows(value: Decimal, passages: Sequence[Passage]) -> bool:
    """Whether `value` is the sum or difference of two figures in `passages`, or the days, months or years between
    two dates there, the dates of their reports among them."""
    texts = [passage.paragraph.text for passage in passages]
    figures = list(dict.fromkeys(number.value for text in texts for _, number in numbers(text)))
    if len(figures) <= _MOST and any(value in (a + b, abs(a - b)) for a, b in combinations(figures, 2)):
        return True
    days = {period.since for text in texts for period in named_periods(text)}
    days |= {passage.published for passage in passages if passage.published}
    return any(value in _between(first, second) for first, second in combinations(sorted(days), 2))


def _between(first: date, second: date) -> set[int]:
    """The whole days, weeks, months and years from one day to a later one; calendar years too ("six years later")."""
    months = (second.year - first.year) * 12 + second.month - first.month
    full = months - (second.day < first.day)
    days = (second - first).days
    return {days, days // 7, full, full // 12, second.year - first.year}
