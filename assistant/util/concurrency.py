"""Work on several things at a time, whose results come in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def map_in_order(function: Callable[[In], Out], items: Iterable[In], *, at_once: int) -> Iterator[Out]:
    """`function(item)` of each item, in their order, `at_once` of them at a time in threads.

    Raises what `function` raises, in its place. Where it is left early, nothing more is begun and what runs is waited
    for.
    """
    pool = ThreadPoolExecutor(at_once)
    try:
        yield from pool.map(function, items)
    finally:
        pool.shutdown(cancel_futures=True)
