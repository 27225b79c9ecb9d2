"""Token budget: a fair queue for the embedded engine's context, which all concurrent requests share."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TokenBudget:
    """Lends tokens, first come, first served.

    Requests that together need more than the engine's context would all fail, and not only the last.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lent = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def reserve(self, tokens: int) -> Iterator[None]:
        """Wait until it is this caller's turn and `tokens` are free; more than there are count as all."""
        tokens = min(tokens, self._capacity)
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(
                    lambda: self._waiting[0] is ticket and self._lent + tokens <= self._capacity,
                )
                self._lent += tokens
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._lent -= tokens
                self._changed.notify_all()
