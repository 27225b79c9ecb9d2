"""Temporal expressions of a question beyond the periods it names: "now", "the latest", "as of 5 July 2017"."""

from __future__ import annotations

import re

from assistant.text.dates import Period, whole_days

_AS_OF = re.compile(r"\bas (?:of|at) (?:the )?$", re.I)
_ASKS_NOW = re.compile(
    r"\b(?:now|nowadays|still|current(?:ly)?|today|so far|(?:at (?:the )?|for the )(?:moment|present)|these days)\b",
    re.I,
)
_ASKS_NEWEST = re.compile(
    r"\b(?:(?<!at the )latest|newest|most recent(?:ly)?|recently|"
    r"last (?:time|visit|trip|meet|meeting|met|talks?|talked|spoke|summit|speech|statement|report|article|news|"
    r"election|vote)|"
    r"when\b.*\blast(?!\s+(?:night|week|weekend|month|year|spring|summer|autumn|fall|winter|\w+day)))\b",
    re.I,
)


def as_of_day(text: str) -> Period | None:
    """The day that `text` asks to be answered as of: "as of 5 July 2017"; the earliest where it names several.

    None where no whole date stands there: "as of now", "as of 2017", "by then".
    """
    periods = (period for start, period in whole_days(text) if _AS_OF.search(text[:start]))
    return min(periods, default=None, key=lambda period: period.since)


def asks_now(question: str) -> bool:
    """True where the present or the latest is asked for ("now", "the latest", "the last visit")."""
    return bool(_ASKS_NOW.search(question) or _ASKS_NEWEST.search(question))
