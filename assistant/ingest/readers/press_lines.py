"""Line parser shared by the exports of press databases: some lines are fields ("Byline: Tora Vik")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date

from assistant.ingest.blocks import LeftOut, Reason
from assistant.ingest.build import Fields, Story
from assistant.ingest.dates import parse_published

_FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z]*(?:[- ][A-Za-z]+){0,3}):\s*(?P<value>.*)$", re.S)
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©)\s", re.I)
_DATE_CHARS = 60


def field_of(line: str) -> tuple[str, str]:
    """(name in small letters, value) of "Byline: Tora Vik", else two empty texts."""
    match = _FIELD.match(line)
    return (match["name"].lower(), match["value"].strip()) if match else ("", "")


def label_of(line: str) -> str:
    """The name of the field that a line is, else the line itself, in small letters."""
    return field_of(line)[0] or line.lower()


def day_of(line: str) -> date | None:
    """The day that a short line names."""
    return parse_published(line) if len(line) <= _DATE_CHARS and any(map(str.isdigit, line)) else None


def is_copyright(line: str) -> bool:
    """True for a line that begins with a notice of copyright."""
    return bool(_COPYRIGHT.match(line))


def parts(lines: Iterable[str], end: re.Pattern[str]) -> Iterator[list[str]]:
    """The lines between those that match `end`."""
    part: list[str] = []
    for line in [*lines, None]:
        if line is None or end.match(line):
            if part:
                yield part
            part = []
        else:
            part.append(line)


def story_of(above: Sequence[str], texts: Sequence[str], below: Sequence[str], fields: Fields, key: str) -> Story:
    """An article of an export; of the lines around its text those that no field took are shown as left out."""
    known = {value for value in astuple(fields) if value}

    def others(lines: Sequence[str], after: int) -> Iterator[LeftOut]:
        for line in lines:
            if not known & {line, field_of(line)[1], day_of(line), day_of(field_of(line)[1])}:
                yield LeftOut(after, line, Reason.NO_FIELD)

    return Story(tuple(texts), fields, key, left_out=(*others(above, 0), *others(below, len(texts))))
