"""Handler of stories: a timeline or a digest made, how far it is, stop, clear."""

from __future__ import annotations

from collections.abc import Callable

from assistant.schema.articles import EVERY_ARTICLE
from assistant.web.handlers.task import TaskHandler
from assistant.web.jobs.stories import Made, Stories
from assistant.web.jobs.tasks import Task
from assistant.web.session import Action, Parts, Session
from assistant.web.views.stories import made_html, made_in_words, made_status_html


class StoriesHandler(TaskHandler[Made]):
    """Handler of the timelines and digests of every page; each browser's, or user's, is its own."""

    name = "story"

    def __init__(self, stories: Stories, public: Callable[[str], str] = str) -> None:
        """`public` makes of an error's message what may be shown."""
        super().__init__(stories.tasks, public)
        self._stories = stories

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {
            **super().actions(),
            "timeline": self._timeline,
            "digest": self._digest,
            "digest-last": self._digest_of_new,
        }

    def _parts(self, owner: str, task: Task[Made] | None, error: str) -> Parts:
        if task is None:
            return {"story-status": "", "story-result": ""}
        return {"story-status": made_status_html(task, error), "story-result": made_html(task.result)}

    def _said(self, task: Task[Made]) -> str:
        return f"Told. {made_in_words(task.result)}"

    def _timeline(self, session: Session, owner: str, action: Action) -> Parts:
        self._stories.begin_timeline(owner, action.text("story"), action.dated(EVERY_ARTICLE))
        return self._begun(session, owner)

    def _digest(self, session: Session, owner: str, action: Action) -> Parts:
        self._stories.begin_digest(owner, action.dated(EVERY_ARTICLE))
        return self._begun(session, owner)

    def _digest_of_new(self, session: Session, owner: str, _: Action) -> Parts:
        self._stories.begin_digest_of_new(owner)
        return self._begun(session, owner)
