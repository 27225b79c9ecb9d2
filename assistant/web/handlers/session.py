"""What one open page knows of itself, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.errors import UsageError
from assistant.settings import parse_day

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked: articles published from `since` to `until`, and only `articles`, by id, where given."""

    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: object) -> Scope:
        """From `to_dict()`'s JSON; everything, where that is not what it is."""
        if not isinstance(record, Mapping):
            return cls()
        try:
            since, until = (date.fromisoformat(day) if (day := record.get(key)) else None for key in ("since", "until"))
            return cls(since, until, tuple(map(str, record.get("articles") or ())))
        except (TypeError, ValueError):
            return cls()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        days = {key: day.isoformat() if day else None for key, day in (("since", self.since), ("until", self.until))}
        return {**days, "articles": list(self.articles)}


@dataclass(frozen=True, slots=True)
class Find:
    """Which articles the library shows, and how many of them."""

    words: str = ""
    source: str | None = None
    since: date | None = None
    until: date | None = None
    shown: int = 50


@dataclass(slots=True)
class Session:
    """One open page. Handlers change it in place; it is never sent to the browser."""

    conversation: str | None = None
    editing: int | None = None
    scope: Scope = field(default_factory=Scope)
    find: Find = field(default_factory=Find)
    search: str = ""
    library: object = None


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
        """A detail that is a day, None where it is empty. Raises `SettingsError`."""
        return parse_day(self.text(name), name) if self.text(name) else None

    def days(self) -> tuple[date | None, date | None]:
        """`since` and `until`. Raises `UsageError` when they are the wrong way round."""
        since, until = self.day("since"), self.day("until")
        if since and until and since > until:
            raise UsageError(f"the first date, {since}, is after the last, {until}; swap them")
        return since, until
