"""Content sniffing: the kind of a file by its first bytes, where its name says another (a page saved as .txt)."""

from __future__ import annotations

import codecs
import re

from assistant.ingest import magic
from assistant.ingest.file import RawFile
from assistant.ingest.formats import FORMATS, TEXT, Format

_HEAD_BYTES = 4096
_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_XML = re.compile(rb"\s*(?:<\?xml\b|<rss\b|<feed\b|<nitf\b|<newsItem\b)", re.I)
_HEADER = re.compile(rb"[A-Za-z-]{2,40}:[ \t]")
_SAVED_PAGE = re.compile(rb"^Content-Type:[ \t]*multipart/related", re.I | re.M)
_TEXT_KINDS = frozenset({TEXT, FORMATS[".html"], FORMATS[".xml"], FORMATS[".mhtml"]})
_DOC = FORMATS[".doc"]


def sniffed(source: RawFile, kind: Format) -> Format:
    """The format of the content where that is plain, else `kind`, which the file's name says. Raises `ArticleError`."""
    if kind not in _TEXT_KINDS and kind is not _DOC:
        return kind
    with source.open(kind.limit) as file:
        head = file.read(_HEAD_BYTES)
    head = head.removeprefix(codecs.BOM_UTF8)
    if head.startswith(magic.PDF):
        return FORMATS[".pdf"]
    if _HEADER.match(head) and _SAVED_PAGE.search(head):
        return FORMATS[".mhtml"]
    if _PAGE.match(head):
        return FORMATS[".html"]
    if _XML.match(head):
        return FORMATS[".xml"]
    if head.lstrip().startswith(magic.RTF):
        return FORMATS[".rtf"]
    if kind is _DOC and not head.startswith(magic.OLE):
        # Many a program writes a newer document, or plain text, under the old suffix.
        return FORMATS[".docx"] if head.startswith(magic.ZIP) else TEXT
    return kind
