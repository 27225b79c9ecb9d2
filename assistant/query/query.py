"""The question as it is handed down: what it asks, of which time, and what may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.dates import Period, asks_newest, asks_now, named_periods
from assistant.schema import Question


class Recency(StrEnum):
    """Which of several reports is asked for."""

    ANY = "any"
    NOW = "now"
    """What holds at present: the newest report that answers."""
    NEWEST = "newest"
    """The latest alone."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood once; no later step reads its words again to find these out.

    `text` stands alone, without the conversation; `periods` are the times it names; `since`,
    `until` and `articles` limit what may be read, as in `Question`.
    """

    text: str
    periods: tuple[Period, ...] = ()
    recency: Recency = Recency.ANY
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, question: Question | None = None) -> Query:
        """The query that `text` puts, with the limits of `question`."""
        recency = Recency.NEWEST if asks_newest(text) else Recency.NOW if asks_now(text) else Recency.ANY
        limits = question or Question(text)
        return cls(text, tuple(named_periods(text)), recency, limits.since, limits.until, limits.articles)
