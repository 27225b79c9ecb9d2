"""Base of the handlers of long work, whatever it is: show how far it is, stop it, clear it.

Every method gives the parts of the page that changed, by name. No method knows Gradio.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from assistant.web.jobs.tasks import Task, Tasks
from assistant.web.session import Action, Parts, Session

R = TypeVar("R")


class TaskHandler(ABC, Generic[R]):
    """The work of one kind of every page; each browser's, or user's, is its own."""

    name: str
    """In the names of its actions: NAME-stop, NAME-clear."""

    def __init__(self, tasks: Tasks[R], public: Callable[[str], str] = str) -> None:
        """`public` makes of an error's message what may be shown."""
        self._tasks = tasks
        self._public = public

    @abstractmethod
    def _parts(self, owner: str, task: Task[R] | None, error: str) -> Parts:
        """Its parts of the page; of `task` None, where nothing is being done and nothing was."""

    @abstractmethod
    def _said(self, task: Task[R]) -> str:
        """What is told to who hears the page, when it has ended."""

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {f"{self.name}-stop": self._stop, f"{self.name}-clear": self._clear}

    def shown(self, session: Session, owner: str) -> Parts:
        """How far it is, and what it came to so far."""
        task = self._tasks.of(owner)
        session.tasks[self.name] = self._stamp(owner)
        error = self._public(task.error) if task and task.error else ""
        return self._parts(owner, task, error)

    def followed(self, session: Session, owner: str) -> Parts:
        """The same where something is new since it was shown."""
        task = self._tasks.of(owner)
        if self._stamp(owner) == session.tasks.get(self.name):
            return {}
        parts = self.shown(session, owner)
        if task and not task.is_on:
            parts["announce"] = self._said(task)
        return parts

    def is_on(self, owner: str) -> bool:
        """Whether something of the owner's is being done."""
        return self._tasks.is_on(owner)

    def _stamp(self, owner: str) -> object:
        """Another value where there is something else to show."""
        task = self._tasks.of(owner)
        return task and task.stamp

    def _begun(self, session: Session, owner: str) -> Parts:
        return {**self.shown(session, owner), "notice": ""}

    def _stop(self, session: Session, owner: str, _: Action) -> Parts:
        self._tasks.stop(owner)
        return {**self.shown(session, owner), "announce": "Stopped."}

    def _clear(self, session: Session, owner: str, _: Action) -> Parts:
        self._tasks.forget(owner)
        return self.shown(session, owner)
