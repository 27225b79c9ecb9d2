"""Handlers of the newsroom's views together, and of the counts beside citations: all that runs in the background."""

from __future__ import annotations

from collections.abc import Callable

from assistant.web.handlers.carriers import CarriersHandler
from assistant.web.handlers.draft import DraftHandler
from assistant.web.handlers.questions import QuestionsHandler
from assistant.web.handlers.stories import StoriesHandler
from assistant.web.session import Action, Parts, Session


class NewsroomHandler:
    """Handler of saved questions, stories and a draft's check together."""

    def __init__(
        self, questions: QuestionsHandler, stories: StoriesHandler, draft: DraftHandler, carriers: CarriersHandler
    ) -> None:
        self.draft = draft
        self._views = (questions, stories, draft)
        self._carriers = carriers

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {name: act for view in self._views for name, act in view.actions().items()}

    def shown(self, session: Session, owner: str) -> Parts:
        """The views as they are now."""
        return {name: part for view in self._views for name, part in view.shown(session, owner).items()}

    def followed(self, session: Session, owner: str) -> Parts:
        """What is new in them since they were shown, and of the counts beside citations."""
        parts: Parts = {}
        for one in (*self._views, self._carriers):
            parts |= one.followed(session, owner)
        return parts

    def is_on(self, owner: str) -> bool:
        """Whether something is being done for the owner."""
        return any(one.is_on(owner) for one in (*self._views, self._carriers))
