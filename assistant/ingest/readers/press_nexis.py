"""Exports of Nexis: that of Nexis Uni, where a line ends each article, and the older one, where a line begins it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count

from assistant.ingest.build import Fields, Story
from assistant.ingest.readers.press_lines import day_of, field_of, is_copyright, label_of, parts, story_of

_END = re.compile(r"end of document$", re.I)
_BEGINS = re.compile(r"(?:\d+ of \d+ documents?|dokument \d+ von \d+|document \d+ (?:of|de) \d+)$", re.I)
_BODY = frozenset({"body", "text"})
# What follows an article's text; a correction is part of the story.
_AFTER = frozenset({"classification", "graphic", "load-date", "notes", "publication-type", "journal code"})
_OLDER_HEAD = frozenset("body byline column dateline headline highlight length section series".split())
_OLDER_AFTER = _AFTER | frozenset({"language", "subject", "url", "document-type", "pub-type"})
_HEAD_LINES = 25


def stories(lines: Sequence[str]) -> Iterator[Story]:
    """The articles of an export of either form."""
    if any(_END.match(line) for line in lines):
        yield from map(_ended, parts(lines, _END), map(str, count(1)))
    elif any(_BEGINS.match(line) for line in lines):
        begins = next(at for at, line in enumerate(lines) if _BEGINS.match(line))
        found = [(_begun(part, str(number)), part) for number, part in enumerate(parts(lines[begins:], _BEGINS), 1)]
        if any(story for story, _ in found):
            # What is in no such order is read all the same.
            yield from (story or Story(tuple(part), key=f"{at}") for at, (story, part) in enumerate(found, 1))


def _ended(part: Sequence[str], key: str) -> Story:
    begin = next((at for at, line in enumerate(part) if line.lower() in _BODY), None)
    if begin is None:
        labels = [at for at, line in enumerate(part[:_HEAD_LINES]) if field_of(line)[0] or is_copyright(line)]
        begin = labels[-1] if labels else -1
    head, body = part[: begin + 1], part[begin + 1 :]
    end = next((at for at, line in enumerate(body) if label_of(line) in _AFTER), len(body))
    title, source, day = _title_source_day(head)
    author = next((value for name, value in map(field_of, head) if name == "byline"), None)
    fields = Fields(title=title, source=source, published=day, author=author)
    return story_of([line for line in head if line.lower() not in _BODY], body[:end], body[end:], fields, key)


def _title_source_day(head: Sequence[str]) -> tuple[str | None, str | None, date | None]:
    """Nexis Uni writes title, outlet and date one below the other; a list of all titles may stand above them."""
    for at in range(1, len(head)):
        day = day_of(head[at])
        if day:
            return (head[at - 2] if at > 1 else None), head[at - 1], day
    return (head[0] if head else None), None, None


def _begun(part: Sequence[str], key: str) -> Story | None:
    """An article of the older form: outlet, day, edition, title, then labelled lines, the text, labelled lines."""
    labels = [at for at, line in enumerate(part[:_HEAD_LINES]) if field_of(line)[0] in _OLDER_HEAD]
    day_at = next((at for at, line in enumerate(part[:_HEAD_LINES]) if day_of(line)), None)
    if not labels or not day_at or day_at > labels[0]:
        return None
    head, body = part[: labels[-1] + 1], part[labels[-1] + 1 :]
    end = next((at for at, line in enumerate(body) if label_of(line) in _OLDER_AFTER or is_copyright(line)), len(body))
    values = dict(map(field_of, head))
    above = part[day_at + 1 : labels[0]]
    fields = Fields(
        title=values.get("headline") or (above[-1] if above else None),
        source=part[day_at - 1],
        published=day_of(part[day_at]),
        author=values.get("byline"),
    )
    return story_of([line for line in head if field_of(line) != ("body", "")], body[:end], body[end:], fields, key)
