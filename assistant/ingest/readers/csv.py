"""Tables as text: CSV and TSV with a row of column names, one article a row (RFC 4180)."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator

from assistant.errors import ArticleError
from assistant.ingest.build import Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_ROW_BYTES, MAX_ROWS, MAX_STREAM_BYTES, MIB
from assistant.ingest.readers import jsonl
from assistant.ingest.readers.fields import has_text_column
from assistant.ingest.readers.line_reader import is_damaged, text_lines, too_long

_MOST_ROW_LINES = 1_000
_SAMPLE_LINES, _SAMPLE_CHARS = 500, MIB
# A quotation mark after a backslash that neither ends its value nor begins one.
_ESCAPED_QUOTE = re.compile(r"[^\\]\\(?:\\\\)*\"(?!\s*(?:[,;\t|]|$))")


def read(source: RawFile) -> Iterator[Story | Problem]:
    """An article a row; a row that holds none is a `Problem` with its number. Raises `ArticleError`."""
    # The csv module has this one limit for the whole process; its default is 128 KiB.
    csv.field_size_limit(MAX_ROW_BYTES)
    with source.open(MAX_STREAM_BYTES) as file:
        lines = _Lines(text_lines(file, source.label))
        names, delimiter = _header(lines, source)
        # Strict: what follows a value's closing quotation mark would be added to it, or cut, in silence.
        table = csv.reader(lines, delimiter=delimiter, escapechar=lines.escape(), strict=True)
        number = 0
        while True:
            begin = lines.number + 1
            try:
                values = next(table, None)
            except csv.Error as error:
                number += 1
                # Where a quotation goes on for long, the end of the row cannot be known.
                lost = lines.number - begin > _MOST_ROW_LINES or number > MAX_ROWS
                where = "and what follows" if lost else f"(lines {begin} to {lines.number})"
                yield Problem(f"{source.label}: row {number} {where}: is no valid CSV ({error}); save it again")
                if lost:
                    return
                continue
            for line in lines.take_skipped():
                yield Problem(too_long(source.label, line))
            if values is None:
                return
            if not any(value.strip() for value in values):
                continue
            number += 1
            if number > MAX_ROWS:
                yield jsonl.too_many(source.label)
                return
            if any(map(is_damaged, values)):
                yield Problem(f"{source.label}: row {number}: is not valid UTF-8; save the file as UTF-8")
            elif any(value.strip() for value in values[len(names) :]):
                yield Problem(
                    f"{source.label}: row {number}: has {len(values)} values for {len(names)} columns; "
                    f"put a value that holds {delimiter!r} in quotation marks"
                )
            else:
                yield jsonl.row_story(dict(zip(names, values, strict=False)), number, source.label)


class _Lines:
    """The lines of a table, without those that are too long, which are remembered. `number` is the last one's."""

    def __init__(self, lines: Iterator[tuple[int, str | None]]) -> None:
        self._lines = lines
        self._ahead: deque[tuple[int, str | None]] = deque()
        self._skipped: list[int] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        while True:
            found = self._ahead.popleft() if self._ahead else next(self._lines, None)
            if found is None:
                raise StopIteration
            self.number, line = found
            if line is not None:
                return line
            self._skipped.append(self.number)

    def escape(self) -> str | None:
        r"""The backslash where the next lines write a quotation mark as \" (MySQL's way) and not as two."""
        length = 0
        while len(self._ahead) < _SAMPLE_LINES and length < _SAMPLE_CHARS:
            found = next(self._lines, None)
            if found is None:
                break
            self._ahead.append(found)
            length += len(found[1] or "")
        return "\\" if any(_ESCAPED_QUOTE.search(line) for _, line in self._ahead if line) else None

    def take_skipped(self) -> list[int]:
        """The numbers of the lines passed over since the last call."""
        skipped, self._skipped = self._skipped, []
        return skipped


def _header(lines: _Lines, source: RawFile) -> tuple[list[str], str]:
    first = next(lines, "").lstrip("\ufeff")
    marked = first.strip().lower().startswith("sep=")
    delimiter = first.strip()[4:5] if marked else ""
    if marked:  # Excel's own way of naming the separator
        first = next(lines, "")
    delimiter = delimiter or ("\t" if source.suffix == ".tsv" else max(",;\t|", key=first.count))
    try:
        names = next(csv.reader([first], delimiter=delimiter), [])
    except (csv.Error, TypeError) as error:
        raise ArticleError(f"{source.label}: is no table that can be read ({error}); save it as CSV again") from error
    if not has_text_column(names):
        raise ArticleError(
            f"{source.label}: its first row names no column of text; name the columns title, date, source, text"
        )
    return names, delimiter
