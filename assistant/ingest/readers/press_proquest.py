"""Exports of ProQuest: labelled lines around the text, which has a label of its own, and rules between articles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.ingest.build import Fields, Story
from assistant.ingest.readers.press_lines import day_of, field_of, label_of, parts, story_of

_RULE = re.compile(r"(?:[_\-=*—]{10,}|document \d+ of \d+)$", re.I)
_ID = "proquest document id"
_NAMES = frozenset(
    "abstract|author|company|company / organization|copyright|credit|database|document feature|document type|"
    "document url|dateline|first page|identifier|identifier / keyword|issn|issue|language|language of publication|"
    "last updated|links|location|number of pages|pages|people|place of publication|proquest document id|"
    "publication date|publication info|publication subject|publication title|publication year|publisher|section|"
    "source|source type|subject|title|volume|year".split("|")
)
_TEXT = "full text"


def stories(lines: Sequence[str]) -> Iterator[Story]:
    """The articles of an export."""
    if not any(label_of(line) == _ID for line in lines):
        return
    for number, part in enumerate(parts(lines, _RULE), start=1):
        values: dict[str, list[str]] = {}
        others = list[str]()
        name = ""
        for line in part:
            label, value = field_of(line)
            # Within the text a line such as "Lind: We paid." is no field.
            if label and (name != _TEXT or label in _NAMES):
                name = label
                others += [line] if label != _TEXT else []
                line = value
            if name and line:
                values.setdefault(name, []).append(line)
        if _TEXT not in values:
            continue
        joined = {name: " ".join(values[name]) for name in values}
        fields = Fields(
            title=joined.get("title") or part[0],
            # "The Skarholm Herald; Skarholm": the place where it appears follows.
            source=(joined.get("publication title") or joined.get("source") or "").split(";")[0].strip() or None,
            published=day_of(joined.get("publication date") or joined.get("date") or ""),
            author=joined.get("author"),
            url=joined.get("document url"),
        )
        key = joined.get(_ID) or str(number)
        yield story_of((), values[_TEXT], [line for line in others if field_of(line)[1] != key], fields, key)
