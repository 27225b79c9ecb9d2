"""Parser of datelines and dates at the head of a news story.

The shapes are those of the agencies' style guides, e.g. AP ("WASHINGTON (AP) — "), Reuters
("LONDON, Jan 5 (Reuters) - ") and IANS ("Moscow, July 4 (IANS): ").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.ingest.boilerplate import is_agency
from assistant.text.months import ENGLISH_MONTH, MONTH, MONTHS
from assistant.text.years import YEAR

_MONTH = rf"(?P<month>{ENGLISH_MONTH})\.?"
_DAY_FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?(?:\s+(?P<year>\d{{4}}))?", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b,?(?:\s+(?P<year>\d{{4}}))?", re.I),
)
_OTHER_LANGUAGES = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:\.|º|er)?\s+(?:de\s+)?(?P<month>{MONTH})\b\.?,?(?:\s+(?:de\s+)?(?P<year>\d{{4}}))?", re.I
)
_LONGEST = 300
_ISO = re.compile(rf"(?<!\d)(?P<year>{YEAR})[-/.]\s?(?P<month>\d{{1,2}})[-/.]\s?(?P<day>\d{{1,2}})(?!\d)")
_DATE_FIELD = re.compile(r"\s*date\s*[:=]?\s*(?P<iso>\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}\S*)?\s*", re.I)

_DATE_TEXT = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+[A-Z][a-z]+\.?|[A-Z][a-z]+\.?\s+\d{{1,2}}(?:st|nd|rd|th)?"
    rf"|\d{{1,2}}(?:\.|º|er)?\s+(?:de\s+)?(?i:{MONTH})\.?)"
    r"(?:,?\s+(?:de\s+)?\d{4})?"
)
_CAPITAL = r"A-Z\u00c0-\u00de"
# "Rio de Janeiro", "Frankfurt am Main", "Newcastle upon Tyne"; not "of" and "and", which join names in prose.
_PARTICLE = r"(?:(?:al|am|an|bei|da|das|de|del|der|di|do|dos|du|el|en|la|las|le|les|los|sur|upon)\s){1,2}"
_PLACE = rf"[{_CAPITAL}][\w.'’\-]*(?:(?:,\s|[ /])(?:{_PARTICLE})?[{_CAPITAL}(\[][\w.'’\-)\]]*){{0,5}}"
_SOURCE = r"(?P<source>(?:[A-Z]|apa|dpa|efe|epd|kna)[\w .&/'’\-]{1,40}|apa|dpa|efe|epd|kna)"
_OPENING = r"(?!(?:After|As|At|Before|By|From|In|On|Since|Until)\s)"
_DATELINE = re.compile(
    rf"{_OPENING}(?P<place>{_PLACE}?)"
    rf"(?:,?\s+(?P<date>{_DATE_TEXT}))?"
    rf"(?:\s*\({_SOURCE}\))?"
    r"\s*(?P<mark>:|\.?\s?[-–—]{1,2}|\s_|[–—])\s+"
)
# TASS: "MOSCOW, March 22. /TASS/. "; PR Newswire: "MOSCOW, March 22, 2023 /PRNewswire/ -- ".
_SLASHED = re.compile(
    rf"{_OPENING}(?P<place>{_PLACE}?),?\s+(?P<date>{_DATE_TEXT})[.,]?\s+/{_SOURCE}/(?P<mark>\.?\s*[-–—]{{0,2}})\s+"
)
# Reuters without a place: "March 22 (Reuters) - ", "(Reuters) - ".
_PLACELESS = re.compile(rf"(?P<place>)(?:(?P<date>{_DATE_TEXT})\s+)?\({_SOURCE}\)\s+(?P<mark>[-–—]{{1,2}})\s+")


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline, which takes `length` characters of the text; any part may be missing."""

    length: int
    place: str
    source: str | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None

    def date(self, known: date | None = None) -> date | None:
        """The dateline's date; a missing year is taken from `known`, else there is no date."""
        year = self.year or (known.year if known else None)
        if year is None or self.month is None or self.day is None:
            return None
        return make_date(year, self.month, self.day)


def parse_dateline(text: str) -> Dateline | None:
    """The dateline that `text` begins with, or None.

    Place names alone ("Moscow: ") are not enough: a date or an outlet in brackets must be
    there too, else "Putin: we agree" would be read as one.
    """
    match = _matched(text[:_LONGEST])
    if match is None:
        return None
    found = find_day(match["date"]) or _find_day(match["date"], (_OTHER_LANGUAGES,)) if match["date"] else None
    if match["date"] and found is None:
        return None
    year, month, day = found or (None, None, None)
    return Dateline(match.end(), match["place"], match["source"], day, month, year)


def _matched(head: str) -> re.Match[str] | None:
    match = _DATELINE.match(head)
    # A hyphen that touches the word before it joins words, unless a bracket or a full stop is there ("(EFE).-").
    if match and (match["date"] or match["source"]) and not re.search(r"[\w’'],?-+\s+$", match[0]):
        return match if _names_no_club(match, head) else None
    match = _SLASHED.match(head) or _PLACELESS.match(head)
    if match and not match["place"] and not match["date"] and not is_agency(match["source"]):
        return None
    return match


def _names_no_club(match: re.Match[str], head: str) -> bool:
    """False where the bracket says whose a person is: "Jones (Chelsea) - 12 goals", "Kane, May 5 (Spurs): he scored".

    Behind the dateline of an outlet that is no known agency a sentence begins, and without a date no number.
    """
    source = match["source"]
    if source is None or is_agency(re.split("[ /-]", source)[0]) or source[0].islower():
        return True
    begins = head[match.end() : match.end() + 1]
    return not (begins.islower() or (begins.isdigit() and not match["date"]))


def parse_date_field(text: str) -> tuple[date | None, int]:
    """A leading `date 2017-07-04` field: its date and its length in characters, else (None, 0)."""
    match = _DATE_FIELD.match(text)
    parsed = parse_iso(match["iso"]) if match else None
    return (parsed, match.end()) if match and parsed else (None, 0)


def find_day(text: str) -> tuple[int | None, int, int] | None:
    """The first day named in words ("22 March 2023", "July 4") as (year or None, month, day)."""
    return _find_day(text, _DAY_FORMS)


def _find_day(text: str, forms: Iterable[re.Pattern[str]]) -> tuple[int | None, int, int] | None:
    for form in forms:
        match = form.search(text)
        if match:
            year = int(match["year"]) if match["year"] else None
            month, day = MONTHS[match["month"].lower()], int(match["day"])
            if make_date(year or 2000, month, day):
                return year, month, day
    return None


def parse_iso(text: str) -> date | None:
    """The first ISO-like date in `text` (2017-07-04, 2017/7/4), or None."""
    match = _ISO.search(text)
    return make_date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def parse_date(text: str) -> date | None:
    """A whole date with its year, written in digits or in words, or None."""
    parsed = parse_iso(text)
    if parsed:
        return parsed
    found = find_day(text)
    return make_date(found[0], found[1], found[2]) if found and found[0] else None


def make_date(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
