"""Exports of Factiva: articles as they are printed, or their fields behind codes of two or three letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.ingest.build import Fields, Story
from assistant.ingest.readers.names import person
from assistant.ingest.readers.press_lines import day_of, is_copyright, story_of
from assistant.text.dates import CLOCK
from assistant.text.sentences import ends_a_sentence

_END = re.compile(r"Document (?P<id>[A-Za-z0-9]{12,40})$")
_WORD_COUNT = re.compile(r"\d[\d,.]*\s+[^\W\d_]+$")
_CODED = re.compile(r"(?P<code>[A-Z]{2,3})(?:\s*\|\s*|\s+|$)(?P<value>.*)$", re.S)
_CODES = frozenset(
    "ART AN BY CLM CO CR CT CX CY ED ET HD IN IPC IPD LA LP NS PD PG PUB RE RF SC SE SN TD VOL WC".split()
)
_TEXT_CODES = ("LP", "TD")
_CLOCK = re.compile(CLOCK)
_HEAD_LINES = 25


def printed_stories(lines: Sequence[str]) -> Iterator[Story]:
    """The articles of an export where each ends with the line "Document …" and its id."""
    for part, key in _ended(lines):
        count = next((at for at, line in enumerate(part[:_HEAD_LINES]) if _WORD_COUNT.match(line)), None)
        if count is None:
            continue
        notice = next((at for at, line in enumerate(part[:_HEAD_LINES]) if is_copyright(line)), None)
        begin = notice if notice is not None and notice > count else count + 1
        head = part[count + 1 : begin + 1]
        day_at, day = next(((at, day) for at, line in enumerate(head) if (day := day_of(line))), (None, None))
        named = [line for line in head[0 if day_at is None else day_at + 1 :] if not _CLOCK.match(line)]
        above = part[:count]
        author = next((line for line in above[1:] if re.match(r"(?i:by)\s", line)), None)
        fields = Fields(
            title=above[0] if above else None,
            source=named[0] if named else None,
            published=day,
            author=author[2:].strip() if author else None,
        )
        yield story_of([line for line in part[: begin + 1] if line != author], part[begin + 1 :], (), fields, key)


def coded_stories(lines: Sequence[str]) -> Iterator[Story]:
    """The articles of an export of fields: "HD" is the headline, "LP" and "TD" are the text."""
    articles: list[dict[str, list[str]]] = []
    code = ""
    for line in lines:
        if _END.match(line):
            code = ""
            continue
        match = _CODED.match(line)
        # Within the text, "CT scans show nothing." is a sentence.
        if match and match["code"] in _CODES and not (code in _TEXT_CODES and ends_a_sentence(line)):
            code = match["code"]
            if code == "HD" or not articles:
                articles.append({})
            line = match["value"].strip()
        if articles and code and line:
            articles[-1].setdefault(code, []).append(line)
        if code == "AN" and line:
            code = ""
    for number, values in enumerate(articles, start=1):
        if not {"HD", "PD", "SN"} <= values.keys():
            continue
        joined = {code: " ".join(values[code]) for code in values}
        fields = Fields(
            title=joined["HD"],
            source=joined["SN"],
            published=day_of(joined["PD"]),
            author=person(joined.get("BY")),
        )
        above = [f"{code} {value}" for code, value in joined.items() if code not in ("HD", "SN", "PD", "BY", "AN")]
        texts = [text for code in _TEXT_CODES for text in values.get(code, [])]
        key = joined.get("AN", str(number)).removeprefix("Document ")
        yield story_of([line for line in above if not line.startswith(_TEXT_CODES)], texts, (), fields, key)


def _ended(lines: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    part: list[str] = []
    for line in lines:
        match = _END.match(line)
        if match:
            yield part, match["id"]
            part = []
        else:
            part.append(line)
