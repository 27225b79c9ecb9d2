"""Word documents (.docx) → `Story`, by python-docx (ECMA-376, part 1)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from lxml import etree

from assistant.errors import ArticleError
from assistant.ingest.blocks import LeftOut, Reason
from assistant.ingest.build import Fields, Story
from assistant.ingest.file import RawFile
from assistant.ingest.headings import carries_content
from assistant.ingest.readers import press_export
from assistant.ingest.readers.html_dom import parse_xml
from assistant.ingest.readers.superscript import raised
from assistant.ingest.readers.zip_package import Package, open_package

_DROPPED = ("caption", "footer", "header", "toc ", "footnote", "endnote")
_NOTES = re.compile(r"word/(?P<kind>header|footer|footnote|endnote|comment)s?\d*\.xml")
_UNNAMED = frozenset({"python-docx", "microsoft office user", "user", "admin", "unknown", "author"})
# Elements that hold paragraphs and tables and are none themselves.
_HOLDERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"})
_GONE = "ancestor::w:del | ancestor::w:moveFrom | ../w:rPr/w:vanish"


class Block(NamedTuple):
    """A paragraph, or a table's row: the name of its style in lower case, its text, whether it is a list's item.

    `unread`: why it is no text of the document, "" where it is.
    """

    style: str
    text: str
    listed: bool = False
    unread: str = ""


def read(source: RawFile) -> Iterator[Story]:
    """The document's text, or the articles of a press database's export.

    The day it was made is not taken for the article's. Raises `ArticleError`.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    with open_package(source) as package:
        package.check_parts()
        try:
            document = docx.Document(io.BytesIO(package.content))
        except (PackageNotFoundError, ValueError, KeyError) as error:
            raise ArticleError(f"{source.label}: is no Word document ({error}); save it as .docx again") from error
        names = {style.style_id: (style.name or "").lower() for style in document.styles}
        blocks = [*_blocks(document.element.body, names), *_notes(package)]
        exported = press_export.stories([block.text for block in blocks if not block.unread])
        yield from exported or [_story(blocks, document.core_properties)]


def _story(blocks: list[Block], core: Any) -> Story:
    title, texts, items = "", list[str](), list[str]()
    unread: list[LeftOut] = []
    for style, text, listed, why in blocks:
        if why:
            unread.append(LeftOut(len(texts) + bool(items), text, why))
            continue
        if listed:
            items.append(text)
            continue
        if items:
            texts.extend(_joined(items))
            items = []
        if not title and (style == "title" or (style.startswith("heading 1") and not texts)):
            title = text
        elif style.startswith(("heading", "subtitle")) and not carries_content(text):
            unread.append(LeftOut(len(texts), text, Reason.SUB_HEADING))
        elif style.startswith(_DROPPED):
            unread.append(LeftOut(len(texts), text, style.strip()))
        else:
            texts.append(text)
    texts.extend(_joined(items))
    author = (core.author or "").strip()
    fields = Fields(
        title=title or _kept_title(core.title),
        author=None if author.lower() in _UNNAMED else author,
        language=core.language,
    )
    return Story(tuple(texts), fields, left_out=tuple(unread))


def _notes(package: Package) -> Iterator[Block]:
    """What stands beside the text: headers, footers, notes, comments; each line once."""
    seen: set[str] = set()
    for name in sorted(package.names):
        match = _NOTES.fullmatch(name)
        if match is None:
            continue
        for paragraph in _find(parse_xml(package.read(name), package.label), ".//w:p"):
            text = _text(paragraph)
            if text and text not in seen:
                seen.add(text)
                yield Block("", text, unread=match["kind"])


def _blocks(parent: Any, names: dict[str, str]) -> Iterator[Block]:
    """What an element holds in reading order, what is in content controls, tables and text boxes too."""
    for element in parent:
        name = _name(element)
        if name == "p":
            text = _text(element)
            if text:
                style = names.get(element.style or "", "")
                listed = style.startswith("list") or bool(_find(element, "./w:pPr/w:numPr"))
                yield Block(style, text, listed)
            gone = _text(element, gone=True)
            if gone:
                yield Block("", gone, unread="deleted, hidden or struck out")
            for box in _find(element, ".//w:txbxContent"):
                # The same box is stored twice: for Word 2010 and, as the fallback, for older ones.
                if not _in_fallback(box) and _boxes(box) == _boxes(element):
                    yield from _blocks(box, names)
        elif name == "tbl":
            yield from _table(element, names)
        elif name in _HOLDERS:
            yield from _blocks(element, names)


def _table(table: Any, names: dict[str, str]) -> Iterator[Block]:
    """A line a row where each cell holds one paragraph; a table that lays out a page gives its cells' paragraphs."""
    for row in _find(table, "./w:tr | ./w:sdt/w:sdtContent/w:tr"):
        found = [list(_blocks(cell, names)) for cell in _find(row, "./w:tc | ./w:sdt/w:sdtContent/w:tc")]
        cells = [[block for block in cell if not block.unread] for cell in found]
        cells = [cell for cell in cells if cell]
        if len(cells) > 1 and all(len(cell) == 1 for cell in cells):
            yield Block("", " | ".join(cell[0].text for cell in cells))
        else:
            for cell in cells:
                yield from cell
        yield from (block for cell in found for block in cell if block.unread)


def _text(paragraph: Any, *, gone: bool = False) -> str:
    """What a reader sees: insertions too; not deletions, hidden or struck-out text, codes of fields.

    With `gone` only what was deleted, is hidden or struck out.
    """
    pieces = []
    boxes = _boxes(paragraph)
    for node in _find(paragraph, ".//w:t | .//w:delText | .//w:br | .//w:cr | .//w:tab | .//w:noBreakHyphen"):
        if bool(_find(node, _GONE) or _is_struck(node)) is not gone or _boxes(node) > boxes:
            continue
        text = {"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}.get(_name(node)) or node.text or ""
        pieces.append(raised(text) if _find(node, "../w:rPr/w:vertAlign[@w:val='superscript']") else text)
    return "".join(pieces).strip()


def _is_struck(node: Any) -> bool:
    return any(
        str(value).lower() not in ("0", "false", "off")
        for mark in _find(node, "../w:rPr/w:strike | ../w:rPr/w:dstrike")
        for value in mark.values() or ["true"]
    )


def _in_fallback(element: Any) -> bool:
    """True in the second of two forms of the same content (`mc:AlternateContent`), where the first is there."""
    for above in element.iterancestors():
        if _name(above) == "Fallback":
            first = next((other for other in above.getparent() if _name(other) == "Choice"), None)
            return first is not None and any(_name(inner) == "txbxContent" for inner in first.iter())
    return False


def _boxes(element: Any) -> int:
    return len(_find(element, "ancestor::w:txbxContent"))


def _find(element: Any, path: str) -> list[Any]:
    found: list[Any] = _compiled(path)(element)
    return found


@cache
def _compiled(path: str) -> Any:
    from docx.oxml.ns import nsmap

    # The elements that python-docx has no class for know no prefixes.
    return etree.XPath(path, namespaces=nsmap)


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _joined(items: list[str]) -> list[str]:
    return ["\n".join(items)] if items and all(len(item) < 200 for item in items) else items


def _kept_title(title: str | None) -> str | None:
    plain = (title or "").strip()
    return None if plain.lower() in ("", "word document", "untitled", "document1") else plain
