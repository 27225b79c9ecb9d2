"""Session state of one open page: what it knows of itself, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from assistant.errors import UsageError
from assistant.query.validate import check_days
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.util.validation import parse_day
from assistant.web.storage.messages import Message

Parts = dict[str, Any]
"""What of a page changed, by the name of its part."""

PAGE = 50
_LONGEST = 20_000


@dataclass(slots=True)
class Session:
    """One open page. Handlers change it in place; it is never sent to the browser.

    `editing` is the message whose question is being edited, as it was then.
    `articles` are those that are asked, `find` those that the library lists, the first `shown` of them. `library`,
    `marks`, `counted` and `tasks` tell what it shows of the library, of stale answers, of who carries what is cited,
    and of each kind of long work; `looked` and `asked_of`, for which state of the library and which answers it was last
    looked whether they hold, and who carries what they cite.
    """

    conversation: str | None = None
    editing: Message | None = None
    articles: ArticleFilter = EVERY_ARTICLE
    find: ArticleFilter = EVERY_ARTICLE
    shown: int = PAGE
    search: str = ""
    library: object = None
    looked: object = None
    marks: object = None
    asked_of: object = None
    counted: object = None
    tasks: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """Something done on a page: what, and its details, all of them text that a stranger may have written."""

    name: str
    details: Mapping[str, str]

    @classmethod
    def of(cls, data: Any) -> Action:
        """An event's payload. Raises `UsageError` for anything but a flat object of short texts."""
        if not isinstance(data, Mapping) or not isinstance(data.get("action"), str):
            raise UsageError("the page sent something that is no action; reload it")
        details = {str(key): "" if value is None else str(value) for key, value in data.items() if key != "action"}
        if sum(map(len, details.values())) > _LONGEST:
            raise UsageError("the page sent too much at once; shorten it")
        return cls(data["action"], details)

    def text(self, name: str) -> str:
        """A detail, "" where there is none."""
        return self.details.get(name, "")

    def number(self, name: str) -> int:
        """A detail that is a whole number ≥ 0. Raises `UsageError`."""
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise UsageError(f"the page sent {name} {text[:20]!r}, which is no number; reload it")
        return int(text)

    def day(self, name: str) -> date | None:
        """A detail that is a day, None where it is empty. Raises `UsageError`."""
        return parse_day(self.text(name), name) if self.text(name) else None

    def dated(self, articles: ArticleFilter) -> ArticleFilter:
        """The same of the days `since` and `until`. Raises `UsageError` when they are the wrong way round."""
        chosen = replace(articles, since=self.day("since"), until=self.day("until"))
        check_days(chosen)
        return chosen
