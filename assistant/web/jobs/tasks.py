"""Task registry: long work, one of a kind for each owner, in memory alone, step by step, stopped at any time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stepped import SteppedJob

_log = logging.getLogger(__name__)
_MOST_KEPT = 100

R = TypeVar("R")


class Task(Generic[R]):
    """Something on its way: `name` tells a reader what, `done` of `total` is done, `result` is what it came to so far.

    Each step of its work gives the result anew; it is never changed in place.
    """

    def __init__(self, name: str, result: R, total: int = 0) -> None:
        self.name = name
        self.result = result
        self.done = 0
        self.total = total
        self._job: SteppedJob[R] | None = None

    def progress(self, done: int, total: int) -> None:
        """Say how far it is."""
        self.done, self.total = done, total

    def start(self, queue: JobQueue, steps: Generator[R, None, None], on_cancel: Callable[[], None]) -> None:
        """Begin to take the steps; once."""
        self._job = SteppedJob(queue, steps, self._take, on_cancel)

    @property
    def is_on(self) -> bool:
        """Whether it is being done."""
        return self._job is not None and not (self._job.over or self._job.cancelled)

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self._job is not None and self._job.over and not self._job.cancelled and self._job.error is None

    @property
    def error(self) -> str | None:
        """Why it ended before its end."""
        return self._job.error if self._job else None

    @property
    def place(self) -> int:
        """How many questions come before its next step."""
        return self._job.place if self._job else 0

    @property
    def stamp(self) -> object:
        """Another value where there is something else to show."""
        return id(self), id(self.result), self.done, self.is_on, self.place

    def cancel(self) -> None:
        """Stop; what is done stays."""
        if self._job:
            self._job.cancel()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until nothing more will happen; False when that is not within `seconds`."""
        return self._job is None or self._job.wait(seconds)

    def _take(self, result: R) -> None:
        self.result = result


class Tasks(Generic[R]):
    """The last task of each owner. Thread-safe."""

    def __init__(self, loader: AssistantLoader, queue: JobQueue, *, what: str) -> None:
        """`what` they are, for a reader: "drafts are being checked"."""
        self._loader = loader
        self._queue = queue
        self._what = what
        self._tasks: OrderedDict[str, Task[R]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, owner: str) -> Task[R] | None:
        """The owner's last task."""
        return self._tasks.get(owner)

    def is_on(self, owner: str) -> bool:
        """Whether something of the owner's is being done."""
        task = self.of(owner)
        return task is not None and task.is_on

    def begin(
        self,
        owner: str,
        task: Task[R],
        steps_of: Callable[[Assistant, QuestionScope], Generator[R, None, None]],
        busy: str,
    ) -> None:
        """Begin; returns at once. `busy` tells an owner whose last task is still on. Raises `AssistantError`."""
        scope = QuestionScope(warn=_log.warning)
        steps = steps_of(self._loader.assistant_for(owner), scope)
        with self._lock:
            if self.is_on(owner):
                raise UsageError(busy)
            self._make_room()
            task.start(self._queue, steps, scope.cancel)
            self._tasks[owner] = task
            self._tasks.move_to_end(owner)

    def stop(self, owner: str) -> None:
        """Stop the owner's task; what is done stays."""
        task = self.of(owner)
        if task:
            task.cancel()

    def forget(self, owner: str) -> None:
        """Stop, and keep nothing of it."""
        self.stop(owner)
        with self._lock:
            self._tasks.pop(owner, None)

    def _make_room(self) -> None:
        """Raises `UsageError` where as many as may be are on."""
        ended = [owner for owner, task in self._tasks.items() if not task.is_on]
        for owner in ended[: max(0, len(self._tasks) - _MOST_KEPT + 1)]:
            del self._tasks[owner]
        if len(self._tasks) >= _MOST_KEPT:
            raise UsageError(f"{len(self._tasks)} {self._what} already; try again in a while")
