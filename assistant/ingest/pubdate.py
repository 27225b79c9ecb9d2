"""The day that a piece of metadata names: a front matter's date, a feed's `pubDate`, a CSV cell."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from assistant.ingest.dateline import make_date, parse_date
from assistant.text.months import MONTH, MONTHS, western_digits

_COMPACT = re.compile(r"\s*((?:1[89]|20)\d\d)(\d\d)(\d\d)(?:T?\d{4,6}(?:Z|[+-]\d{4})?)?\s*$")
_NUMERIC = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-]((?:1[89]|20)\d\d)\b")
_EAST_ASIAN = re.compile(r"((?:1[89]|20)\d\d)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_REIWA = re.compile(r"(令和|平成)\s*(\d{1,2}|元)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ERA_BEGINS = {"令和": 2018, "平成": 1988}
_WORDS = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:\.|º|er|-го|-е)?\s+(?:de\s+|din\s+)?(?P<month>{MONTH})\.?"
    rf"(?:/\w+)?,?\s+(?:de\s+|del\s+)?(?P<year>(?:1[89]|20)\d\d)(?!\d)",
    re.I,
)
_EARLIEST, _LATEST = date(1800, 1, 1), date(2200, 1, 1)
_LONGEST = 100


def parse_published(value: Any) -> date | None:
    """The day `value` names: text in the usual shapes and languages, a date, or seconds since 1970 (UTC).

    None where there is no whole date, and where day and month could be either ("03/04/2023").
    A time of day or zone is left aside: a story is dated as where it was published.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _timestamp(float(value))
    text = western_digits(str(value)[:_LONGEST]).strip()
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        return _timestamp(float(text))
    found = _compact(text) or _numeric(text) or parse_date(text) or _east_asian(text) or _words(text) or _other(text)
    return found if found and _EARLIEST <= found < _LATEST else None


def _timestamp(seconds: float) -> date | None:
    if abs(seconds) >= 1e11:
        seconds /= 1000
    # A year such as 2023, or 20230322, is no count of seconds.
    if not 1e8 <= seconds < 7e9:
        return _compact(str(int(seconds))) if abs(seconds) < 1e18 and seconds == seconds else None
    return datetime.fromtimestamp(seconds, UTC).date()


def _compact(text: str) -> date | None:
    match = _COMPACT.match(text)
    return make_date(*map(int, match.groups())) if match else None


def _numeric(text: str) -> date | None:
    match = _NUMERIC.match(text)
    if match is None:
        return None
    first, second, year = map(int, match.groups())
    if first == second or first > 12:
        return make_date(year, second, first)
    # With dots it is always day first; with slashes that depends on the country.
    if "." in match[0]:
        return make_date(year, second, first)
    return make_date(year, first, second) if second > 12 else None


def _east_asian(text: str) -> date | None:
    match = _EAST_ASIAN.search(text)
    if match:
        return make_date(*map(int, match.groups()))
    match = _REIWA.search(text)
    if match is None:
        return None
    year = 1 if match[2] == "元" else int(match[2])
    return make_date(_ERA_BEGINS[match[1]] + year, int(match[3]), int(match[4]))


def _words(text: str) -> date | None:
    match = _WORDS.search(text)
    return make_date(int(match["year"]), MONTHS[match["month"].lower()], int(match["day"])) if match else None


def _other(text: str) -> date | None:
    """By dateparser, for the languages of which we keep no months; only a date that is all there."""
    if not re.search(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)", text) or not re.search(r"[^\W\d_]{3}", text):
        return None
    if _NUMERIC.search(text):
        return None
    import dateparser

    settings: Any = {
        "STRICT_PARSING": True,
        "PARSERS": ["absolute-time"],
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        found = dateparser.parse(text, settings=settings)
    except (ValueError, OverflowError, RecursionError, TypeError, AttributeError):
        return None
    return found.date() if found else None
