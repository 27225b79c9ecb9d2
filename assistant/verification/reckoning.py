"""Arithmetic on stated figures: sums and differences, the time between two dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, product

from assistant.schema.articles import Passage
from assistant.text.dates import named_periods
from assistant.text.figures import figures
from assistant.verification.exact import unstated_figures

# Of more figures, two give nearly every small number, and three sooner: nothing follows from that.
_MOST, _MOST_OF_THREE = 16, 8
# Of more days nearly every small number is the time between two.
_MOST_DAYS = 4


def follow(values: Iterable[Decimal], passages: Sequence[Passage], beside: Iterable[Decimal] = ()) -> bool:
    """Whether one of `values` follows from `passages`; `beside` are the values of the sentence's other figures.

    That is the sum or difference of two figures there, the sum of three or what the largest of three leaves after
    the others, or the time between two dates there, those of the reports among them.
    """
    wanted = frozenset(values)
    texts = [passage.paragraph.text for passage in passages]
    # One for each figure that is written, with all that it may be.
    stated = list({figure.values for text in texts for figure in figures(text)})
    if len(stated) <= _MOST and any(_sums(wanted, parts) for parts in combinations(stated, 2)):
        return True
    if len(stated) <= _MOST_OF_THREE and any(_sums(wanted, parts) for parts in combinations(stated, 3)):
        return True
    days = {period.since for text in texts for period in named_periods(text)}
    days |= {passage.published for passage in passages if passage.published}
    if len(days) > _MOST_DAYS:
        return False
    others = frozenset(beside)
    return any(wanted & _between(first, second, others) for first, second in combinations(sorted(days), 2))


def has_other_figure(sentence: str, passages: Sequence[Passage]) -> bool:
    """Whether a figure of `sentence` neither stands in the passages and over them nor follows from them."""
    return any(not follow(figure.values, passages) for figure in unstated_figures(sentence, passages))


def _sums(wanted: frozenset[Decimal], parts: Iterable[frozenset[Decimal]]) -> bool:
    """Whether one of `wanted` is the sum of the parts, or what the largest leaves after the others."""
    readings = (sorted(values) for values in product(*parts))
    return any(wanted & {sum(values, Decimal()), 2 * values[-1] - sum(values, Decimal())} for values in readings)


def _between(first: date, second: date, beside: frozenset[Decimal]) -> set[Decimal]:
    """The whole days, weeks, months and years from one day to a later one.

    Calendar years too ("six years later"), and the months beside whole years that are told ("5 years and 8 months").
    """
    months = (second.year - first.year) * 12 + second.month - first.month
    full = months - (second.day < first.day)
    days = (second - first).days
    spans = set(map(Decimal, (days, days // 7, full, full // 12, second.year - first.year)))
    return spans | {Decimal(full % 12)} if Decimal(full // 12) in beside else spans
