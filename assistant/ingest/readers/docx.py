"""Word documents (.docx) → `Story`, by python-docx."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers.zip_package import open_package

_DROPPED = ("caption", "footer", "header", "toc ", "footnote", "endnote")
_UNNAMED = frozenset({"python-docx", "microsoft office user", "user", "admin", "unknown", "author"})


def read(source: RawFile) -> Iterator[Story]:
    """The document's text. The day it was made is not taken for the article's. Raises `ArticleError`."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    with open_package(source) as package:
        package.check_parts()
        try:
            document = docx.Document(io.BytesIO(package.content))
        except (PackageNotFoundError, ValueError, KeyError) as error:
            raise ArticleError(f"{source.label}: is no Word document ({error}); save it as .docx again") from error
        yield _story(document)


def _story(document: Any) -> Story:
    title, texts, items = "", [], list[str]()
    for style, text, listed in _paragraphs(document):
        if listed:
            items.append(text)
            continue
        if items:
            texts.extend(_joined(items))
            items = []
        if style == "title" or (style.startswith("heading 1") and not texts and not title):
            title = title or text
        elif not style.startswith(("heading", "subtitle", *_DROPPED)):
            texts.append(text)
    texts.extend(_joined(items))
    core = document.core_properties
    author = (core.author or "").strip()
    fields = Fields(
        title=title or _kept_title(core.title),
        author=None if author.lower() in _UNNAMED else author,
        language=core.language,
    )
    return Story(tuple(texts), fields)


def _paragraphs(document: Any) -> Iterator[tuple[str, str, bool]]:
    """(style's name, text, whether it is a list's item) of each paragraph, rows of tables among them."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    names = {style.style_id: (style.name or "").lower() for style in document.styles}
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block._tbl.tr_lst:
                cells = [" ".join(filter(None, map(_text, cell.xpath("./w:p")))) for cell in row.tc_lst]
                if any(cells):
                    yield "", " | ".join(filter(None, cells)), False
        elif isinstance(block, Paragraph):
            text = _text(block._p)
            if text:
                style = names.get(block._p.style or "", "")
                listed = style.startswith("list") or bool(block._p.xpath("./w:pPr/w:numPr"))
                yield style, text, listed


def _text(paragraph: Any) -> str:
    """What a reader sees: insertions too, but neither deletions nor hidden text nor the codes of fields."""
    pieces = []
    for node in paragraph.xpath(".//w:t | .//w:br | .//w:cr | .//w:tab | .//w:noBreakHyphen"):
        if node.xpath("ancestor::w:del | ancestor::w:moveFrom | ancestor::w:txbxContent | ../w:rPr/w:vanish"):
            continue
        name = node.tag.rpartition("}")[2]
        pieces.append({"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}.get(name) or node.text or "")
    return "".join(pieces).strip()


def _joined(items: list[str]) -> list[str]:
    return ["\n".join(items)] if items and all(len(item) < 200 for item in items) else items


def _kept_title(title: str | None) -> str | None:
    plain = (title or "").strip()
    return None if plain.lower() in ("", "word document", "untitled", "document1") else plain
