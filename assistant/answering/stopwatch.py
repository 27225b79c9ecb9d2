"""Stopwatch of an answer's steps."""

from __future__ import annotations

import time

from assistant.schema.answers import Timing


class Stopwatch:
    """Milliseconds since the start and between marks."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._marks: dict[Timing, int] = {}

    def mark(self, name: Timing) -> None:
        """Add the time since the last mark to `name`."""
        now = time.perf_counter()
        self._marks[name] = self._marks.get(name, 0) + round((now - self._last) * 1000)
        self._last = now

    def first(self, name: Timing) -> None:
        """Set `name` to the time since the start, the first time only."""
        self._marks.setdefault(name, round((time.perf_counter() - self._start) * 1000))

    def done(self) -> dict[Timing, int]:
        """All marks, and the total."""
        return {**self._marks, Timing.TOTAL: round((time.perf_counter() - self._start) * 1000)}
