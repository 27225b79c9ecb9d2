"""Parser of a reply in Markdown or JSON → its lines, each with the headings and list lines that it stands under."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.text.sentences import SENTENCE_END, STOPS

_ROW = re.compile(r"\s*\|")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\w*\s*")
_BULLET = re.compile(r"[•‣◦▪–—](?=\s)")
_PARENTHESISED = re.compile(r"\((\d{1,2})\)(?=\s)")
_BRACKETS = r"(?:\s*[\[【［(][^\]】］)]*[\]】］)]\s*[,;.]?)"
_BRACKETS_ALONE = re.compile(rf"{_BRACKETS}+")
_OPENS = re.compile(rf"[:：]{_BRACKETS}*\s*$")
_STOPPED = re.compile(rf"{SENTENCE_END}{_BRACKETS}*\s*$|{_BRACKETS}\s*[{STOPS}]?\s*$")
# How a heading may be numbered.
_COUNT = re.compile(r"\d{1,2}[.)]\s+")
# Marks of chat templates that a server left in the reply.
_CONTROL = re.compile(r"<[|｜][\w▁]+[|｜]>|</?s>(?!\w)")
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[{\"]")


@dataclass(frozen=True, slots=True)
class Block:
    """A line of a reply; `is_lead`: others stand under it, and by itself it claims nothing.

    `leads` are the list lines that it stands under, the outermost first; `heading` is the nearest above it.
    """

    text: str
    leads: tuple[str, ...] = ()
    heading: str = ""
    is_lead: bool = False


def blocks_of(text: str, *, more: bool = False) -> Iterator[Block]:
    """The lines of `text` in their order; with `more` without those that a line after them may change."""
    lines = [line for line in _CONTROL.sub("", text).splitlines() if not _FENCE.fullmatch(line)]
    if _JSON.match("\n".join(lines).lstrip()):
        if more:
            return
        with suppress(ValueError):
            yield from map(Block, _texts(json.loads("\n".join(lines))))
            return
    yield from _Walk(more=more).blocks(_markdown().parse(_spaced(lines)))


def _texts(value: Any) -> Iterator[str]:
    """Each text of a JSON value, with the whole numbers that stand beside it as its marks."""
    if isinstance(value, str):
        yield from filter(str.strip, value.splitlines())
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        beside = [item for item in value.values() if isinstance(item, list) and all(map(_is_number, item))]
        marks = "".join(f"[{str(number).strip('[] ')}]" for item in beside for number in item)
        found = [text for item in value.values() if item not in beside for text in _texts(item)]
        yield from (text if "[" in text else f"{text} {marks}" for text in found)


def _is_number(item: Any) -> bool:
    return isinstance(item, int) or (isinstance(item, str) and item.strip("[] ").isdigit())


@cache
def _markdown() -> MarkdownIt:
    """Without what makes a line mean something else by what follows it, and without code by indentation."""
    return MarkdownIt("commonmark").enable("table").disable(["lheading", "reference", "code", "fence", "html_block"])


def _spaced(lines: Sequence[str]) -> str:
    """A blank line between lines that are no rows of one table: none goes on with the line before it."""
    spaced: list[str] = []
    before = ""
    for line in lines:
        if before and not (_ROW.match(line) and _ROW.match(before)):
            spaced.append("")
        before = line
        body = line.lstrip()
        # Two spaces nest under "- " but not under "1. "; twice as many do under both.
        indent = 2 * (len(line) - len(body))
        spaced.append(" " * indent + _PARENTHESISED.sub(r"\1)", _BULLET.sub("-", body, count=1), count=1))
    return "\n".join(spaced)


class _Walk:
    """Visitor of a document's tokens."""

    def __init__(self, *, more: bool) -> None:
        self._more = more
        self._heading = ""
        # The line that a list here would stand under, after those of the lists around.
        self._above = [""]
        self._number = ""
        self._header: list[str] = []
        self._cells: list[str] | None = None

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """The blocks, in their order."""
        for place, token in enumerate(tokens):
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._above.append("")
                case "bullet_list_close" | "ordered_list_close":
                    self._above.pop()
                case "list_item_open":
                    # "2017. They met." is a year and no number of an item.
                    self._number = f"{token.info}. " if len(token.info) > 2 else ""
                case "table_open":
                    self._header = []
                case "tr_open":
                    self._cells = []
                case "tr_close":
                    yield from self._row()
                case "inline":
                    yield from self._inline(tokens, place)

    def _inline(self, tokens: Sequence[Token], place: int) -> Iterator[Block]:
        token, following = tokens[place], tokens[place + 2 :]
        text = " ".join((self._number + _shown(token.children or [])).split())
        self._number = ""
        last = self._more and not any(later.type == "inline" for later in following)
        if self._cells is not None:
            self._cells.append(text)
        elif tokens[place - 1].type == "heading_open" or (len(self._above) == 1 and _is_bold(token)):
            yield from self._head(_COUNT.sub("", text, count=1) if tokens[place - 1].tag[0] == "h" else text)
        elif not (last and _ROW.match(token.content)):
            nests = bool(following) and following[0].type.endswith("list_open")
            yield from self._line(text, nests=nests, last=last)

    def _head(self, text: str) -> Iterator[Block]:
        """A heading; one that ends as a sentence does is one."""
        self._above[-1] = ""
        if _STOPPED.search(text):
            yield self._block(text)
        elif text:
            self._heading = text if _OPENS.search(text) else f"{text}:"
            yield Block(text, is_lead=True)

    def _line(self, text: str, *, nests: bool, last: bool) -> Iterator[Block]:
        opens = bool(_OPENS.search(text))
        bare = len(self._above) > 1 and not _STOPPED.search(text)
        self._above[-1] = text if opens else f"{text}:" if nests and bare else ""
        if self._above[-1]:
            yield Block(text, tuple(filter(None, self._above[:-1])), self._heading, is_lead=True)
        elif not (bare and last):
            yield self._block(text)

    def _row(self) -> Iterator[Block]:
        """Each cell under the first of its row and its column's; cells of marks alone are about all of the row."""
        cells, self._cells = self._cells or [], None
        if not self._header:
            self._header = cells
            return
        marks = "".join(cell for cell in cells[1:] if _BRACKETS_ALONE.fullmatch(cell))
        values = [
            (column, cell)
            for column, cell in list(zip_longest(self._header, cells, fillvalue=""))[1:]
            if cell and not _BRACKETS_ALONE.fullmatch(cell)
        ]
        first = cells[0] if cells else ""
        if not values and first:
            yield self._block(f"{first} {marks}")
        for column, cell in values:
            over = ", ".join(filter(None, (first, column if len(values) > 1 else "")))
            lead = f"{over} {marks}".strip() + ":" if over else ""
            yield Block(cell, tuple(filter(None, (*self._above, lead))), self._heading)

    def _block(self, text: str) -> Block:
        return Block(text, tuple(filter(None, self._above[:-1])), self._heading)


def _is_bold(token: Token) -> bool:
    kinds = [child.type for child in token.children or [] if child.type != "text" or child.content.strip()]
    return kinds[:1] == ["strong_open"] and kinds[-1:] == ["strong_close"] and kinds.count("strong_open") == 1


def _shown(tokens: Sequence[Token]) -> str:
    """The text of a line; a number as a link or set high is a mark."""
    shown = ""
    for place, token in enumerate(tokens):
        if token.type in ("text", "code_inline"):
            shown += token.content
        elif token.type in ("softbreak", "hardbreak"):
            shown += " "
        elif token.type in ("link_open", "link_close"):
            # The text of the link is between them.
            linked = tokens[place + 1 if token.nesting == 1 else place - 1].content
            shown += ("[" if token.nesting == 1 else "]") * linked.isdigit()
        elif token.type == "html_inline" and token.content.lower() in ("<sup>", "</sup>"):
            shown += "]" if "/" in token.content else "["
        elif token.type == "html_inline" and token.content.lower().startswith("<br"):
            shown += " "
    return shown
