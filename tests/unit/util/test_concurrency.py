"""Several at a time, in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from assistant.util.concurrency import map_in_order


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set after half a second."""
    event = threading.Event()
    timer = threading.Timer(0.5, event.set)
    timer.start()
    yield event
    timer.cancel()


def test_results_come_in_order_and_the_work_is_done_at_once() -> None:
    together = threading.Barrier(3)

    def wait(number: int) -> int:
        # Passed only where three are at it at the same time.
        together.wait(20)
        return number * 10

    assert list(map_in_order(wait, range(6), at_once=3)) == [0, 10, 20, 30, 40, 50]


def test_a_failure_comes_in_its_place_and_nothing_more_is_begun(released: threading.Event) -> None:
    begun = []

    def fail(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise ValueError("one")
        if number > 1:
            released.wait()
        return number

    results = map_in_order(fail, range(10), at_once=1)
    assert next(results) == 0
    with pytest.raises(ValueError, match="one"):
        list(results)
    assert begun[:2] == [0, 1]
    assert len(begun) <= 3


def test_left_early_nothing_more_is_begun(released: threading.Event) -> None:
    begun = []

    def work(number: int) -> int:
        begun.append(number)
        if number:
            released.wait()
        return number

    results = map_in_order(work, range(10), at_once=1)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert len(begun) <= 2
