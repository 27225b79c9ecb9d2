"""Handler of the next question's scope: days, a day to answer as of, chosen articles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from assistant.errors import AssistantError
from assistant.schema.articles import ArticleFilter
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.session import Action, Parts, Session
from assistant.web.views.scope import scope_html


class ScopeHandler:
    """Handler of the line above every page's question box."""

    def __init__(self, loader: AssistantLoader) -> None:
        self._loader = loader

    def shown(self, session: Session, owner: str) -> str:
        """What the next question is put to."""
        titles = {}
        if session.articles.ids is not None and len(session.articles.ids) == 1:
            with suppress(AssistantError):
                article = self._loader.assistant_for(owner).article(session.articles.ids[0])
                titles = {article.id: article.title}
        return scope_html(session.articles, titles, editing=session.editing is not None)

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {
            "dates": self._dates,
            "any-date": self._any_date,
            "any-day": self._any_day,
            "ask-only": self._ask_only,
        }

    def _dates(self, session: Session, owner: str, action: Action) -> Parts:
        return self._asked(session, owner, action.dated(replace(session.articles, as_of=action.day("as_of"))))

    def _any_date(self, session: Session, owner: str, _: Action) -> Parts:
        return self._asked(session, owner, replace(session.articles, since=None, until=None))

    def _any_day(self, session: Session, owner: str, _: Action) -> Parts:
        return self._asked(session, owner, replace(session.articles, as_of=None))

    def _ask_only(self, session: Session, owner: str, action: Action) -> Parts:
        return self._asked(session, owner, replace(session.articles, ids=(action.text("article"),)))

    def _asked(self, session: Session, owner: str, articles: ArticleFilter) -> Parts:
        session.articles = articles
        return {"scope": self.shown(session, owner), "notice": ""}
