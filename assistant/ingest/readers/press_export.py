"""Exports of press databases (Nexis, Factiva, ProQuest), several articles in one document → `Story` each.

A document of any format comes here as its lines (paragraphs). The databases mark an article's end and its
fields alike in every format; the marks are theirs (Nexis Uni "End of Document", Factiva's "Document ID" and
its two-letter codes, ProQuest's "ProQuest document ID").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from assistant.ingest.build import Fields, Story
from assistant.ingest.pubdate import parse_published
from assistant.ingest.readers.names import person

_NEXIS_END = re.compile(r"end of document$", re.I)
_FACTIVA_END = re.compile(r"Document (?P<id>[A-Za-z0-9]{12,40})$")
_FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z]*(?:[- ][A-Za-z]+){0,3}):\s*(?P<value>.*)$", re.S)
_NEXIS_BODY = frozenset({"body", "text"})
# What follows a Nexis article's text; a correction is part of the story.
_NEXIS_AFTER = frozenset({"classification", "graphic", "load-date", "notes", "publication-type", "journal code"})
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©)\s", re.I)
_WORD_COUNT = re.compile(r"\d[\d,.]*\s+[^\W\d_]+$")
_CODED = re.compile(r"(?P<code>[A-Z]{2,3})(?:\s*\|\s*|\s+|$)(?P<value>.*)$", re.S)
_CODES = frozenset(
    "ART AN BY CLM CO CR CT CX CY ED ET HD IN IPC IPD LA LP NS PD PG PUB RE RF SC SE SN TD VOL WC".split()
)
_SENTENCE = re.compile(r"[.!?][\"'”’)]*$")
_RULE = re.compile(r"[_\-=*—]{10,}$")
_HEAD_LINES = 25
_DATE_CHARS = 60


def stories(lines: Sequence[str]) -> list[Story]:
    """The articles of an export, or none where the lines are no export that is known."""
    lines = [line.strip() for line in lines if line.strip()]
    for reader in (_nexis, _factiva_coded, _factiva, _proquest):
        found = [story for story in reader(lines) if story.texts]
        if found:
            return found if len(found) > 1 else [replace(found[0], key=None)]
    return []


def _nexis(lines: Sequence[str]) -> Iterator[Story]:
    if not any(_NEXIS_END.match(line) for line in lines):
        return
    for number, part in enumerate(_parts(lines, _NEXIS_END), start=1):
        begin = next((at for at, line in enumerate(part) if line.lower() in _NEXIS_BODY), None)
        if begin is None:
            labels = [at for at, line in enumerate(part[:_HEAD_LINES]) if _FIELD.match(line) or _COPYRIGHT.match(line)]
            begin = labels[-1] if labels else -1
        body = part[begin + 1 :]
        end = next((at for at, line in enumerate(body) if _label(line) in _NEXIS_AFTER), len(body))
        title, source, day = _title_source_day(part[: begin + 1])
        author = next((value for name, value in map(_field, part[: begin + 1]) if name == "byline"), None)
        yield Story(tuple(body[:end]), Fields(title=title, source=source, published=day, author=author), str(number))


def _title_source_day(head: Sequence[str]) -> tuple[str | None, str | None, date | None]:
    """Nexis writes title, outlet and date one below the other; a list of all titles may stand above them."""
    for at in range(1, len(head)):
        day = _day(head[at])
        if day:
            return (head[at - 2] if at > 1 else None), head[at - 1], day
    return (head[0] if head else None), None, None


def _factiva(lines: Sequence[str]) -> Iterator[Story]:
    for part, end in _ended(lines, _FACTIVA_END):
        count = next((at for at, line in enumerate(part[:_HEAD_LINES]) if _WORD_COUNT.match(line)), None)
        if count is None:
            continue
        copyright_at = next((at for at, line in enumerate(part[:_HEAD_LINES]) if _COPYRIGHT.match(line)), None)
        begin = copyright_at if copyright_at is not None and copyright_at > count else count + 1
        head = part[count + 1 : begin + 1]
        day_at, day = next(((at, day) for at, line in enumerate(head) if (day := _day(line))), (None, None))
        named = [
            line for line in head[(day_at or 0) + (day_at is not None) :] if not re.match(r"\d{1,2}[:.]\d\d", line)
        ]
        above = part[:count]
        author = next((line for line in above[1:] if re.match(r"(?i:by)\s", line)), None)
        yield Story(
            tuple(part[begin + 1 :]),
            Fields(
                title=above[0] if above else None,
                source=named[0] if named else None,
                published=day,
                author=author[2:].strip() if author else None,
            ),
            end["id"],
        )


def _factiva_coded(lines: Sequence[str]) -> Iterator[Story]:
    articles: list[dict[str, list[str]]] = []
    code = ""
    for line in lines:
        if _FACTIVA_END.match(line):
            code = ""
            continue
        match = _CODED.match(line)
        # Within the text, "CT scans show nothing." is a sentence.
        if match and match["code"] in _CODES and not (code in ("LP", "TD") and _SENTENCE.search(line)):
            code = match["code"]
            if code == "HD" or not articles:
                articles.append({})
            line = match["value"].strip()
        if articles and code and line:
            articles[-1].setdefault(code, []).append(line)
        if code == "AN":
            code = ""
    for number, values in enumerate(articles, start=1):
        if not {"HD", "PD", "SN"} <= values.keys():
            continue

        def first(code: str, values: dict[str, list[str]] = values) -> str | None:
            return " ".join(values.get(code, [])) or None

        fields = Fields(
            title=first("HD"), source=first("SN"), published=_day(first("PD") or ""), author=person(first("BY"))
        )
        texts = [*values.get("LP", []), *values.get("TD", [])]
        key = (first("AN") or str(number)).removeprefix("Document ")
        yield Story(tuple(texts), fields, key)


def _proquest(lines: Sequence[str]) -> Iterator[Story]:
    if not any(_label(line) == "proquest document id" for line in lines):
        return
    for number, part in enumerate(_parts(lines, _RULE), start=1):
        values: dict[str, list[str]] = {}
        name = ""
        for line in part:
            label, value = _field(line)
            # Within the text a line such as "Lind: We paid." is no field.
            if label and (name != "full text" or label in _PROQUEST):
                name, line = label, value
            if name and line:
                values.setdefault(name, []).append(line)
        if "full text" not in values:
            continue

        def first(*names: str, values: dict[str, list[str]] = values) -> str | None:
            return next((" ".join(values[name]) for name in names if name in values), None)

        fields = Fields(
            title=first("title") or part[0],
            source=first("publication title", "source"),
            published=_day(first("publication date", "date") or ""),
            author=first("author"),
            url=first("document url"),
            language=None,
        )
        yield Story(tuple(values["full text"]), fields, first("proquest document id") or str(number))


_PROQUEST = frozenset(
    "abstract|author|company|company / organization|copyright|credit|database|document feature|document type|"
    "document url|dateline|first page|identifier|identifier / keyword|issn|issue|language|language of publication|"
    "last updated|links|location|number of pages|pages|people|place of publication|proquest document id|"
    "publication date|publication subject|publication title|publication year|publisher|section|source|source type|"
    "subject|title|volume|year".split("|")
)


def _parts(lines: Sequence[str], end: re.Pattern[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for line in [*lines, None]:
        if line is None or end.match(line):
            if part:
                yield part
            part = []
        else:
            part.append(line)


def _ended(lines: Sequence[str], end: re.Pattern[str]) -> Iterator[tuple[list[str], re.Match[str]]]:
    part: list[str] = []
    for line in lines:
        match = end.match(line)
        if match:
            yield part, match
            part = []
        else:
            part.append(line)


def _field(line: str) -> tuple[str, str]:
    match = _FIELD.match(line)
    return (match["name"].lower(), match["value"].strip()) if match else ("", "")


def _label(line: str) -> str:
    return _field(line)[0] or line.lower()


def _day(line: str) -> date | None:
    return parse_published(line) if len(line) <= _DATE_CHARS and any(map(str.isdigit, line)) else None
