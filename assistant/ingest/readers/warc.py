"""Web archives (.warc, .warc.gz; ISO 28500) → the article of each page in them, by warcio."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_BYTES, MAX_ROWS, MAX_STREAM_BYTES, MIB
from assistant.ingest.readers import html
from assistant.ingest.readers.encoding import declared_charset, decode

_PAGES = ("text/html", "application/xhtml+xml")


def read(source: RawFile) -> Iterator[Story | Problem]:
    """An article a page that was answered with 200; a page that holds none is a `Problem`. Raises `ArticleError`.

    The day on which a page was archived is not its date.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    pages = 0
    with source.open(MAX_STREAM_BYTES) as packed:
        try:
            # Whether each of its records is packed apart or, by other programs, the whole.
            file = gzip.GzipFile(fileobj=packed) if source.suffix == ".gz" else packed
            for record in ArchiveIterator(file):
                headers = record.http_headers
                kind = (headers.get_header("Content-Type") or "").lower() if headers else ""
                if record.rec_type != "response" or headers.get_statuscode() != "200" or not kind.startswith(_PAGES):
                    continue
                pages += 1
                if pages > MAX_ROWS:
                    yield Problem(f"{source.label}: only the first {MAX_ROWS:,} pages are read; split the file")
                    return
                address = record.rec_headers.get_header("WARC-Target-URI") or str(pages)
                content = record.content_stream().read(MAX_BYTES + 1)
                yield _page(content, kind, address, source)
        except (ArchiveLoadFailed, EOFError, OSError, zlib.error) as error:
            reason = " ".join(str(error).split())
            raise ArticleError(
                f"{source.label}: is no web archive ({reason}); unpack it and add what is in it"
            ) from error
    if not pages:
        raise ArticleError(f"{source.label}: holds no page; archive the article's own page")


def _page(content: bytes, kind: str, address: str, source: RawFile) -> Story | Problem:
    label = source.label
    try:
        if len(content) > MAX_BYTES:
            raise ArticleError(f"{label}: larger than {MAX_BYTES // MIB} MiB, not a news article")
        charset = kind.partition("charset=")[2].split(";")[0] or declared_charset(content[:4096])
        story = html.story_of(decode(content, label, charset), label, explained=source.explained)
    except ArticleError as error:
        return Problem(f"{label}: {address[:200]}: {str(error).removeprefix(f'{label}: ')}")
    return replace(story, fields=story.fields.over(Fields(url=address)), key=address)
