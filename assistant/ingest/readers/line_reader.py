"""Streaming line reader for long files, whatever their encoding, with no line in memory that is too long."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO

from assistant.errors import ArticleError
from assistant.ingest.limits import MAX_ROW_BYTES, MIB
from assistant.ingest.readers.encoding import Mender, detect

_CHUNK = 256 * 1024


def text_chunks(file: IO[bytes], label: str) -> Iterator[str]:
    """A file's text, piece by piece; bytes that are not of its encoding come out as lone surrogates.

    In a file of UTF-8 they are read as the older encoding they seem to be in.

    Raises `ArticleError` for an empty and for a binary file.
    """
    head = file.read(_CHUNK)
    if not head.strip():
        raise ArticleError(f"{label}: is empty; remove it or add articles")
    encoding = detect(head, label, whole=len(head) < _CHUNK)
    # Only single bytes above 127 can be carried through; the wide encodings have no invalid ones to speak of.
    errors = "replace" if encoding.startswith(("utf-16", "utf-32", "iso2022")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    mend = Mender().mend if encoding == "utf-8" else str
    while head:
        yield mend(decoder.decode(head))
        head = file.read(_CHUNK)
    yield mend(decoder.decode(b"", final=True))


def text_lines(file: IO[bytes], label: str) -> Iterator[tuple[int, str | None]]:
    r"""(number from 1, line with its end "\n"); None stands for a line that is longer than a row may be."""
    number, pieces, length, dropped = 1, list[str](), 0, False
    for chunk in text_chunks(file, label):
        for piece in _pieces(chunk):
            length += len(piece)
            if length > MAX_ROW_BYTES:
                dropped, pieces = True, []
            else:
                pieces.append(piece)
            if piece.endswith("\n"):
                yield number, None if dropped else "".join(pieces)
                number, pieces, length, dropped = number + 1, [], 0, False
    if pieces or dropped:
        yield number, None if dropped else "".join(pieces)


def is_damaged(text: str) -> bool:
    """True where `text` holds bytes that its file's encoding does not know."""
    return any("\udc80" <= char <= "\udcff" for char in text) if not text.isascii() else False


def too_long(label: str, number: int) -> str:
    """The message for a row that is skipped for its length."""
    return f"{label}: row {number}: longer than {MAX_ROW_BYTES // MIB} MiB, no news article; split or remove it"


def _pieces(chunk: str) -> Iterator[str]:
    begin = 0
    while (end := chunk.find("\n", begin)) >= 0:
        yield chunk[begin : end + 1]
        begin = end + 1
    if begin < len(chunk):
        yield chunk[begin:]
