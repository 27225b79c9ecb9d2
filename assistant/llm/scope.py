"""Scope of one question: its time limit, its cancelling, and who is told what is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.errors import ModelCancelledError, ModelConnectionError


class QuestionScope:
    """Holds for all that is asked of the model for one question. Thread-safe.

    The time runs from the first call of the model on, so that a question may wait in line before it.
    """

    def __init__(
        self,
        seconds: float | None = None,
        notify: Callable[[str], None] | None = None,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        """`seconds` None: no limit. `notify` hears in a few words what is waited for, `warn` what should be mended."""
        self._seconds = seconds
        self._notify = notify
        self._warn = warn or notify
        self._ends: float | None = None
        self._cancelled = threading.Event()
        self._callbacks: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    def limited_to(self, seconds: float) -> QuestionScope:
        """This scope with a limit, where it has none yet."""
        with self._lock:
            if self._seconds is None:
                self._seconds = seconds
        return self

    @property
    def cancelled(self) -> bool:
        """True once `cancel` was called."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End what runs at once, at the provider too; whoever waits for it gets `ModelCancelledError`."""
        with self._lock:
            self._cancelled.set()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        """Call `callback` when the question is cancelled meanwhile; at once where it is already."""
        with self._lock:
            self._callbacks.append(callback)
        try:
            if self.cancelled:
                callback()
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)

    def remaining(self) -> float | None:
        """Seconds that are left, None without a limit. Raises `ModelCancelledError`, `ModelConnectionError`."""
        if self.cancelled:
            raise ModelCancelledError("the question was stopped")
        with self._lock:
            if self._seconds is None:
                return None
            now = time.monotonic()
            if self._ends is None:
                self._ends = now + self._seconds
            left = self._ends - now
        if left <= 0:
            raise self.expired()
        return left

    def expired(self) -> ModelConnectionError:
        """The error of a question whose time is up."""
        return ModelConnectionError(
            f"no answer within {self._seconds:g} s, the time for one question; try again, or raise ASSISTANT_DEADLINE"
        )

    def warn(self, text: str) -> None:
        """Tell what does not stop the question and should be mended all the same."""
        if self._warn is not None:
            self._warn(text)

    def pause(self, seconds: float, reason: str) -> None:
        """Wait, and tell what for. Raises `ModelCancelledError` as soon as the question is cancelled."""
        if self._notify is not None:
            self._notify(f"waiting {_in_words(seconds)}: {reason}")
        if self._cancelled.wait(seconds):
            raise ModelCancelledError("the question was stopped")


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 1 else "a moment"
