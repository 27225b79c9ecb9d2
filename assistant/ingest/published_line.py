"""Lines of publication dates alone ("Published: 22 March 2023 | Updated: …")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from assistant.ingest.calendar_dates import weekdays_in
from assistant.ingest.dateline_scripts import find_dateline
from assistant.ingest.dates import numeric_day, parse_published
from assistant.text.numbers import western_digits
from assistant.text.unicode import without_joiners

_DATE_CHARS = 120
_LABEL_WORDS = 6
_WORD = r"[^\s\d,.:;|/()–—-]{2,}"
# Where a date stands in a line; which day it is, `parse_published` says.
_DATE = re.compile(
    r"(?<!\d)(?:(?:thứ\s\d,?\s)?ngày\s)?(?:"
    r"\d{4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}\.?|"
    r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{4}|"
    r"(?:\d{4}|(?:民國|令和|平成)\s?\d{1,3})\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]|"
    r"\d{1,2}\s(?:tháng|thg)\s(?:\d{1,2}|mười\s(?:một|hai)|[^\W\d_]{2,6}),?\s(?:năm\s)?\d{4}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|º|er|-го)?,?(?:\s|-)(?:de\s|of\s|din\s|d['’])?{_WORD}(?:\s{_WORD})?"
    rf"(?:\s?/\s?{_WORD})?\.?[,،]?(?:\s|-)(?:\d{{1,2}},?\s)?"
    r"(?:de\s|del\s|(?:ค|พ)\.ศ\.\s?)?\d{4}|"
    r"\d{1,2}\s[ก-๙]{1,3}\.[ก-๙]{1,2}\.\s?\d{4}|"
    rf"{_WORD}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|"
    rf"\d{{4}}\.\s?gada\s\d{{1,2}}\.\s{_WORD}|\d{{4}}\s?ж\.\s\d{{1,2}}\s{_WORD}|"
    rf"\d{{4}}(?:\.|,|\s?(?:gada|m\.|թ\.|ж\.|\(?e?\)?ko))?\s{_WORD}\.?\s\d{{1,2}}(?:\.|\sd\.|\(?a\)?(?!\w))?"
    r")(?!\d)",
    re.I,
)
# What is a time and cannot be part of a day: "10 am Apr 12, 2023" begins with none.
_SURE_TIME = re.compile(
    r"(?<!\d)\d{1,2}(?:(?::\d{2}){1,2}|[.:]\d{2}(?=\s?[ap])|(?=\s?[aph]))"
    r"(?:\s?[ap]\.?\s?m\.?(?![^\W\d_])|\s?h(?:\s?\d{2}(?!\d))?(?![^\W\d_]))",
    re.I,
)
_TIME = re.compile(
    r"(?<!\d)T?\d{1,2}[:.hH]\d{2}(?:[:.]\d{2})?(?:\.\d+)?(?:\s?[ap]\.?\s?m\.?(?![^\W\d_])|\s?h(?![^\W\d_])|Z)?"
    r"(?:\s?(?:UTC|GMT)?\s?[+-]\d{1,2}:?\d{0,2})?|(?<!\d)\d{1,2}\s?[時时点點시]\s?(?:\d{1,2}\s?[分분])?",
    re.I,
)
_ZONE = re.compile(r"\(?(?:UTC|GMT)\s?[+−-]\s?\d{1,2}(?::?\d\d)?\)?|(?<![^\s(])\(?[A-Z]{2,5}\)?$")
_BEHIND = re.compile(r"(?:,\s?|\s)\(?[^\W\d_]+\.?\)?")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
UPDATED = re.compile(
    r"updat|modif|edited|correct|amend|revis|changed|aktuali[sz]|geändert|änderung|\bstand\b|mis à jour|mise à jour|"
    r"actuali[sz]|atualiz|aggiorn|bijgewerkt|gewijzigd|обновл|измен|оновлен|змінен|zaktualiz|güncelle|更新|更正|修改|修正|"
    r"수정|업데이트|تحديث|تعديل|עודכן|עדכון|अपडेट|अद्यतन|به‌روز|بروزرسانی|uppdater|oppdater|opdater|päivit|muokattu|"
    r"ενημερ|frissít|cập nhật|diperbarui|อัปเดต|แก้ไข",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """The days that a line names as those of publication, and those that it calls updates; no day that is not sure."""

    published: list[date]
    modified: list[date] = field(default_factory=list)


def published_line(text: str, *, first: bool = False) -> PublishedLine | None:
    """The days of a line that says nothing but dates ("Published: 22 March 2023, 10:30 GMT | Updated: …"), else None.

    `first`: it may be the headline, so that fewer words beside the date are taken for a label.
    """
    if "\n" in text or len(text) > _DATE_CHARS or not any(map(str.isdigit, text)) or find_dateline(text):
        return None
    text = without_joiners(text)
    line = _SURE_TIME.sub(lambda match: " " * len(match[0]), western_digits(text))
    published, modified, end, found = list[date](), list[date](), 0, False
    for match in _DATE.finditer(line):
        day = parse_published(text[match.start() : match.end()])
        if day is None:
            if numeric_day(match[0]) is None:
                return None
            # The weekday tells which number is the day, wherever it stands.
            behind = _BEHIND.match(text, match.end())
            day = parse_published(text[end : behind.end() if behind else match.end()])
        label = _TIME.sub(" ", line[end : match.start()]).strip(" \t,.|·•-–—()[]*_")
        if not _is_label(label, first=first):
            return None
        found, end = True, match.end()
        if day:
            (modified if UPDATED.search(label) else published).append(day)
    rest = _ZONE.sub(" ", _TIME.sub(" ", line[end:])).strip(" \t,|·•-–—[]*_")
    return PublishedLine(published, modified) if found and _is_zone(rest) else None


def _is_label(text: str, *, first: bool) -> bool:
    words = text.split()
    if any(map(str.isdigit, text)) or len(text) > 50:
        return False
    if UPDATED.search(text) or text.endswith((":", "：")):
        return len(words) <= _LABEL_WORDS
    if first:
        return len(words) <= 1
    # "First published on Wed": of a label's words neither the weekday counts, nor one as short as "on".
    return len(words) <= 2 or (
        len(words) <= _LABEL_WORDS and sum(len(word) > 2 and not weekdays_in(word) for word in words) <= 2
    )


def _is_zone(text: str) -> bool:
    """True for what may follow the last date: a zone, words such as "Uhr" about the time, nothing."""
    words = text.strip(".").split()
    sentence = len(words) > 1 and text.endswith(".") and len(words[-1]) > 2
    if any(map(str.isdigit, text)) or len(words) > 4 or sentence:
        return False
    return len(" ".join(words)) <= 8 or len(words) <= 1 or text.isupper() or bool(_IN_BRACKETS.fullmatch(text))
