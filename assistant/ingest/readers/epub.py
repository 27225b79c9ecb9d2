"""EPUB books → one `Story` a chapter, in reading order (https://www.w3.org/TR/epub-33/)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.dates import parse_published
from assistant.ingest.file import RawFile
from assistant.ingest.readers.encoding import declared_charset, decode
from assistant.ingest.readers.html_dom import paragraphs, parse_html, parse_xml
from assistant.ingest.readers.html_elements import drop, local_name
from assistant.ingest.readers.html_metadata import page_fields
from assistant.ingest.readers.names import without_outlet_as_author
from assistant.ingest.readers.zip_package import Package, open_package

_MOST_CHAPTERS = 5_000
_PROGRAMS = frozenset({"calibre", "sigil", "pandoc", "kindlegen"})
_DAY_BEHIND = re.compile(r"\s*[\[(][^\])]{0,40}\d[^\])]{0,40}[\])]\s*$")
_LINK_ROW_CHARS = 20
_SOURCE_LINE_CHARS = 60
_NOT_STORIES = ("nav", "toc", "cover", "titlepage", "copyright", "ncx")


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The chapters that hold text. Raises `ArticleError`."""
    with open_package(source) as package:
        folder, root = _package_document(package)
        known = _metadata(root)
        count = 0
        order = _reading_order(root, folder)
        for name in order:
            try:
                story = _chapter(package, name, known, frozenset(order))
            except ArticleError as error:
                yield Problem(f"{source.label}: {name}: {str(error).removeprefix(f'{source.label}: ')}")
                continue
            if story:
                count += 1
                yield story
        if not count:
            raise ArticleError(f"{source.label}: holds no text; it may be a book of pictures")


def _package_document(package: Package) -> tuple[str, Any]:
    container = package.read("META-INF/container.xml")
    if "META-INF/encryption.xml" in package.names and "META-INF/rights.xml" in package.names:
        raise ArticleError(f"{package.label}: is protected against copying; use an open copy")
    path = ""
    if container:
        found = parse_xml(container, package.label).iter()
        path = next((unquote(e.get("full-path") or "") for e in found if local_name(e) == "rootfile"), "")
    path = (
        path if path in package.names else next((name for name in sorted(package.names) if name.endswith(".opf")), "")
    )
    if not path:
        raise ArticleError(f"{package.label}: is no EPUB, for it names no package document; save it again")
    return posixpath.dirname(path), parse_xml(package.read(path), package.label)


def _metadata(root: Any) -> Fields:
    values: dict[str, str] = {}
    for element in root.iter():
        text = " ".join((element.text or "").split()) if local_name(element) else ""
        if text:
            values.setdefault(local_name(element), text)
    # A program that makes a book of a paper's pages names itself, and the paper with the day as the title.
    publisher, author = (None if (values.get(name) or "").lower() in _PROGRAMS else values.get(name)
                         for name in ("publisher", "creator"))  # fmt: skip
    fields = Fields(
        source=publisher or _DAY_BEHIND.sub("", values.get("title", "")) or None,
        published=parse_published(values.get("date")),
        author=author,
        language=values.get("language"),
    )
    return without_outlet_as_author(fields)


def _reading_order(root: Any, folder: str) -> list[str]:
    manifest = {e.get("id"): e for e in root.iter() if local_name(e) == "item"}
    names: dict[str, None] = {}
    for reference in (e for e in root.iter() if local_name(e) == "itemref"):
        item = manifest.get(reference.get("idref"))
        if item is None or (reference.get("linear") or "").lower() == "no":
            continue
        kind = (item.get("media-type") or "").lower()
        if "html" not in kind or "nav" in (item.get("properties") or "").split():
            continue
        path = unquote((item.get("href") or "").split("#")[0])
        names[posixpath.normpath(posixpath.join(folder, path))] = None
    return list(names)[:_MOST_CHAPTERS]


def _chapter(package: Package, name: str, known: Fields, chapters: frozenset[str]) -> Story | None:
    stem = posixpath.splitext(posixpath.basename(name))[0]
    content = package.read(name)
    if stem.lower() in _NOT_STORIES or not content.strip():
        return None
    text = decode(content, package.label, declared_charset(content[:1024]))
    root = parse_html(text.partition("?>")[2] if text.lstrip().startswith("<?xml") else text, package.label)
    for element in root.iter():
        kinds = f"{element.get('epub:type') or ''} {element.get('role') or ''}".split() if local_name(element) else []
        if any(kind in ("toc", "cover", "titlepage", "copyright-page", "doc-toc") for kind in kinds):
            return None
    said, _ = page_fields(root)
    body = next(root.iter("body"), root)
    address = _take_out_source_line(body)
    _take_out_links(body, name, chapters)
    texts = paragraphs(body)
    if not texts:
        return None
    title = next(
        (text for tag in ("h1", "h2", "h3") for e in root.iter(tag) if (text := " ".join(e.itertext()).strip())), ""
    )
    fields = Fields(title=title or said.title, published=said.published, url=said.url or address)
    return Story(tuple(texts), fields.over(known), stem or name)


def _take_out_links(body: Any, name: str, chapters: frozenset[str]) -> None:
    """Takes out what leads to other chapters and says nothing else: the rows of a contents list, menus."""

    def leads_on(link: Any) -> bool:
        path = unquote((link.get("href") or "").split("#")[0])
        return bool(path) and posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) in chapters

    for link in [link for link in body.iter("a") if leads_on(link)]:
        block = next(link.iterancestors("li", "p", "div", "td", "tr"), None)
        if block is None or block.getparent() is None:
            continue
        linked = sum(len("".join(other.itertext()).strip()) for other in block.iter("a"))
        begins = "".join(block.itertext()).strip().startswith("".join(link.itertext()).strip())
        if (block.tag == "li" and begins) or len("".join(block.itertext()).strip()) - linked <= _LINK_ROW_CHARS:
            drop(block)


def _take_out_source_line(body: Any) -> str | None:
    """The address in the last block where that is shown with a few words and nothing else; the block is taken out."""
    blocks = [block for block in body.iter("p", "div") if "".join(block.itertext()).strip()]
    for block in blocks[-1:]:
        for link in block.iter("a"):
            shown = "".join(link.itertext()).strip()
            rest = len("".join(block.itertext()).strip()) - len(shown)
            if "://" in shown and shown == (link.get("href") or "").strip() and rest <= _SOURCE_LINE_CHARS:
                drop(block)
                return shown
    return None
