"""Dates as people write them: naming a day in words, and the period a question names."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from assistant.articles.dateline import MONTHS

_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH_NAMES})\.?|"
    rf"(?P<m2>{_MONTH_NAMES})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b,?\s+(?P<y>\d{{4}})\b",
    re.I,
)
_ISO_DAY = re.compile(r"\b(?P<y>(?:19|20)\d{2})-(?P<m>\d{2})-(?P<d>\d{2})\b")
_MONTH_YEAR = re.compile(rf"\b(?P<m>{_MONTH_NAMES})\.?,?\s+(?:of\s+)?(?P<y>(?:19|20)\d{{2}})\b", re.I)
_DAY_OF_MONTH = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH_NAMES})|(?:{_MONTH_NAMES})\.?\s+\d{{1,2}}(?!,?\d))\b", re.I
)
_YEAR = re.compile(r"(?<![\d–-])(?P<y>(?:19|20)\d{2})(?:'s|’s)?\b(?![-–\d])")
# "In 2000 cases" tells how many.
_YEAR_IN_TEXT = re.compile(
    r"\b(?:in|since|by|from|until|till|during|before|after|early|late|mid|of|the|and|to|year|for)[ -](?:19|20)\d{2}\b"
    r"(?![-–,.]?\d)(?!\s+[a-z]+s\b)",
    re.I,
)
_ANY_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_SINCE = re.compile(rf"\b(?:since|after)\s+(?:\w+\s+){{0,3}}{_ANY_YEAR.pattern}|{_ANY_YEAR.pattern}\s+on", re.I)
_UNTIL = re.compile(rf"\b(?:before|until|till|by|up to)\s+(?:\w+\s+){{0,3}}{_ANY_YEAR.pattern}", re.I)
_OPEN_RANGE = re.compile(
    r"\b(?:since|after|before|until|till|by|up to|through|between|to|between\s+[\w,. ]{1,30}\sand)\s+$", re.I
)
_OPENS_RANGE = re.compile(
    r"\s*(?:to|until|till|through|up to|[-–—])\s*(?:\w+\s+){0,2}(?:19|20)\d{2}\b|\s+on(?:wards?)?\b", re.I
)
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


@dataclass(frozen=True, slots=True)
class Period:
    """An inclusive range of days that a question names, and the words that named it."""

    since: date
    until: date
    words: str

    def contains(self, day: date | None) -> bool:
        """True when `day` is known and inside."""
        return day is not None and self.since <= day <= self.until


def in_words(day: date) -> str:
    """ "4 July 2017"."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def named_periods(text: str) -> list[Period]:
    """The days, months and years that `text` names as a point in time, most exact reading first.

    "since 2013" or "up to 2030" bounds a range and names no point, so it is left out.
    """
    periods: list[Period] = []
    taken: list[tuple[int, int]] = []
    for form in (_DAY, _ISO_DAY, _MONTH_YEAR, _YEAR):
        for match in form.finditer(text):
            if any(match.start() < end and match.end() > start for start, end in taken):
                continue
            taken.append(match.span())
            if _OPEN_RANGE.search(text[: match.start()]) or _OPENS_RANGE.match(text, match.end()):
                continue
            period = _period(match)
            if period:
                periods.append(period)
    return sorted(periods, key=lambda period: period.since)


def asks_now(question: str) -> bool:
    """True where the present is asked for ("now", "the latest"), so that the newest report answers first.

    A question that names a time asks for that: "the last meeting of 2017".
    """
    return not named_periods(question) and bool(_ASKS_NOW.search(question) or _ASKS_NEWEST.search(question))


def asks_newest(question: str) -> bool:
    """True where only the newest is asked for: "the latest", "the last visit"."""
    return not named_periods(question) and bool(_ASKS_NEWEST.search(question))


def without_dates(text: str) -> str:
    """`text` without the days, months and years that it names; a year that may be a number stays."""
    for form in (_DAY, _ISO_DAY, _MONTH_YEAR, _DAY_OF_MONTH, _YEAR_IN_TEXT):
        text = form.sub(" ", text)
    return text


def may_be_of_its_time(question: str, text: str, published: date | None) -> bool:
    """False where `question` names years and `text`, published then, has to do with none of them.

    A year between those asked will do, one that `text` names or that it was published in; so will
    years that lie around all of them. "Since 2013" asks for all years that follow.
    """
    asked = _years(question)
    if not asked:
        return True
    first = 0 if _UNTIL.search(question) else min(asked)
    last = date.max.year if _SINCE.search(question) else max(asked)
    named = _years(text)
    around = bool(named) and min(named) <= first and last <= max(named)
    return around or any(first <= year <= last for year in (*named, *([published.year] if published else ())))


def _years(text: str) -> list[int]:
    return [int(year) for year in _ANY_YEAR.findall(text)]


def _period(match: re.Match[str]) -> Period | None:
    fields = match.groupdict()
    year = int(fields["y"])
    month_text = fields.get("m") or fields.get("m1") or fields.get("m2")
    day_text = fields.get("d") or fields.get("d1") or fields.get("d2")
    if month_text is None:
        return Period(date(year, 1, 1), date(year, 12, 31), match[0])
    month = int(month_text) if month_text.isdigit() else MONTHS[month_text.lower()]
    try:
        if day_text:
            day = date(year, month, int(day_text))
            return Period(day, day, match[0])
        return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), match[0])
    except (ValueError, calendar.IllegalMonthError):
        return None
