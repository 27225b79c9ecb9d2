"""JSON Lines: one JSON object a line, one article an object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_ROWS, MAX_STREAM_BYTES
from assistant.ingest.readers.fields import own_id, story_of
from assistant.ingest.readers.line_reader import is_damaged, text_lines, too_long


def read(source: RawFile) -> Iterator[Story | Problem]:
    """An article a line; a line that holds none is a `Problem` with its number. Raises `ArticleError`."""
    with source.open(MAX_STREAM_BYTES) as file:
        for number, line in text_lines(file, source.label):
            if number > MAX_ROWS:
                yield too_many(source.label)
                return
            if line is None:
                yield Problem(too_long(source.label, number))
            elif line.strip("\ufeff \t\r\n"):
                yield _row(line.strip("\ufeff \t\r\n"), number, source.label)


def row_story(row: Any, number: int, label: str) -> Story | Problem:
    """The article of one row."""
    if not isinstance(row, Mapping):
        return Problem(f"{label}: row {number}: is no object with named values; mend or remove it")
    try:
        story = story_of(row, own_id(row) or str(number), label)
    except (ArticleError, RecursionError) as error:
        return Problem(f"{label}: row {number}: {str(error).removeprefix(f'{label}: ')}")
    if story is None:
        return Problem(f"{label}: row {number}: has no text; give it under text, body, content or paragraphs")
    return story


def parse(text: str, number: int, label: str) -> Any:
    """The JSON value that `text` is, or a `Problem`."""
    if is_damaged(text):
        return Problem(f"{label}: row {number}: is not valid UTF-8; save the file as UTF-8")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        reason = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        return Problem(f"{label}: row {number}: is no valid JSON ({reason}); mend or remove it")


def too_many(label: str) -> Problem:
    """The problem with a file that has more rows than are read."""
    return Problem(f"{label}: only the first {MAX_ROWS:,} rows are read; split the file")


def _row(line: str, number: int, label: str) -> Story | Problem:
    row = parse(line, number, label)
    return row if isinstance(row, Problem) else row_story(row, number, label)
