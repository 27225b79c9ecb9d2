"""Boilerplate of a page: navigation, captions, boxes; and whatever an extractor lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from assistant.ingest.blocks import LeftOut, Reason
from assistant.ingest.readers.html_dom import BLOCKS, BREAKS, CELLS, HEADINGS
from assistant.ingest.readers.html_elements import local_name
from assistant.text.dates import CLOCK
from assistant.text.sentences import CLOSERS, STOPS
from assistant.text.unicode import levelled

_NO_TEXT = frozenset(
    "applet audio base canvas datalist embed frame frameset head iframe input link map meta noscript object option "
    "script select style svg template textarea title video".split()
)
_PLACES = {
    "nav": "navigation",
    "menu": "navigation",
    "header": "header",
    "footer": "footer",
    "aside": "box",
    "figure": "picture",
    "figcaption": "picture",
    "form": "form",
    "button": "button",
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), Reason.SUB_HEADING),
}
_PARTING = BLOCKS | HEADINGS | _PLACES.keys()
_ELSEWHERE = "not taken for the article"
# "…" stands within sentences, too.
_SENTENCE = re.compile(rf"(?<=[{STOPS.replace('…', '')}])[{re.escape(CLOSERS)}]*\s+|(?<=[。！？])")
_CLOCK = re.compile(rf"\s*{CLOCK}\s")
_LABEL_CHARS = 25
"""A shorter line of a box or heading may be a word of the article's by chance ("Museum")."""
_MOST_LINES = 2_000
_MOST_CHARS = 2_000
_MOST_SEARCHED = 1_000_000
"""Characters of an article in which lines are looked for that are no paragraph of it."""


@dataclass(slots=True)
class Shown:
    """The lines that a page shows, in order, each with the place that it stands in; how many `more` there are."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0
    places: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def start(self, tag: str, text: str | None) -> None:
        """An element begins."""
        if tag in _PARTING or tag in BREAKS or tag in CELLS:
            self.cut()
        if tag in _PLACES:
            self.places.append(_PLACES[tag])
        if text and tag:
            self.pieces.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in _PARTING or tag in CELLS:
            self.cut()
        if tag in _PLACES:
            self.places.pop()

    def cut(self) -> None:
        """What has been collected is a line."""
        text = " ".join("".join(self.pieces).split())
        self.pieces.clear()
        if not any(map(str.isalnum, text)):
            return
        if len(self.lines) < _MOST_LINES:
            self.lines.append((self.places[-1] if self.places else _ELSEWHERE, text))
        else:
            self.more += 1


def shown_lines(root: Any) -> Shown:
    """The lines of a page as `parse_html` gives it, before anything is taken out of it."""
    shown = Shown()
    skipping: Any = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = local_name(element)
        if event == "start":
            skipping = element if skipping is None and tag in _NO_TEXT else skipping
            if skipping is None:
                shown.start(tag, element.text)
            continue
        if skipping is None:
            shown.end(tag)
        elif skipping is element:
            skipping = None
        if skipping is None and element.tail and element is not root:
            shown.pieces.append(element.tail)
    shown.cut()
    return shown


def left_out(shown: Shown, texts: Sequence[str], known: Sequence[str | None]) -> tuple[LeftOut, ...]:
    """The lines, and of lines that are there in part the sentences, that are neither in `texts` nor one of `known`."""
    paragraphs = [levelled(text) for text in texts]
    lines = {
        levelled(line): number
        for number, text in enumerate(texts, 1)
        for whole in text.split("\n")
        # In a live blog the time of an update stands before its heading.
        for line in (whole, _CLOCK.sub("", whole))
    }
    lines |= {paragraph: number for number, paragraph in enumerate(paragraphs, 1)}
    whole = "\n".join(paragraphs)[:_MOST_SEARCHED]
    skipped = {levelled(value) for value in known if value}
    found: list[LeftOut] = []
    after = 0
    for place, text in shown.lines:
        level = levelled(text)
        if level in lines:
            after = lines[level]
        elif level not in skipped and (level not in whole or (len(level) < _LABEL_CHARS and place != _ELSEWHERE)):
            found += [LeftOut(after, part[:_MOST_CHARS], place) for part in _missing(text, whole)]
    if shown.more:
        found.append(LeftOut(after, f"… and {shown.more:,} lines more", _ELSEWHERE))
    return tuple(found)


def _missing(text: str, whole: str) -> Iterator[str]:
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence and any(map(str.isalnum, sentence))]
    kept = [levelled(sentence) in whole for sentence in sentences] if len(sentences) > 1 else []
    if any(kept):
        yield from (sentence for sentence, there in zip(sentences, kept, strict=True) if not there)
    else:
        yield text
