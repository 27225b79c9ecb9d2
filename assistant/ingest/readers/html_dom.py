"""HTML parsing shared by the readers of markup: safe parsing, and elements → paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lxml import etree

from assistant.errors import ArticleError
from assistant.ingest.headings import carries_content
from assistant.ingest.limits import MAX_TAGS
from assistant.ingest.readers.html_elements import drop, local_name
from assistant.ingest.readers.html_hidden import remove_hidden
from assistant.ingest.readers.superscript import raised
from assistant.ingest.speakers import talking

BLOCKS = frozenset(
    "address article blockquote body body.content block center dd details div dl dt fieldset form figure "
    "h1 h2 h3 h4 h5 h6 "
    "hl1 hl2 head header hr html item li lead lb-p list main nitf ol p pre quote row section summary table tbody tfoot "
    "thead tr ul".split()
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 hl1 hl2 head caption title".split())
_ITEMS = frozenset({"li", "item", "dd", "dt"})
CELLS = frozenset({"td", "th", "cell"})
BREAKS = frozenset({"br", "lb"})
_SKIPPED = frozenset(
    "applet aside audio button canvas datalist embed figcaption figure footer frameset iframe input link "
    "map math media "
    "menu meta nav noframes noscript object option script select style svg template textarea video".split()
)
_SUB_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6", "hl2"})
_LIST_CHARS = 200


class _Kind(StrEnum):
    """The kind of a block. `LABEL`: a sub-heading that states nothing itself; `END_OF_LIST` has no text."""

    TEXT = "text"
    HEADING = "heading"
    LABEL = "label"
    ITEM = "item"
    END_OF_LIST = "end of list"


def parse_html(text: str, label: str) -> Any:
    """The root of a page, comments and processing instructions left out. Raises `ArticleError`."""
    if text.count("<") > MAX_TAGS:
        raise ArticleError(f"{label}: more than {MAX_TAGS:,} tags, not a news article; save the article alone")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True
    )
    # Characters that no document may hold end libxml2's reading.
    text = re.sub("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff\ud800-\udfff]", " ", text)
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise ArticleError(f"{label}: is no HTML that can be read ({error}); save it again") from error
    if root is None:
        raise ArticleError(f"{label}: is no HTML that can be read (Document is empty); save it again")
    remove_hidden(root)
    write_marks(root)
    return root


def parse_xml(content: bytes, label: str) -> Any:
    """The root of an XML document. No entity is expanded, nothing is fetched. Raises `ArticleError`."""
    if content.count(b"<") > MAX_TAGS:
        raise ArticleError(f"{label}: more than {MAX_TAGS:,} tags, not a news article; split it")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ArticleError(f"{label}: is no well-formed XML ({reason}); mend it or save it again") from error


def paragraphs_of_html(fragment: str, label: str) -> list[str]:
    """The paragraphs of a piece of HTML, such as a feed's `content`; plain text splits at blank lines.

    Raises `ArticleError`.
    """
    if not re.search(r"<[a-zA-Z/!]", fragment):
        if "&" in fragment:
            import html

            fragment = html.unescape(fragment)
        return plain_paragraphs(fragment)
    return paragraphs(parse_html(f"<div>{fragment}</div>", label))


def plain_paragraphs(text: str) -> list[str]:
    """Blank-line separated paragraphs, or one a line where there is no blank line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    pieces = re.split(r"\n[^\S\n]*\n\s*", text) if re.search(r"\n[^\S\n]*\n", text) else text.split("\n")
    return [piece.strip() for piece in pieces if piece.strip()]


def paragraphs(root: Any) -> list[str]:
    """The text of an element as a reader sees it: a paragraph a block, short lists together.

    Of the headings those below the title stay that state something themselves.
    """
    return list(_lists_joined(_speakers_named(_found(root))))


def lines_of(root: Any) -> list[str]:
    """The lines of an element, headings and labels among them."""
    return [line for _, text in _found(root) for line in text.split("\n") if line.strip()]


def _found(root: Any) -> list[tuple[_Kind, str]]:
    walk = _Walk()
    skipping: Any = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            if event == "end" and skipping is None and element.tail and element is not root:
                walk.text(element.tail)
            continue
        tag = local_name(element)
        if event == "start":
            if skipping is None and tag in _SKIPPED:
                skipping = element
            if skipping is None:
                # trafilatura calls every heading `head` and keeps its name beside it.
                heading = (element.get("rend") or "") if tag == "head" else tag
                walk.start(tag, element.text, heading in _SUB_HEADINGS)
            continue
        if skipping is None:
            walk.end(tag)
        elif skipping is element:
            skipping = None
            walk.cut(tag)
        if skipping is None and element.tail and element is not root:
            walk.text(element.tail)
    walk.cut("div")
    return walk.found


def write_marks(root: Any) -> None:
    """Writes into the text what a browser shows by the element: quotation marks, raised numbers; no footnote marks."""
    for element in reversed(list(root.iter("q", "sup"))):
        if local_name(element) == "q":
            before, after = "‘’" if next(element.iterancestors("q"), None) is not None else "“”"
            element.text = before + (element.text or "")
            last = element[-1] if len(element) else None
            if last is None:
                element.text += after
            else:
                last.tail = (last.tail or "") + after
            element.tag = "span"
        elif _is_footnote_mark(element):
            drop(element)
        elif len(element) == 0 and not _write_fraction(element):
            element.text = raised(element.text or "")


@dataclass(slots=True)
class _Walk:
    """Collects text into blocks of (kind, text)."""

    found: list[tuple[_Kind, str]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    sub_heading: bool = False

    def start(self, tag: str, text: str | None, sub_heading: bool = False) -> None:
        if tag in BREAKS:
            self.pieces.append("\n")
        elif tag in CELLS:
            self.pieces.append(" | " if "".join(self.pieces).strip() else "")
        elif tag in BLOCKS or tag in HEADINGS:
            self.cut(tag)
        if tag in HEADINGS or tag in _ITEMS:
            self.kinds.append(tag)
            self.sub_heading = sub_heading
        if text:
            self.text(text)

    def end(self, tag: str) -> None:
        if tag in BLOCKS or tag in HEADINGS:
            self.cut(tag)
        if self.kinds and self.kinds[-1] == tag:
            self.kinds.pop()

    def text(self, text: str) -> None:
        words = " ".join(text.split())
        before, after = text[:1].isspace(), text[-1:].isspace()
        self.pieces.append(f"{' ' * before}{words}{' ' * after}" if words else " " * before)

    def cut(self, tag: str) -> None:
        """What has been collected is a block."""
        # Empty cells at the end of a row leave their marks.
        text, self.pieces = "".join(self.pieces).rstrip(" \n|"), []
        last = self.kinds[-1] if self.kinds else ""
        kind = _Kind.HEADING if last in HEADINGS else _Kind.ITEM if last in _ITEMS else _Kind.TEXT
        # Two line breaks are how pages without <p> part their paragraphs.
        for part in re.split(r"\n\s*\n", text) if "\n" in text else [text]:
            below = kind is _Kind.HEADING and self.sub_heading
            if below and carries_content(part):
                self.found.append((_Kind.TEXT, part.strip()))
            elif part.strip():
                self.found.append((_Kind.LABEL if below else kind, part.strip()))
        if tag in ("ul", "ol", "list", "dl"):
            self.found.append((_Kind.END_OF_LIST, ""))


def _speakers_named(found: list[tuple[_Kind, str]]) -> Iterator[tuple[_Kind, str]]:
    """The blocks without sub-headings that are mere labels; one that names a speaker begins what is said below it."""
    names = talking([text for kind, text in found if kind is _Kind.LABEL])
    name = ""
    for kind, text in found:
        if kind in (_Kind.LABEL, _Kind.HEADING):
            name = text if text in names else ""
        elif name and kind is _Kind.TEXT:
            yield kind, f"{name.rstrip(':： ')}: {text}"
            name = ""
        else:
            yield kind, text


def _lists_joined(found: Iterable[tuple[_Kind, str]]) -> Iterator[str]:
    items: list[str] = []
    for kind, text in [*found, (_Kind.END_OF_LIST, "")]:
        if kind is _Kind.ITEM:
            items.append(text)
            continue
        if items:
            short = all(len(item) < _LIST_CHARS for item in items)
            yield from ["\n".join(items)] if short else items
            items = []
        if kind is _Kind.TEXT:
            yield text


def _write_fraction(element: Any) -> bool:
    """Parts a whole number from the raised one that a slash and a lowered one make a fraction: "3 1/2", not 31/2."""
    lower, before = element.getnext(), element.getprevious()
    text = element.getparent().text if before is None else before.tail
    figures = (element.text or "").strip() + "".join(lower.itertext()).strip() if lower is not None else ""
    if lower is None or lower.tag != "sub" or (element.tail or "").strip() not in ("/", "⁄") or not figures.isdigit():
        return False
    element.text = f"{' ' if (text or '')[-1:].isdigit() else ''}{element.text.strip()}"
    return True


def _is_footnote_mark(element: Any) -> bool:
    """True for a raised number that leads to a note, in a link or around one, or stands in brackets as one."""
    links = [link.get("href") or "" for link in (*element.iter("a"), *element.iterancestors("a"))]
    return any("#" in link for link in links) or bool(
        re.fullmatch(r"\s*\[[^\]]{1,12}\]\s*", "".join(element.itertext()))
    )
