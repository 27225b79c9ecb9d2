"""Mail folders (.mbox, RFC 4155) → the articles of each mail, by the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from itertools import count

from assistant.errors import ArticleError
from assistant.ingest.build import Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_CONTAINER_BYTES, MAX_ROWS, MAX_STREAM_BYTES, MIB
from assistant.ingest.readers import eml

_BEGIN = b"From "
# "From ADDRESS Tue May  4 08:00:00 2021", the time with a zone or the day as in a header, in some programs.
_DATED_BEGIN = re.compile(
    rb"From\s+\S+(?:\s+at\s+\S+)?\s+(?:[A-Za-z]{3},?\s+)?(?:[A-Za-z]{3}\s+\d{1,2}|\d{1,2}\s+[A-Za-z]{3}\s+\d{4})"
    rb"\s+\d{1,2}:\d\d(?::\d\d)?(?:\s+(?:[A-Z]{1,5}|[+-]\d{4}|\d{4})){0,3}(?:\s+\([A-Z]+\))?(?:\s+remote\s+from\s+\S+)?\s*$"
)


def read(source: RawFile) -> Iterator[Story | Problem]:
    """An article a mail, by its number; a mail that cannot be read is a `Problem`. Raises `ArticleError`."""
    with source.open(MAX_STREAM_BYTES) as file:
        numbers = count(1)
        pieces: list[bytes] = []
        length, blank, begins = 0, True, None
        for line in iter(lambda: file.readline(MIB), b""):
            begins = begins or _beginning(line)
            if not begins:
                break
            if blank and line.startswith(_BEGIN) and begins.match(line):
                yield from _mail(pieces, length, next(numbers), source.label) if pieces else ()
                pieces, length = [], 0
            else:
                length += len(line)
                # A ">" was put before lines of the text that begin as a mail does.
                unquoted = line[1:] if line.lstrip(b">").startswith(_BEGIN) and line.startswith(b">") else line
                pieces += [unquoted] if length <= MAX_CONTAINER_BYTES else []
            blank = not line.strip()
        if not pieces:
            raise ArticleError(
                f"{source.label}: is empty or no mail folder, which begins with 'From '; export it again"
            )
        yield from _mail(pieces, length, next(numbers), source.label)


def _beginning(first: bytes) -> re.Pattern[bytes] | None:
    """What mails of this folder begin with, by its first line; without a date there, any line "From …" does."""
    if _DATED_BEGIN.match(first):
        return _DATED_BEGIN
    return re.compile(_BEGIN) if first.startswith(_BEGIN) else None


def _mail(pieces: list[bytes], length: int, number: int, label: str) -> Iterator[Story | Problem]:
    if number > MAX_ROWS:
        return
    try:
        if length > MAX_CONTAINER_BYTES:
            raise ArticleError(f"{label}: larger than {MAX_CONTAINER_BYTES // MIB} MiB; save its text alone")
        message = BytesParser(policy=policy.default).parsebytes(b"".join(pieces))
        for found in eml.stories(message, label, str(number)):
            yield Problem(_of_mail(found.message, number, label)) if isinstance(found, Problem) else found
    except ArticleError as error:
        yield Problem(_of_mail(str(error), number, label))


def _of_mail(message: str, number: int, label: str) -> str:
    return f"{label}: mail {number}: {message.removeprefix(f'{label}: ')}"
