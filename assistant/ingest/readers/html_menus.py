"""Menus of pages that are laid out by tables: cells of links beside the cell that holds the text.

Navigation elsewhere has elements and classes of its own, which an extractor knows; such a cell has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assistant.ingest.boilerplate import is_sentence
from assistant.ingest.readers.html_elements import drop, local_name

_CELLS = frozenset({"td", "th"})
_TEXT_CHARS = 200
"""Of a cell outside its links: hardly any table of data has a cell of so much text, and two links in another."""
_MENU_CHARS = 3_000
_SEPARATORS = re.compile(r"[\s|•·/»«>›‹\-–—:\[\]()]+")


def take_out_menus(root: Any) -> None:
    """Takes the cells that are menus out of the tables that lay out a page; other tables stay as they are.

    A menu is two links or more and nothing else but marks between them, of which none is a sentence.
    """
    for table in list(root.iter("table")):
        cells = list(_cells(table))
        if any(local_name(mark) in ("th", "thead", "caption") for mark in _own(table)):
            continue
        if any(_holds_text(cell) for cell in cells):
            for cell in cells:
                if _is_menu(cell):
                    drop(cell)


def _own(table: Any) -> Iterator[Any]:
    """The parts of a table: its rows, cells, groups and caption."""
    for child in table:
        yield child
        if local_name(child) in ("tbody", "thead", "tfoot", "tr"):
            yield from (inner for inner in child)
            for row in child:
                if local_name(row) == "tr":
                    yield from row


def _cells(table: Any) -> Iterator[Any]:
    return (part for part in _own(table) if local_name(part) in _CELLS)


def _holds_text(cell: Any) -> bool:
    if next(cell.iter("h1"), None) is not None:
        return True
    length = 0
    for text in cell.xpath(".//text()[not(ancestor::a)]"):
        length += len(text.strip())
        if length >= _TEXT_CHARS:
            return True
    return False


def _is_menu(cell: Any) -> bool:
    links = [" ".join("".join(link.itertext()).split()) for link in cell.iter("a")]
    links = [link for link in links if link]
    if len(links) < 2 or sum(map(len, links)) > _MENU_CHARS or any(map(is_sentence, links)):
        return False
    return not any(_SEPARATORS.sub("", text) for text in cell.xpath(".//text()[not(ancestor::a)]"))
