"""Cooperative long jobs on the language model: each step waits in the queue anew, so that questions come between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from itertools import islice
from typing import Any, Generic, TypeVar

from assistant.errors import UsageError
from assistant.web.jobs.queue import Job, JobQueue

T = TypeVar("T")
_AGAIN_S = 1.0


class SteppedJob(Generic[T]):
    """Takes `steps` one by one, each handed to `on_step` in a worker's thread; begins at once.

    `error` is why it ended before its end, where it did.
    """

    def __init__(
        self,
        queue: JobQueue,
        steps: Generator[T, None, None],
        on_step: Callable[[T], None],
        on_cancel: Callable[[], None] | None = None,
        *,
        again: float = _AGAIN_S,
    ) -> None:
        """`on_cancel` ends what a step waits for. `again`: seconds after which a full line is tried again."""
        self.error: str | None = None
        self._queue = queue
        self._steps = steps
        self._on_step = on_step
        self._on_cancel = on_cancel
        self._again = again
        self._cancelled = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._job: Job[T] | None = None
        threading.Thread(target=self._run, name="steps", daemon=True).start()

    @property
    def cancelled(self) -> bool:
        """True once it has been stopped."""
        return self._cancelled.is_set()

    @property
    def over(self) -> bool:
        """True when nothing more will happen."""
        return self._over.is_set()

    @property
    def place(self) -> int:
        """How many others come before the next step; 0 when it is its turn."""
        job = self._job
        return job.place if job else 0

    def cancel(self) -> None:
        """Stop at once, in the midst of a step too."""
        with self._lock:
            self._cancelled.set()
            job = self._job
        if self._on_cancel is not None:
            self._on_cancel()
        if job is not None:
            job.cancel()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until it is over; False when it is not within `seconds`."""
        return self._over.wait(seconds)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        finally:
            self._steps.close()
            self._over.set()

    def _step(self) -> bool:
        """Whether there may be another."""
        taken: list[Any] = []

        def take(step: T) -> None:
            self._on_step(step)
            taken.append(step)

        with self._lock:
            if self.cancelled:
                return False
            try:
                job = self._job = self._queue.submit(lambda: islice(self._steps, 1), take)
            except UsageError:
                # The line is full: what has been done is not given up for that.
                job = None
        if job is None:
            return not self._cancelled.wait(self._again)
        job.wait()
        self.error = job.error
        return bool(taken) and job.error is None
