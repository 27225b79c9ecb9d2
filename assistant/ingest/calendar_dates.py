"""Parser of dates that name a month or weekday in a language of the CLDR."""

from __future__ import annotations

import re
from datetime import date

from assistant.ingest.dateline import make_date
from assistant.text.calendar_names import folded, month_names, weekday_names
from assistant.text.years import YEAR

_PARTS = re.compile(r"\d+\.?|[^\s\d.,،;:/|()\[\]–—-]+")
_CLOCK = re.compile(r"(?<![\d.])\d{1,2}[:.h]\d\d(?!\d|\.\d)(?:[:.]\d\d)?")


def weekdays_in(text: str) -> set[int]:
    """The weekdays that `text` names, 0 (Monday) to 6."""
    return {number for word in _PARTS.findall(text) for number in weekday_names().get(folded(word), ())}


def day_by_names(text: str) -> date | None:
    """The day whose month `text` names; only a date that is all there."""
    years = re.findall(rf"(?<!\d){YEAR}(?!\d)", text)
    if len(set(years)) != 1:
        return None
    parts = [part for part in _PARTS.findall(_CLOCK.sub(" ", text)) if part.strip(".") != years[0]]
    names = _months_in(parts)
    if len({frozenset(months) for _, months in names}) > 1:
        # "Paź" is October in Poland and "Paz" Sunday in Turkey.
        names = [name for name in names if folded(parts[name[0]]) not in weekday_names()]
    if len({frozenset(months) for _, months in names}) != 1:
        return None
    at, months = names[-1]
    day = _day_beside(parts, at)
    if day is None:
        return None
    number = int(day.rstrip("."))
    if len(months) > 1:
        # Croats write a full stop behind the day, Poles do not; in Czech these are other cases.
        months = {min(months) if day.endswith(".") else max(months)}
    return make_date(int(years[0]), months.pop(), number)


def _months_in(parts: list[str]) -> list[tuple[int, set[int]]]:
    """Where the name of a month stands among a text's words and numbers, and which it may be."""
    found, known = list[tuple[int, set[int]]](), month_names()
    for at, part in enumerate(parts):
        if part[0].isdigit():
            continue
        word = folded(part)
        months = known.get(f"{word} {folded(parts[at + 1])}") if at + 1 < len(parts) else None
        # Hebrew writes "in" to the name, Basque a case behind it.
        months = months or known.get(word) or known.get(word.removeprefix("ב")) or known.get(word.removesuffix("ren"))
        if months:
            found.append((at, set(months)))
    return found


def _day_beside(parts: list[str], at: int) -> str | None:
    """The number before the month's name, or else behind it, with one word between them at most."""
    before, behind = parts[max(0, at - 2) : at][::-1], parts[at + 1 : at + 3]
    return next((part for part in (*before, *behind) if part[0].isdigit() and len(part.rstrip(".")) <= 2), None)
