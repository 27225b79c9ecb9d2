"""Runs of saved questions: one of each owner, question by question."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from assistant.api import Assistant
from assistant.llm.scope import QuestionScope
from assistant.newsroom.saved_questions.book import Event, Outcome, QuestionBook
from assistant.newsroom.saved_questions.watch import Watch
from assistant.util.progress import Progress
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.owner_data import OwnerData
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.tasks import Task, Tasks

Found = tuple[Event, ...]
"""What there is to tell; what is unchanged is not in it."""
_PATIENCE_S = 10.0
Run = Callable[[QuestionBook, Progress], Iterator[Event]]


def _run_of(assistant: Assistant, scope: QuestionScope) -> Run:
    return lambda book, progress: Watch(assistant, book, scope).each(progress)


class QuestionRuns:
    """The last run of each owner's saved questions."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        data: OwnerData,
        run_of: Callable[[Assistant, QuestionScope], Run] = _run_of,
    ) -> None:
        """`run_of` gives what asks the questions of a book."""
        self.tasks: Tasks[Found] = Tasks(loader, queue, what="runs of saved questions are on their way")
        self._data = data
        self._run_of = run_of

    def begin(self, owner: str) -> None:
        """Ask those that something new comes near; returns at once. Raises `AssistantError`."""
        book = self._data.questions(owner)
        task: Task[Found] = Task("Saved questions", ())
        before = self.tasks.of(owner)

        def steps(assistant: Assistant, scope: QuestionScope) -> Generator[Found, None, None]:
            return _steps(self._run_of(assistant, scope)(book, task.progress), task, before)

        self.tasks.begin(owner, task, steps, "your saved questions are being asked; wait for it, or stop it")


def _steps(events: Iterator[Event], task: Task[Found], before: Task[Found] | None) -> Generator[Found, None, None]:
    if before is not None:
        # One that was stopped holds the questions until it has let go of the model.
        before.wait(_PATIENCE_S)
    try:
        for event in events:
            yield task.result if event.outcome is Outcome.UNCHANGED else (*task.result, event)
    finally:
        # Its lock is let go of when the run is stopped, not when the memory is tidied.
        close = getattr(events, "close", None)
        if close:
            close()
