"""Job queue of questions: so many are answered at once, the others know their place.

A language model on a small machine answers one question at a time. A thread of its own works on
each, so that a page can come and go, look at its place in the line, and stop it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from assistant.errors import INTERNAL_ERROR, AssistantError, UsageError

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Job(Generic[T]):
    """One question on its way to an answer; made by `JobQueue.submit`.

    `version` grows whenever there is something new to show.
    """

    def __init__(
        self,
        work: Callable[[], Iterator[T]],
        on_event: Callable[[T], None],
        queue: JobQueue,
        on_cancel: Callable[[], None] | None,
    ) -> None:
        self.error: str | None = None
        self.version = 0
        self._work = work
        self._on_event = on_event
        self._queue = queue
        self._on_cancel = on_cancel
        self._cancelled = threading.Event()
        self._over = threading.Event()

    @property
    def place(self) -> int:
        """How many questions are answered before this one is begun; 0 when it is its turn."""
        return self._queue.place_of(self)

    @property
    def cancelled(self) -> bool:
        """True once it has been stopped."""
        return self._cancelled.is_set()

    @property
    def over(self) -> bool:
        """True when nothing more will happen: answered, failed or stopped."""
        return self._over.is_set()

    def cancel(self) -> None:
        """Stop at once: where it waits in line, and where the model is asked, whose request is dropped."""
        self._cancelled.set()
        if self._on_cancel is not None:
            self._on_cancel()
        self._queue.withdraw(self)

    def wait(self, seconds: float | None = None) -> bool:
        """Block until it is over; False when it is not within `seconds`."""
        return self._over.wait(seconds)

    def work(self) -> None:
        """Take the events one by one; called by the queue, in a thread of its own."""
        try:
            if not self.cancelled:
                self._take()
        except AssistantError as error:
            self.error = None if self.cancelled else str(error)
        except Exception:
            _log.exception("a question could not be answered")
            self.error = INTERNAL_ERROR
        finally:
            self.end()

    def end(self) -> None:
        """Nothing more will happen."""
        self._over.set()
        self.version += 1

    def _take(self) -> None:
        events = self._work()
        try:
            for event in events:
                if self.cancelled:
                    return
                self._on_event(event)
                self.version += 1
        finally:
            close = getattr(events, "close", None)
            if close:
                close()


class JobQueue:
    """Answers up to `at_once` questions at the same time, first come, first served."""

    def __init__(self, at_once: int = 1, *, most_waiting: int = 32) -> None:
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._waiting: deque[Job[Any]] = deque()
        self._running: set[Job[Any]] = set()
        self._closed = False
        self._lock = threading.Lock()

    def submit(
        self,
        work: Callable[[], Iterator[T]],
        on_event: Callable[[T], None],
        on_cancel: Callable[[], None] | None = None,
    ) -> Job[T]:
        """Answer with `work()`'s events as soon as it is its turn, each handed to `on_event` in a worker's thread.

        `on_cancel` ends what the work waits for, when the job is stopped.
        Raises `UsageError` when too many wait already, and once it is closed.
        """
        job = Job(work, on_event, self, on_cancel)
        with self._lock:
            if self._closed:
                raise UsageError("the server is about to end; ask again in a moment")
            if len(self._waiting) >= self._most_waiting:
                raise UsageError(f"{len(self._waiting)} questions are waiting already; try again in a while")
            self._waiting.append(job)
        self._begin()
        return job

    def place_of(self, job: Job[Any]) -> int:
        """How many questions are answered before this one is begun."""
        with self._lock:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def withdraw(self, job: Job[Any]) -> None:
        """Take a waiting job out of the line."""
        with self._lock:
            if job not in self._waiting:
                return
            self._waiting.remove(job)
        job.end()

    def close(self) -> None:
        """Stop every job, and take no more: what asks a model after it was closed would open it again."""
        with self._lock:
            self._closed = True
            jobs = [*self._waiting, *self._running]
        for job in jobs:
            job.cancel()

    def _begin(self) -> None:
        with self._lock:
            while self._waiting and len(self._running) < self._at_once:
                job = self._waiting.popleft()
                self._running.add(job)
                threading.Thread(target=self._run, args=(job,), name="answer", daemon=True).start()

    def _run(self, job: Job[Any]) -> None:
        try:
            job.work()
        finally:
            with self._lock:
                self._running.discard(job)
            self._begin()
