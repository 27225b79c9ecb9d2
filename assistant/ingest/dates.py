"""Parser of dates in metadata: a front matter's date, a feed's `pubDate`, a CSV cell, a file's name."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePath
from typing import Any

from assistant.ingest.calendar_dates import day_by_names, weekdays_in
from assistant.ingest.dateline import make_date, parse_date, parse_iso
from assistant.text.months import MONTH, MONTHS, VIETNAMESE_MONTH, VIETNAMESE_MONTHS
from assistant.text.numbers import western_digits
from assistant.text.unicode import without_joiners
from assistant.text.years import FIRST_YEAR, LIKELY_YEAR, YEAR

_COMPACT = re.compile(rf"\s*({YEAR})(\d\d)(\d\d)(?:T?\d{{4,6}}(?:Z|[+-]\d{{4}})?)?\s*$")
_NUMERIC = re.compile(rf"(?<![\d./-])(\d{{1,2}})([./-])\s?(\d{{1,2}})\2\s?({YEAR})(?![\d/])")
_SHORT = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d\d)(?=[\s,;]|$)")
_SHORT_WORDS = re.compile(rf"(\d{{1,2}})[\s.-]+({MONTH})\.?[\s-]+['’]?(\d\d)(?=[\s,;]|$)", re.I)
_EAST_ASIAN = re.compile(rf"({YEAR})\s*[年년]\s*(\d{{1,2}})\s*[月월]\s*(\d{{1,2}})\s*[日일]")
_VIETNAMESE = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s+(?:tháng|thg)\s+(\d{{1,2}}|{VIETNAMESE_MONTH}),?\s+"
    rf"(?:năm\s+)?({YEAR})(?!\d)",
    re.I,
)
# An era's years count from the year after this one: https://en.wikipedia.org/wiki/Regnal_year, and Taiwan's from 1912.
_ERA_BEGINS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_ERA = re.compile(rf"({'|'.join(_ERA_BEGINS)})\s*(\d{{1,3}}|元)\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*日")
_WORDS = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:\.|º|er|st|nd|rd|th|-го|-е)?\s+(?:of\s+|de\s+|din\s+)?(?P<month>{MONTH})\.?"
    rf"(?:\s?/\s?\w+)?,?\s+(?:de\s+|del\s+)?(?P<year>{YEAR})(?!\d)",
    re.I,
)
_JOINED = re.compile(r"(?<=\d)[-./](?=[^\W\d_])|(?<=[^\W\d_])[-./](?=\d)")
_THAI = re.compile("[\u0e00-\u0e7f]")
_BUDDHIST = re.compile(r"(?:พ\.ศ\.?\s*)?(?<!\d)(2[45]\d\d)(?!\d)")
_BUDDHIST_AHEAD = 543
_NAMED_MONTH = re.compile(r"(?<!\d)\d{1,2}\s+[^\s\d]+(?:\s[^\s\d]+)?\s+1[34]\d\d(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)1[34]\d\d[/-]\d{1,2}[/-]\d{1,2}(?!\d)")
_PERSIAN_DIGITS, _ARABIC_DIGITS = re.compile("[۰-۹]"), re.compile("[٠-٩]")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_IN_VIETNAMESE = re.compile(r"\b(?:ngày|thứ|chủ nhật|cập nhật|đăng|xuất bản)\b", re.I)
_EXCEL = re.compile(r"\d{5}(?:\.\d+)?")
_EXCEL_BEGINS = date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial numbers (ECMA-376 part 1, 18.17.4.1)."""
_EXCEL_DAYS = range(18_264, 73_051)  # 1950 to 2100
_EARLIEST = date(FIRST_YEAR, 1, 1)
_AHEAD = timedelta(days=366)
_LONGEST = 100

_NAME_DAYS = (
    re.compile(
        rf"(?<!\d)(?P<year>{LIKELY_YEAR})(?P<mark>[-_. ]?)(?P<month>0[1-9]|1[0-2])(?P=mark)(?P<day>0[1-9]|[12]\d|3[01])"
        r"(?:T?\d{4}(?:\d\d)?Z?)?(?!\d)"
    ),
    re.compile(rf"(?<!\d)(?P<year>{LIKELY_YEAR})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"(?<![A-Za-z\d.])(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>{LIKELY_YEAR})(?!\.?\d)"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[-_. ](?P<month>{MONTH})[-_. ](?P<year>{LIKELY_YEAR})(?!\d)", re.I),
    re.compile(rf"(?<![^\W\d_])(?P<month>{MONTH})[-_. ](?P<day>\d{{1,2}}),?[-_. ](?P<year>{LIKELY_YEAR})(?!\d)", re.I),
    re.compile(rf"(?<!\d)(?P<year>{LIKELY_YEAR})/(?P<month>{MONTH})/(?P<day>\d{{1,2}})(?!\d)", re.I),
)
# Programs that save pages put the minute and second of saving into the name: "Bridge (5.3.2024 10_15_02).html".
_SAVED_AT = re.compile(r"\s?[,_T-]?\s?\d{1,2}[-_:.]\d\d[-_:.]\d\d")


def parse_published(value: Any) -> date | None:
    """The day `value` names: text in the usual shapes and languages, a date, or seconds since 1970 (UTC).

    None where there is no whole date, where day and month could be either ("03/04/2023"), and where
    the day is more than a year ahead: then it was counted in another calendar, or is no day at all.
    A time of day or zone is left aside: a story is dated as where it was published.
    """
    found = _parsed(value)
    return found if found and _EARLIEST <= found < date.today() + _AHEAD else None


def numeric_day(value: Any) -> tuple[int, int, int] | None:
    """(first, second, year) of a day in numbers of which the year is the last, and the order not told by dots."""
    text = without_joiners(western_digits(str(value)[:_LONGEST])).strip() if isinstance(value, str) else ""
    match = _NUMERIC.match(text) or _SHORT.match(text)
    if match is None or match[2] == ".":
        return None
    first, second, year = int(match[1]), int(match[3]), _whole_year(int(match[4]))
    day = make_date(year, second, first) or make_date(year, first, second)
    return (first, second, year) if day else None


def day_in_name(path: str) -> date | None:
    """The day in the name of a file, or in its folders where these are year, month and day ("2024/03/05/a.txt").

    A name that holds a time with seconds as well was given by a program that saved a page: none.
    """
    name = PurePath(path)
    found = _day_in(western_digits(name.stem))
    if found:
        return found
    folders = name.parent.parts
    for written in ("/".join(folders[-3:]), folders[-1] if folders else ""):
        for form in _NAME_DAYS:
            match = form.fullmatch(written)
            if match:
                return _checked(match)
    return None


def day_in_address(url: str | None) -> date | None:
    """The day in the path of an address ("https://e.org/2024/03/05/bridge"), or None."""
    path = re.sub(r"^[a-z]+://[^/]*|[?#].*$", "", (url or "")[: 10 * _LONGEST], flags=re.I)
    return _day_in(path)


def _day_in(text: str) -> date | None:
    for form in _NAME_DAYS:
        match = form.search(text[: 10 * _LONGEST])
        if match and not _SAVED_AT.match(text, match.end()):
            return _checked(match)
    return None


def _checked(match: re.Match[str]) -> date | None:
    month = match["month"]
    number = int(month) if month.isdigit() else MONTHS[month.lower()]
    found = make_date(int(match["year"]), number, int(match["day"]))
    return found if found and found < date.today() + _AHEAD else None


def _parsed(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _timestamp(float(value))
    text = without_joiners(western_digits(str(value)[:_LONGEST])).strip()
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text) or _EXCEL.fullmatch(text):
        return _timestamp(float(text))
    return (
        _compact(text)
        or _numeric(text)
        or parse_date(text)
        or _east_asian(text)
        or _words(text)
        or _buddhist(text)
        or _persian_or_islamic(str(value)[:_LONGEST])
        or _other_language(text)
    )


def _timestamp(seconds: float) -> date | None:
    if abs(seconds) >= 1e11:
        seconds /= 1000
    if 1e8 <= seconds < 7e9:
        return datetime.fromtimestamp(seconds, UTC).date()
    if not abs(seconds) < 1e18:
        return None
    # 45356 is a spreadsheet's day; a year such as 2023, or 20230322, is no count of seconds.
    days = int(seconds)
    return _EXCEL_BEGINS + timedelta(days=days) if days in _EXCEL_DAYS else _compact(str(days))


def _compact(text: str) -> date | None:
    match = _COMPACT.match(text)
    return make_date(*map(int, match.groups())) if match else None


def _numeric(text: str) -> date | None:
    match = _NUMERIC.search(text) or _SHORT.match(text)
    if match is None:
        return None
    first, mark, second, year = int(match[1]), match[2], int(match[3]), _whole_year(int(match[4]))
    # With dots it is always day first; with slashes that depends on the country.
    if first == second or first > 12 or mark == ".":
        # "25-03-24" is as often 2025 as 2024.
        return None if mark == "-" and len(match[4]) == 2 else make_date(year, second, first)
    return make_date(year, first, second) if second > 12 else _by_weekday(text, first, second, year)


def _by_weekday(text: str, first: int, second: int, year: int) -> date | None:
    """The day of two that a number may mean ("Tuesday, 05/03/2024") which is the weekday that is named beside it."""
    if not _LETTERS.search(text):
        return None
    if _IN_VIETNAMESE.search(text):
        # Nothing in Vietnamese is dated month first.
        return make_date(year, second, first)
    named = weekdays_in(text)
    days = {make_date(year, second, first), make_date(year, first, second)}
    fitting = [day for day in days if day and day.weekday() in named]
    return fitting[0] if len(fitting) == 1 else None


def _whole_year(year: int) -> int:
    """A year of two digits as the latest that has come: 24 is 2024, 98 is 1998."""
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= date.today().year + 1 else 1900 + year


def _east_asian(text: str) -> date | None:
    match = _EAST_ASIAN.search(text)
    if match:
        return make_date(*map(int, match.groups()))
    match = _VIETNAMESE.search(text)
    if match:
        named = match[2].lower()
        month = int(named) if named.isdigit() else VIETNAMESE_MONTHS[named]
        return make_date(int(match[3]), month, int(match[1]))
    match = _ERA.search(text)
    if match is None:
        return None
    year = 1 if match[2] == "元" else int(match[2])
    return make_date(_ERA_BEGINS[match[1]] + year, int(match[3]), int(match[4]))


def _words(text: str) -> date | None:
    text = _JOINED.sub(" ", text)
    match = _WORDS.search(text)
    if match:
        return make_date(int(match["year"]), MONTHS[match["month"].lower()], int(match["day"]))
    match = _SHORT_WORDS.match(text)
    if match is None:
        return None
    # In Thai the year is short for one of the Buddhist era: 67 is 2567.
    year = 2500 + int(match[3]) - _BUDDHIST_AHEAD if _THAI.search(text) else _whole_year(int(match[3]))
    return make_date(year, MONTHS[match[2].lower()], int(match[1]))


def _buddhist(text: str) -> date | None:
    """A day whose year is counted in the Buddhist era of Thailand."""
    buddhist = _BUDDHIST.search(text)
    if buddhist:
        common = _BUDDHIST.sub(lambda match: str(int(match[1]) - _BUDDHIST_AHEAD), text)
        if _THAI.search(text):
            # Nothing in Thai is dated month first.
            common = re.sub(r"(\d)/(\d{1,2})/(\d)", r"\1.\2.\3", common)
        return _numeric(common) or parse_iso(common) or _words(common) or _other_language(common)
    return None


def _persian_or_islamic(text: str) -> date | None:
    """By dateparser; a date in numbers alone is told by whose digits it is written in."""
    if text.isascii():
        return None
    plain = western_digits(text)
    named, numeric = _NAMED_MONTH.search(plain), _YEAR_FIRST.search(plain)
    if not named and not numeric:
        return None
    from dateparser.calendars.hijri import HijriCalendar
    from dateparser.calendars.jalali import JalaliCalendar

    calendars = [JalaliCalendar] if named or _PERSIAN_DIGITS.search(text) else []
    calendars += [HijriCalendar] if named or _ARABIC_DIGITS.search(text) else []
    for calendar in calendars:
        try:
            found = calendar((named or numeric)[0]).get_date()  # type: ignore[index]
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
            continue
        if found and found.date_obj and {"day", "month", "year"} <= set(found.parts):
            return found.date_obj.date()  # type: ignore[no-any-return]
    return None


def _other_language(text: str) -> date | None:
    """A day with the name of its month in a language of the CLDR; only a date that is all there."""
    return None if _NUMERIC.search(text) else day_by_names(text)
