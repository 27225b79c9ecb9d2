"""Parser of dates in running text: a day in words, and the periods that a text names."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from assistant.text.calendar_names import folded
from assistant.text.months import ENGLISH_MONTH, ENGLISH_MONTHS, MONTH, MONTH_NAMES
from assistant.text.years import LIKELY_YEAR

# "4–6 July 2017" is from the fourth on.
_FROM = r"(?:(?P<from{}>\d{{1,2}})(?:st|nd|rd|th)?\s?[-–—]\s?)?"
_DAY = re.compile(
    rf"\b(?:{_FROM.format(1)}(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{ENGLISH_MONTH})\.?|"
    rf"(?P<m2>{ENGLISH_MONTH})\.?\s+{_FROM.format(2)}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b,?\s+(?P<y>\d{{4}})\b",
    re.I,
)
# "2017년" and "2017г." go on without a space: an edge of ASCII's words is one.
_EDGE = r"(?a:\b)"
_ISO_DAY = re.compile(rf"{_EDGE}(?P<y>{LIKELY_YEAR})-(?P<m>\d{{2}})-(?P<d>\d{{2}}){_EDGE}")
_EASTERN = re.compile(
    rf"(?<!\d)(?P<y>{LIKELY_YEAR})\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월](?:\s?(?P<d>\d{{1,2}})\s?[日일号號])?"
)
_MONTH_YEAR = re.compile(rf"\b(?P<m>{ENGLISH_MONTH})\.?,?\s+(?:of\s+)?(?P<y>{LIKELY_YEAR})\b", re.I)
DAY_IN_FIGURES = re.compile(
    r"(?<![\d.,/-])(?:(?P<first>\d{1,2})(?P<mark>[./])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})"
    r"|(?P<begins>\d{4})(?P<between>[./-])\d{1,2}(?P=between)(?P<day>\d{1,2}))(?![\d/-]|[.,]\d)"
)
"""Days as "4.7.2017", "22/03/2023", "2023-03-22"."""

CLOCK = r"(?i:\d{1,2}\s?[:.h]\s?\d\d(?:\s?[ap]\.?m\.?)?)"
"""A time of day, a pattern: "10:30", "9.05 a.m.", "17 h 30"."""

_NUMBER = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
_NUMBERS = rf"{_NUMBER}(?:\s?(?:[-–—]|and|to)\s?{_NUMBER})?"
# A day beside its month, in any language: "4 July", "July 4-5", "4 de julio", "7月4日".
_NAMED_DAY = re.compile(
    rf"(?<![\d.,]){_NUMBERS}\s?(?:of\s|de\s|din\s)?(?:{MONTH})(?![^\W\d_])|"
    rf"(?<![^\W\d_])(?:{MONTH})\.?\s?{_NUMBERS}(?!\d|[.,]\d)|"
    r"\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]",
    re.I,
)
_YEAR = re.compile(rf"(?<![\d–-])(?P<y>{LIKELY_YEAR})(?:'s|’s)?{_EDGE}(?![-–\d]|\s?[年년][代대])")
_PART = r"(?:(?:early|mid|late)[\s-]+|(?:the\s+)?(?:very\s+)?(?:start|beginning|middle|end)\s+of\s+)?"
_OPEN_RANGE = re.compile(
    r"(?:\b(?:since|after|before|until|till|by|up to|through|between|to|between\s+[\w,. ]{1,30}\sand)\s+"
    rf"{_PART}|[自从從至]\s?)$",
    re.I,
)
_OPENS_RANGE = re.compile(
    rf"\s*(?:to|until|till|through|up to|[-–—])\s*(?:\w+\s+){{0,2}}{LIKELY_YEAR}\b|\s+on(?:wards?)?\b|"
    r"[年년]?\s?(?:[至到起前后後~〜]|以[来來前后後降]|之[前后後]|から|まで|부터|까지|이후|이전)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Period:
    """An inclusive range of days that a text names, and the words that named it."""

    since: date
    until: date
    words: str


def in_words(day: date) -> str:
    """ "4 July 2017"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def named_periods(text: str) -> list[Period]:
    """The days, months and years that `text` names as a point in time, most exact reading first.

    "since 2013" or "up to 2030" bounds a range and names no point, so it is left out.
    """
    periods: list[Period] = []
    taken: list[tuple[int, int]] = []
    for form in (_DAY, _ISO_DAY, _EASTERN, _MONTH_YEAR, _YEAR):
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


def day_places(text: str) -> list[tuple[int, int]]:
    """(start, end) of every day that stands beside its month, in any language, or in figures."""
    return [match.span() for form in (_NAMED_DAY, DAY_IN_FIGURES) for match in form.finditer(text)]


def whole_days(text: str) -> list[tuple[int, Period]]:
    """(start, the day) of every whole date with its year, in words or as ISO 8601."""
    matches = (match for form in (_DAY, _ISO_DAY) for match in form.finditer(text))
    return [(match.start(), period) for match in matches if (period := _period(match))]


def _period(match: re.Match[str]) -> Period | None:
    fields = match.groupdict()
    year = int(fields["y"])
    month_text = fields.get("m") or fields.get("m1") or fields.get("m2")
    day_text = fields.get("d") or fields.get("d1") or fields.get("d2")
    from_text = fields.get("from1") or fields.get("from2")
    if month_text is None:
        return Period(date(year, 1, 1), date(year, 12, 31), match[0])
    month = int(month_text) if month_text.isdigit() else ENGLISH_MONTHS[folded(month_text)]
    try:
        if day_text:
            day = date(year, month, int(day_text))
            return Period(min(day, date(year, month, int(from_text or day_text))), day, match[0])
        return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), match[0])
    except (ValueError, calendar.IllegalMonthError):
        return None
