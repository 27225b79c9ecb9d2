"""Who waits for whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assistant.llm.llamacpp.token_budget import TokenBudget


class Caller:
    """Reserves in a thread of its own and holds until told."""

    def __init__(self, budget: TokenBudget, tokens: int) -> None:
        self.has, self._release = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(budget, tokens), daemon=True)
        self._thread.start()

    def _run(self, budget: TokenBudget, tokens: int) -> None:
        with budget.reserve(tokens):
            self.has.set()
            self._release.wait(20)

    def release(self) -> None:
        self._release.set()
        self._thread.join(20)


@contextmanager
def waiting(budget: TokenBudget, tokens: int) -> Iterator[Caller]:
    before = len(budget._waiting)
    caller = Caller(budget, tokens)
    while len(budget._waiting) == before and not caller.has.is_set():
        pass
    yield caller
    caller.release()


def test_what_fits_goes_at_once_and_what_does_not_waits() -> None:
    budget = TokenBudget(100)
    first, second = Caller(budget, 60), Caller(budget, 40)
    assert first.has.wait(20)
    assert second.has.wait(20)
    with waiting(budget, 50) as third:
        assert not third.has.is_set()
        second.release()
        assert not third.has.is_set()
        first.release()
        assert third.has.wait(20)


def test_a_small_request_does_not_overtake_a_large_one() -> None:
    budget = TokenBudget(100)
    first = Caller(budget, 60)
    assert first.has.wait(20)
    with waiting(budget, 100) as large, waiting(budget, 10) as small:
        assert not small.has.is_set()
        first.release()
        assert large.has.wait(20)
        assert not small.has.is_set()
        large.release()
        assert small.has.wait(20)


def test_more_than_there_is_runs_alone() -> None:
    budget = TokenBudget(100)
    with waiting(budget, 1000) as large:
        assert large.has.wait(20)
        with waiting(budget, 1) as other:
            assert not other.has.is_set()
            large.release()
            assert other.has.wait(20)


def test_an_error_gives_back() -> None:
    budget = TokenBudget(100)
    with pytest.raises(ValueError, match="boom"), budget.reserve(100):
        raise ValueError("boom")
    caller = Caller(budget, 100)
    assert caller.has.wait(20)
    caller.release()
