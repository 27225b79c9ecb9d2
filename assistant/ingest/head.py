"""Parser of what stands above a story: a headline, a byline, lines with the date, labelled lines ("Source: …").

A line is told by its shape: short, no sentence, a date with hardly a word beside it, names behind "By".
Only two things are told by words: what a label means, and that a date is an update's, in the languages of
most news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.ingest.blocks import Block
from assistant.ingest.boilerplate import is_agency
from assistant.ingest.calendar_dates import weekdays_in
from assistant.ingest.dateline_scripts import find_dateline
from assistant.ingest.dates import parse_published
from assistant.ingest.kicker import is_kicker
from assistant.ingest.labels import field_of_label
from assistant.ingest.published_line import UPDATED, PublishedLine, published_line
from assistant.text.names import CAPITAL_WORD, PARTICLES
from assistant.text.numbers import western_digits
from assistant.text.sentences import ends_a_clause
from assistant.text.unicode import levelled

_MOST_LINES = 24
_MOST_DECKS = 2
_LINE_CHARS = 150
_REST_WORDS = 8

_PERSON = rf"{CAPITAL_WORD}(?: (?:(?:{PARTICLES})\s){{0,2}}{CAPITAL_WORD}){{1,3}}"
_ROLE = r"(?:[\w’'-]+ ){0,3}(?i:writer|reporter|editor|correspondent|staff|bureau|desk|columnist|contributor|chief)\b"
_BYLINE = re.compile(
    rf"(?:By|BY|by|Von|Par|Por|Di|Door|Av|Af|Автор:|文[／/:：]|作者[:：]|记者[:：])\s*"
    rf"(?P<names>{_PERSON}(?:(?:, and | and |, | & |; | und | et | y | e | en | og | och )(?!{_ROLE}){_PERSON}){{0,3}})"
    r"(?:\s*(?P<mark>,|[|•·–—/(]|\s-\s|\sfor\s|\sin\s)\s*(?P<rest>[^\n]{0,80}))?$"
)
_LABEL = re.compile(r"[*_]{0,3}(?P<label>[^\W\d_][^:：\n]{0,30}?)[*_]{0,3}\s?[:：][*_]{0,3}\s*(?P<value>\S.*)$")
# "Skar Echo, 9 June 2021", "Ann Berg | 9 June 2021": whether an outlet, a person or a place, its shape does not tell.
_NAME_AND_DAY = re.compile(
    rf"[*_]{{0,3}}{CAPITAL_WORD}(?: (?:{CAPITAL_WORD}|{PARTICLES}|of|for|the|and|&)){{0,5}}[*_]{{0,3}}"
    r"\s*[,|•·–—-]\s*(?P<day>.+)$"
)


@dataclass(slots=True)
class Head:
    """What was read above a story: `values` by the names of an article's fields, and the `story` below.

    `dropped` are labelled lines that no field of an article takes ("Section: A4"), and labels ("PRESS RELEASE").
    """

    story: list[Block]
    values: dict[str, Any] = field(default_factory=dict)
    dropped: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Days:
    """The days that lines above a story name; those `beside_names` may be of what a picture shows."""

    published: list[date] = field(default_factory=list)
    modified: list[date] = field(default_factory=list)
    beside_names: list[date] = field(default_factory=list)

    def values(self, known: dict[str, Any], *, dated_below: bool) -> dict[str, Any]:
        """The article's fields: a story is published before it is changed, whatever the order of the lines."""
        days = self.published or ([] if dated_below else self.beside_names)
        published = {} if known.get("published") or not days else {"published": min(days)}
        return published | ({"modified": max(self.modified)} if self.modified else {})


def read_head(blocks: Sequence[Block], title: str | None = None) -> Head:
    """The head of a story of which `title` is known, if it is; the last block is always the story's."""
    blocks = list(blocks)
    head = Head([])
    if title and not is_kicker(title):
        head.values["title"] = title
    at = _labelled_lines(blocks, head)
    days = _Days()
    decks = 0
    while at < min(len(blocks) - 1, _MOST_LINES):
        text = blocks[at][1]
        if is_kicker(text):
            head.dropped.append(blocks[at])
            at += 1
            continue
        byline = byline_of(text)
        dated = None if byline else published_line(text, first=not head.values.get("title"))
        if head.values.get("title") and same_words(text, head.values["title"]):
            pass
        elif dated:
            days.published += dated.published
            days.modified += dated.modified
        elif byline:
            head.values = byline | head.values
            days.published += [byline["published"]] if byline.get("published") else []
            days.modified += [byline["modified"]] if byline.get("modified") else []
        elif not head.values.get("title") and headline(blocks[at:]):
            head.values["title"] = text
        elif head.values.get("title") and (dated := _day_beside_a_name(text)):
            # The name is nobody's field, so that the line stays.
            head.story.append(blocks[at])
            days.beside_names += dated.published
            days.modified += dated.modified
        elif decks < _MOST_DECKS and _is_deck(text) and _head_goes_on(blocks, at + 1):
            head.story.append(blocks[at])
            decks += 1
        else:
            break
        at += 1
    head.story += blocks[at:]
    head.values |= days.values(head.values, dated_below=_begins_with_a_dated_dateline(blocks[at:]))
    return head


def byline_of(text: str) -> dict[str, Any] | None:
    """The author of "By Mara Lind, Staff Writer | March 5, 2024", and the day and agency it names; else None."""
    if "\n" in text or len(text) > _LINE_CHARS:
        return None
    match = _BYLINE.match(text.strip("*_ "))
    if match is None or ends_a_clause(text.rstrip("*_ ")):
        return None
    rest = (match["rest"] or "").strip(" )")
    if len(rest.split()) > _REST_WORDS and not published_line(rest):
        return None
    found: dict[str, Any] = {"author": match["names"]}
    days = published_line(rest)
    if days:
        found |= {"published": min(days.published)} if days.published else {}
        found |= {"modified": max(days.modified)} if days.modified else {}
    elif any(map(str.isdigit, rest)) and (day := parse_published(rest)):
        found["modified" if UPDATED.search(rest) else "published"] = day
    if is_agency(rest):
        found["source"] = rest
    return found


def headline(blocks: Sequence[Block]) -> str | None:
    """The first block where it looks like a headline: one short line that is no sentence and has text after it."""
    if len(blocks) < 2:
        return None
    first = blocks[0][1]
    looks_like_one = "\n" not in first and len(first) <= _LINE_CHARS and not ends_a_clause(first)
    if not looks_like_one or not any(map(str.isalnum, first)):
        return None
    return first if find_dateline(first) is None and not is_head_line(first, first=True) else None


def is_head_line(text: str, *, first: bool = False) -> bool:
    """True for a byline, a line of dates, or a labelled line of a known field."""
    if byline_of(text) or published_line(text, first=first) or label_of(text)[0]:
        return True
    return not first and bool(_day_beside_a_name(text))


def _day_beside_a_name(text: str) -> PublishedLine | None:
    match = _NAME_AND_DAY.match(text) if "\n" not in text and len(text) <= _LINE_CHARS else None
    if match is None:
        return None
    word = match["day"].split()[0]
    # "born 3 May 1950" tells of something else, "lundi 9 juin 2021" and "updated 9 June 2021" of the report.
    tells = word[0].islower() and not (weekdays_in(word) or UPDATED.search(word))
    return None if tells else published_line(match["day"])


def _begins_with_a_dated_dateline(blocks: Sequence[Block]) -> bool:
    datelines = (find_dateline(text) for _, text in blocks[:_MOST_DECKS])
    return any(dateline and dateline.date() for dateline in datelines)


def label_of(text: str) -> tuple[str | None, str]:
    """(the article's field that a line's label means, the value) of "Source: Nordham Courier", else (None, "")."""
    match = _LABEL.match(text) if "\n" not in text and len(text) <= 2 * _LINE_CHARS else None
    if match is None:
        return None, ""
    return field_of_label(match["label"]), match["value"].strip("*_ ")


def same_words(text: str, title: str) -> bool:
    """True where two texts are the same letters and digits, and have any."""
    return levelled(text) == levelled(title) != ""


def _labelled_lines(blocks: list[Block], head: Head) -> int:
    """Read the labelled lines above the story, where there are two that are known; how many blocks they are."""
    known, end, dropped, changed = dict[str, str](), 0, [], None
    for at, block in enumerate(blocks[:_MOST_LINES]):
        label, value = label_of(block[1])
        if label:
            known.setdefault(label, value)
            end = at + 1
        elif is_kicker(block[1]):
            dropped.append(block)
        elif not _LABEL.match(block[1]) or "\n" in block[1] or ends_a_clause(block[1]):
            break
        else:
            dropped.append(block)
            changed = _updated_on(block[1]) or changed
    if len(known) < 2 or end >= len(blocks):
        return 0
    if changed:
        head.values["modified"] = changed
    head.dropped += [block for block in dropped if block[0] < blocks[end][0]]
    for name, value in known.items():
        if name == "published":
            found = parse_published(value)
            if found:
                head.values["published"] = found
        else:
            head.values.setdefault(name, value)
    return end


def _updated_on(text: str) -> date | None:
    """The day of a labelled line such as "Last updated: 8 March 2024"."""
    label, _, value = western_digits(text).replace("：", ":").partition(":")
    return parse_published(value) if UPDATED.search(label) else None


def _is_deck(text: str) -> bool:
    return "\n" not in text and len(text) <= 2 * _LINE_CHARS and not ends_a_clause(text) and not find_dateline(text)


def _head_goes_on(blocks: list[Block], at: int) -> bool:
    return any(is_head_line(text) for _, text in blocks[at : at + _MOST_DECKS])
