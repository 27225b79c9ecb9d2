"""A part of many, the same part every time and of every kind its share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def thin(items: Sequence[T], every: int, kind: Callable[[T], str]) -> list[T]:
    """Every `every`-th item, counted through one kind after the other; in the order in which they came.

    Counted as they stand, a file with as many questions as its neighbour would always give the same places.
    """
    by_kind = sorted(range(len(items)), key=lambda place: (kind(items[place]), place))
    return [items[place] for place in sorted(by_kind[::every])]


def spread(items: Sequence[T], count: int) -> list[T]:
    """`count` of the items at equal distances; all where there are no more."""
    if count >= len(items):
        return list(items)
    return [items[place * len(items) // count] for place in range(count)]
