"""OpenDocument texts (.odt) → `Story` (ODF 1.3, part 3: text:h, text:p, text:list, table:table, draw:text-box)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Story
from assistant.ingest.file import RawFile
from assistant.ingest.headings import carries_content
from assistant.ingest.readers import press_export
from assistant.ingest.readers.html_dom import parse_xml
from assistant.ingest.readers.html_elements import local_name
from assistant.ingest.readers.zip_package import open_package

# Deleted text that is kept with the changes, notes, comments, indexes and their like.
_PASSED_OVER = frozenset(
    "tracked-changes note annotation annotation-end table-of-content sequence-decls forms bibliography".split()
)
_BLOCKS = frozenset({"p", "h"})


def read(source: RawFile) -> Iterator[Story]:
    """The document's text, or the articles of an export. The day it was made is not its date. Raises `ArticleError`."""
    with open_package(source) as package:
        content, meta = package.read("content.xml"), package.read("meta.xml")
        if not content:
            raise ArticleError(f"{source.label}: is no OpenDocument text; save it as .odt again")
        root = parse_xml(content, source.label)
        said = parse_xml(meta, source.label) if meta else None
    blocks = list(_blocks(next((e for e in root.iter() if local_name(e) == "text"), root)))
    yield from press_export.stories([text for _, text in blocks]) or [_story(blocks, said)]


def _story(blocks: list[tuple[int, str]], said: Any) -> Story:
    title, texts = "", list[str]()
    for level, text in blocks:
        if level == 1 and not texts and not title:
            title = text
        elif not level or carries_content(text):
            texts.append(text)
    named = {local_name(e): (e.text or "").strip() for e in said.iter() if local_name(e)} if said is not None else {}
    fields = Fields(
        title=title or named.get("title"), author=named.get("initial-creator"), language=named.get("language")
    )
    return Story(tuple(texts), fields)


def _blocks(parent: Any) -> Iterator[tuple[int, str]]:
    """(level of a heading or 0, text) in reading order; a row of a table with one paragraph a cell is one."""
    for element in parent:
        name = local_name(element)
        if name in _BLOCKS:
            text = _text(element)
            level = int(_attribute(element, "outline-level") or 1) if name == "h" else 0
            if name == "p" and _attribute(element, "style-name") == "Title":
                level = 1
            if text:
                yield level, text
            for box in (inner for inner in element.iter() if local_name(inner) == "text-box"):
                yield from _blocks(box)
        elif name == "table-row":
            cells = [list(_blocks(cell)) for cell in element if local_name(cell) == "table-cell"]
            cells = [cell for cell in cells if cell]
            if len(cells) > 1 and all(len(cell) == 1 for cell in cells):
                yield 0, " | ".join(cell[0][1] for cell in cells)
            else:
                for cell in cells:
                    yield from cell
        elif name and name not in _PASSED_OVER:
            yield from _blocks(element)


def _text(element: Any) -> str:
    pieces = [element.text or ""]
    for child in element:
        name = local_name(child)
        if name == "s":
            pieces.append(" " * min(int(_attribute(child, "c") or 1), 100))
        elif name in ("tab", "line-break"):
            pieces.append("\n" if name == "line-break" else " ")
        elif name and name not in _PASSED_OVER and name not in ("frame", "text-box"):
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces).strip() if local_name(element) in _BLOCKS else "".join(pieces)


def _attribute(element: Any, name: str) -> str | None:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)
