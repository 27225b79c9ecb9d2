"""Segmentation of plain text: lines → paragraphs.

Blank lines part paragraphs wherever there are any. Within what they leave together, a line break is
the paragraph's own, or the next paragraph's beginning; that is told by how the lines are broken:
where they are filled up to one width, a line that ends early ends its paragraph, and an indent begins one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.ingest.blocks import Block
from assistant.ingest.head import is_head_line
from assistant.text.sentences import ends_a_clause

# A form feed begins a page; U+2029 a paragraph; a vertical tab (Word), NEL and U+2028 a line.
_BREAK = re.compile(r"\n?\x0c|[\n\u2028\u2029\x85\x0b]")
_LONG = re.compile(r"\S+")
_WIDTHS = range(30, 131)
"""Widths that lines are filled up to, in characters: a newspaper's column, a terminal, a mail."""
_FILLED = 0.7
_HEADLINE_CHARS = 150
_HEAD_GROUPS = 3
"""Headline, byline and date may stand in groups of their own."""
_HEAD_LINES = 6
"""Or headline, outlet, byline and date follow each other."""
# A heading of Markdown is a block of its own, whatever stands around it (CommonMark 4.2).
_HEADING = re.compile(r"(#{1,6})\s+\S")


@dataclass(slots=True)
class _Line:
    start: int
    text: str
    indent: int
    page: bool

    @property
    def width(self) -> int:
        return self.indent + len(self.text)


def blocks_of(text: str, begin: int) -> Iterator[Block]:
    """(offset, text) of each paragraph of `text` from `begin` on."""
    groups = list(_groups(text, begin))
    single = len(groups) == 1
    width = _fill_width(groups)
    for number, group in enumerate(groups):
        if len(group) == 1:
            yield group[0].start, group[0].text
        else:
            for first, last in _parts(
                group, width, every_line=single and width is None, head=number < _HEAD_GROUPS, first=number == 0
            ):
                yield group[first].start, text[group[first].start : group[last].start + len(group[last].text)]


def whole_lines(text: str) -> list[str]:
    """The lines of `text`; where they are filled up to one width, those that go on in the next are joined with it."""
    groups = list(_groups(text, 0))
    width = _fill_width(groups)
    if width is None:
        return [line.text for group in groups for line in group]
    found: list[str] = []
    for group in groups:
        found.append(group[0].text)
        for line, after in pairwise(group):
            if _is_full(line, after, width):
                found[-1] += f" {after.text}"
            else:
                found.append(after.text)
    return found


def _groups(text: str, begin: int) -> Iterator[list[_Line]]:
    """The lines between blank ones."""
    group: list[_Line] = []
    page = False
    for start, end, mark in _lines(text, begin):
        written = text[start:end]
        line = written.strip()
        if not line:
            # A page that ends within a sentence goes on with the next.
            if group and not (page and not ends_a_clause(group[-1].text)):
                yield group
                group = []
        else:
            if group and page and ends_a_clause(group[-1].text):
                yield group
                group = []
            indent = len(written) - len(written.lstrip())
            group.append(_Line(start + indent, line, indent, page))
        page = "\x0c" in mark
        if mark == "\u2029" and group:
            yield group
            group = []
    if group:
        yield group


def _lines(text: str, begin: int) -> Iterator[tuple[int, int, str]]:
    """(start, end, the break behind it) of each line."""
    for match in _BREAK.finditer(text, begin):
        yield begin, match.start(), match[0]
        begin = match.end()
    yield begin, len(text), ""


def _fill_width(groups: list[list[_Line]]) -> int | None:
    """The width that the lines are filled up to, or None where they end where their writer ended them.

    Within a sentence a line of filled text is broken only where the next word has no room left.
    """
    several = [group for group in groups if len(group) > 1]
    if not several:
        return None
    width = max(line.width for group in several for line in group)
    if width not in _WIDTHS:
        return None
    within = [
        _is_full(line, after, width)
        for group in several
        for line, after in pairwise(group)
        if not ends_a_clause(line.text)
    ]
    return width if within and sum(within) >= _FILLED * len(within) else None


def _is_full(line: _Line, after: _Line, width: int) -> bool:
    word = _LONG.match(after.text)
    return line.width + 1 + len(word[0] if word else "") > width


def _parts(
    group: list[_Line], width: int | None, *, every_line: bool, head: bool, first: bool
) -> Iterator[tuple[int, int]]:
    """(first, last) line of each paragraph of a group, the text's `first` or one that may belong to its `head`."""
    begin = 0
    above = _lines_above_the_story(group) if first else 0
    for number, (line, after) in enumerate(pairwise(group)):
        in_head = (
            (number < above and not after.text[0].islower())
            or (head and _in_head(line, after, first=first and not number))
            or (first and not number and _is_headline(group, width))
        )
        if every_line or _parted(line, after, width) or in_head:
            yield begin, number
            begin = number + 1
        else:
            head = False
    yield begin, len(group) - 1


def _parted(line: _Line, after: _Line, width: int | None) -> bool:
    """True where the break between two lines parts paragraphs."""
    full = width is not None and _is_full(line, after, width)
    if not full and _has_one_heading(line, after):
        return True
    ended = ends_a_clause(line.text)
    if width is None:
        return ended and not after.text[0].islower()
    return (ended and not full) or line.indent < after.indent


def _has_one_heading(line: _Line, after: _Line) -> bool:
    """True where one of two lines is a heading; two of one level are a list, or a program's comments."""
    levels = [match and match[1] for match in (_HEADING.match(line.text), _HEADING.match(after.text))]
    return any(levels) and levels[0] != levels[1]


def _lines_above_the_story(group: list[_Line]) -> int:
    """How many of a text's first lines are a headline, and lines down to the last byline or date; 0 without these."""
    count = 0
    for number, line in enumerate(group[:_HEAD_LINES]):
        if line.width > _HEADLINE_CHARS or ends_a_clause(line.text):
            break
        if number and is_head_line(line.text):
            count = number + 1
    return count


def _in_head(line: _Line, after: _Line, *, first: bool) -> bool:
    """True where one of two lines is a byline, a date, or a labelled line, each on a line of its own."""
    return is_head_line(line.text, first=first) or is_head_line(after.text)


def _is_headline(group: list[_Line], width: int | None) -> bool:
    """True where a text's first line ends before it is full, and the text goes on with a sentence."""
    line, after = group[0], group[1]
    if ends_a_clause(line.text) or line.width > _HEADLINE_CHARS:
        return False
    unfilled = width is not None and not _is_full(line, after, width)
    return not after.text[0].islower() and (unfilled or (width is None and ends_a_clause(group[-1].text)))
