"""JSON files: one article, a list of them, a list within an answer of an API, JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_BYTES, MAX_ROW_BYTES, MAX_ROWS, MAX_STREAM_BYTES, MIB
from assistant.ingest.readers import fields, ghost, jsonl
from assistant.ingest.readers.line_reader import text_chunks

_LISTS = (
    "articles",
    "items",
    "orderedItems",
    "entries",
    "results",
    "data",
    "docs",
    "documents",
    "hits",
    "stories",
    "posts",
    "news",
    "response",
    "value",
)
_SPACE = " \t\r\n\ufeff,"


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The file's articles. A list is read an element at a time; any other value whole. Raises `ArticleError`."""
    with source.open(MAX_STREAM_BYTES) as file:
        text = _Text(text_chunks(file, source.label))
        if text.skip(" \t\r\n\ufeff") == "[":
            text.at += 1
            yield from _elements(text, source.label)
            return
        first = _value(text, source.label, MAX_BYTES)
        if text.skip(_SPACE):
            # Not one value but many: JSON Lines under another name.
            yield jsonl.row_story(first, 1, source.label)
            yield from _elements(text, source.label, 2)
            return
    yield from _whole(first, source.label)


class _Text:
    """A text that is read on as it is needed; what has been used is let go."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self.text = ""
        self.at = 0

    def more(self) -> bool:
        """Read on, about as much as there is already; False at the end."""
        wanted = max(1, len(self.text) - self.at)
        pieces, self.at, length = [self.text[self.at :]], 0, 0
        while length < wanted and (chunk := next(self._chunks, None)) is not None:
            pieces.append(chunk)
            length += len(chunk)
        self.text = "".join(pieces)
        return length > 0

    def skip(self, characters: str) -> str:
        """The next character that is none of these, without passing it; "" at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in characters:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""


def _value(text: _Text, label: str, limit: int) -> Any:
    decoder = json.JSONDecoder(strict=False)
    while True:
        try:
            value, end = decoder.raw_decode(text.text, text.at)
        except RecursionError as error:
            raise ArticleError(f"{label}: is no article but JSON that nests too deeply; remove it") from error
        except ValueError as error:
            failure: ValueError = error
        else:
            # A number at the end of what was read may go on.
            if end < len(text.text) or isinstance(value, dict | list | str) or not text.more():
                text.at = end if end <= len(text.text) else len(text.text)
                return value
            continue
        if len(text.text) - text.at > limit:
            raise ArticleError(
                f"{label}: holds one value of more than {limit // MIB} MiB, or is no valid JSON; split it"
            )
        if not text.more():
            raise ArticleError(f"{label}: is no valid JSON ({failure}); mend it or save it again")


def _elements(text: _Text, label: str, number: int = 1) -> Iterator[Story | Problem]:
    while (character := text.skip(_SPACE)) and character != "]":
        if number > MAX_ROWS:
            yield jsonl.too_many(label)
            return
        try:
            value = _value(text, label, MAX_ROW_BYTES)
        except ArticleError as error:
            if number == 1:
                raise
            yield Problem(f"{label}: row {number} and what follows: {str(error).removeprefix(f'{label}: ')}")
            return
        yield jsonl.row_story(value, number, label)
        number += 1


def _whole(value: Any, label: str) -> Iterator[Story | Problem]:
    if ghost.is_export(value):
        yield from ghost.read(value, label)
        return
    known = Fields()
    for _ in range(3):
        if not isinstance(value, Mapping):
            break
        story = fields.story_of(value, None, label)
        listed = next((value[name] for name in _LISTS if isinstance(value.get(name), list | Mapping)), None)
        if story and not (isinstance(listed, list) and listed and isinstance(listed[0], Mapping)):
            yield story
            return
        if listed is None:
            break
        # A JSON Feed is named by its title and says its language once.
        known = Fields(source=_text(value.get("title")), language=_text(value.get("language"))).over(known)
        value = listed
    if not isinstance(value, list):
        raise ArticleError(f"{label}: holds no article that is known by its names; give title, date, source and text")
    for number, row in enumerate(value, start=1):
        found = jsonl.row_story(row, number, label)
        yield replace(found, fields=found.fields.over(known)) if isinstance(found, Story) else found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
