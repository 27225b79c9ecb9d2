"""Day or month first in the rows of a file: "25/03/2024" tells it for "05/03/2024"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.ingest.build import Problem, Story
from assistant.ingest.dateline import make_date
from assistant.ingest.dates import numeric_day

_MOST_WAITING = 1_000
_MOST_CHARS = 4 * 2**20


def with_sure_days(found: Iterable[Story | Problem]) -> Iterator[Story | Problem]:
    """The same in the same order; days that could be either are dated as the file's other rows are written.

    Where no row tells the order, or two rows contradict each other, they stay undated. Rows wait for the file's end,
    as long as they are few enough to be held in memory; then the rows before them tell it.
    """
    orders: set[bool] = set()
    waiting: list[Story | Problem] = []
    size = 0
    for item in found:
        open_ = isinstance(item, Story) and _is_open(item)
        if isinstance(item, Story) and not open_:
            orders |= _order(item)
        waiting.append(item)
        size += sum(map(len, item.texts)) if isinstance(item, Story) else 0
        is_settled = len(orders) > 1 or not (open_ or len(waiting) > 1)
        if is_settled or len(waiting) > _MOST_WAITING or size > _MOST_CHARS:
            yield from (_dated(one, orders) for one in waiting)
            waiting, size = [], 0
    yield from (_dated(one, orders) for one in waiting)


def _is_open(story: Story) -> bool:
    return story.fields.published is None and story.fields.written_day is not None


def _order(story: Story) -> set[bool]:
    """{True} for a day that can only be day first, {False} for month first, else nothing."""
    written = numeric_day(story.fields.written_day)
    if written is None or story.fields.published is None or max(written[:2]) <= 12:
        return set()
    return {written[0] > 12}


def _dated(item: Story | Problem, orders: set[bool]) -> Story | Problem:
    if not isinstance(item, Story) or not _is_open(item) or len(orders) != 1:
        return item
    written = numeric_day(item.fields.written_day)
    if written is None:
        return item
    first, second, year = written
    day = make_date(year, second, first) if True in orders else make_date(year, first, second)
    return replace(item, fields=replace(item.fields, published=day))
