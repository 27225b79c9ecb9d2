"""Registry of formats: which suffix is read by which module, how large it may be, whether in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.ingest.containers import SUFFIXES as ARCHIVE_SUFFIXES
from assistant.ingest.limits import MAX_BYTES, MAX_CONTAINER_BYTES, MAX_STREAM_BYTES


@dataclass(frozen=True, slots=True)
class Format:
    """`module` has `read(source) -> Iterator[Story | Problem]`, imported when the first such file is read.

    It is named from `assistant.ingest` on.
    `guarded`: a library parses what may be malformed, so it runs where it can be stopped.
    `several`: one file may hold more than one article.
    """

    name: str
    module: str
    limit: int = MAX_BYTES
    guarded: bool = True
    several: bool = False


TEXT = Format("text", "readers.text", guarded=False)
ARCHIVE = Format("archive", "containers", MAX_STREAM_BYTES, guarded=False, several=True)
JSON_LINES = Format("JSON Lines", "readers.jsonl", MAX_STREAM_BYTES, guarded=False, several=True)

FORMATS = {
    **dict.fromkeys((".txt", ".text", ".md", ".markdown"), TEXT),
    **dict.fromkeys((".html", ".htm", ".xhtml"), Format("HTML page", "readers.html")),
    **dict.fromkeys((".mhtml", ".mht"), Format("MHTML page", "readers.mhtml", MAX_CONTAINER_BYTES)),
    ".pdf": Format("PDF", "readers.pdf", MAX_CONTAINER_BYTES),
    ".docx": Format("DOCX document", "readers.docx", MAX_CONTAINER_BYTES, several=True),
    ".doc": Format("older Word document", "readers.doc", MAX_CONTAINER_BYTES, several=True),
    ".odt": Format("OpenDocument text", "readers.odt", MAX_CONTAINER_BYTES, several=True),
    ".rtf": Format("RTF document", "readers.rtf", several=True),
    ".epub": Format("EPUB", "readers.epub", MAX_CONTAINER_BYTES, several=True),
    ".eml": Format("mail", "readers.eml", MAX_CONTAINER_BYTES, several=True),
    ".mbox": Format("mail folder", "readers.mbox", MAX_STREAM_BYTES, several=True),
    ".msg": Format("Outlook message", "readers.msg", MAX_CONTAINER_BYTES, several=True),
    **dict.fromkeys((".warc", ".gz"), Format("web archive", "readers.warc", MAX_STREAM_BYTES, several=True)),
    **dict.fromkeys((".srt", ".vtt"), Format("subtitles", "readers.subtitles")),
    ".json": Format("JSON", "readers.json", MAX_STREAM_BYTES, guarded=False, several=True),
    **dict.fromkeys((".jsonl", ".ndjson"), JSON_LINES),
    **dict.fromkeys((".csv", ".tsv"), Format("table", "readers.csv", MAX_STREAM_BYTES, guarded=False, several=True)),
    **dict.fromkeys((".xml", ".rss", ".atom", ".opml"), Format("XML", "readers.xml", several=True)),
}
"""By suffix, in lower case. An archive of them is read by `discover`, a member at a time."""

SUFFIXES = frozenset({*FORMATS, *ARCHIVE_SUFFIXES})
