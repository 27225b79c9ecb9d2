"""The question as it is handed down: what it asks, of which time, and what may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.schema import Question
from assistant.text.dates import Period, asks_now, named_periods


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood once; no later step reads its words again to find these out.

    `text` stands alone, without the conversation; `periods` are the times it names; `newest`: it asks for
    the present or the latest, so that the newest report that answers is wanted; `follow_up`: it was put in
    a conversation. `since`, `until` and `articles` limit what may be read, as in `Question`.
    """

    text: str
    periods: tuple[Period, ...] = ()
    newest: bool = False
    follow_up: bool = False
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, question: Question | None = None) -> Query:
        """The query that `text` puts, with the limits of `question`."""
        limits = question or Question(text)
        periods = tuple(named_periods(text))
        # "The last meeting of 2017" asks for that time.
        newest = not periods and asks_now(text)
        return cls(text, periods, newest, bool(limits.history), limits.since, _until(limits), limits.articles)


def _until(limits: Question) -> date | None:
    """The earlier of `until` and `as_of`."""
    return min((day for day in (limits.until, limits.as_of) if day is not None), default=None)
