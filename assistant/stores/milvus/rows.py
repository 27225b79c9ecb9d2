"""Serialisation of articles and paragraphs as rows of Milvus, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, unquote

from llama_index.core.schema import TextNode

from assistant.errors import IndexStoreError
from assistant.schema.articles import ArticleFilter, iso_day
from assistant.stores.analyzer import encoded
from assistant.stores.base import Record
from assistant.stores.filters import ordinal, ordinals
from assistant.text.unicode import fold, has_surrogates

# Milvus holds strings of 65,535 bytes; a character is four bytes at most.
_PART = 16_000
MOST_PARTS = 64
_LONGEST_WORDS = 60_000
_LONGEST_TITLE = 4_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A record's fields that a list of articles needs."""

    id: str
    published: str | None
    source: str | None
    searched: str
    paragraphs: int
    characters: int
    same_as: str | None

    @property
    def kept_as(self) -> str:
        """The id under which its paragraphs are kept."""
        return self.same_as or self.id


def in_list(published: str | None, article_id: str) -> tuple[bool, str, str]:
    """What articles are listed by: their day, undated last, then their id."""
    return published is None, published or "", article_id


def matcher(chosen: ArticleFilter) -> Callable[[Listed], bool]:
    """Whether a filter lets a record through."""
    words = fold(chosen.words).split()
    ids = None if chosen.ids is None else frozenset(chosen.ids)
    since, last = iso_day(chosen.since), iso_day(chosen.last)

    def lets_through(item: Listed) -> bool:
        day = item.published
        return (
            (ids is None or item.id in ids)
            and chosen.source in (None, item.source)
            and (since is None or (day is not None and day >= since))
            and (last is None or (day is not None and day <= last))
            and all(word in item.searched for word in words)
        )

    return lets_through


def key(text: str) -> str:
    """Any string as one that needs no escaping in a condition: ASCII letters, digits, `_.-~` and `%`."""
    return quote(text, safe="", errors="surrogatepass")


def among(field: str, keys: Sequence[str]) -> str:
    """A condition; the keys are such as `key` makes."""
    return f"{field} in [{','.join(json.dumps(value) for value in keys)}]"


def condition(chosen: ArticleFilter) -> str:
    """Days and ids as a condition on paragraphs; "" where all are let through."""
    parts = []
    if (days := ordinals(chosen)) is not None:
        parts.append(f"day >= {days[0]} and day <= {days[1]}")
    if chosen.ids is not None:
        parts.append(among("article", sorted(map(key, chosen.ids))))
    return " and ".join(parts)


def paragraph_row(version: str, place: int, node: TextNode) -> dict[str, Any]:
    """A paragraph that is seen while its article's record names this version. Raises `IndexStoreError`."""
    metadata = dict(node.metadata)
    return {
        "key": f"{key(node.node_id)}@{version}",
        "vector": [float(value) for value in node.get_embedding()],
        "content": _packed({"id": node.node_id, "text": node.text, "metadata": metadata}, f"paragraph {node.node_id}"),
        "article": key(str(metadata["article_id"])),
        "version": version,
        "number": place,
        "day": ordinal(metadata.get("published")),
        "words": encoded(f"{node.text}\n{metadata.get('heading') or ''}")[:_LONGEST_WORDS],
    }


def to_node(row: Mapping[str, Any], **scores: float | None) -> TextNode:
    """The paragraph of a row, its scores added to its metadata."""
    content = _unpacked(row)
    return TextNode(id_=content["id"], text=content["text"], metadata={**content["metadata"], **scores})


def record_row(record: Record, version: str, paragraphs: int, characters: int) -> dict[str, Any]:
    """A record with the version of its paragraphs, how many they are and how long. Raises `IndexStoreError`."""
    header = record.header
    searched = record.searched[:_LONGEST_TITLE]
    listing = [header.get("published"), header.get("source"), searched, paragraphs, characters, record.same_as]
    return {
        "key": f"record:{key(record.id)}",
        "vector": [0.0, 0.0],
        "content": _packed({**asdict(record), "header": dict(header)}, f"article {record.id}"),
        "kind": "record",
        "version": version,
        "origin": key(record.origin),
        "story": key(record.story),
        "listing": json.dumps(listing),
    }


def to_record(row: Mapping[str, Any]) -> Record:
    """The inverse of `record_row`."""
    return Record(**_unpacked(row))


def to_listed(row: Mapping[str, Any]) -> Listed:
    """What a list needs of a record's row."""
    return Listed(unquote(article_key(row), errors="surrogatepass"), *json.loads(row["listing"]))


def article_key(row: Mapping[str, Any]) -> str:
    """The article's key in a record's row."""
    return str(row["key"]).removeprefix("record:")


def note_row(name: str, value: str) -> dict[str, Any]:
    """A named setting."""
    empty = {"version": "", "origin": "", "story": "", "listing": ""}
    packed = _packed({"value": value}, f"note {name}")
    return {"key": f"note:{key(name)}", "vector": [0.0, 0.0], "content": packed, "kind": "note", **empty}


def to_note(row: Mapping[str, Any]) -> str:
    """The inverse of `note_row`."""
    return str(_unpacked(row)["value"])


def _packed(value: Mapping[str, Any], what: str) -> list[str]:
    """JSON in parts that the engine can hold."""
    text = json.dumps(value, ensure_ascii=False)
    if has_surrogates(text):
        text = json.dumps(value)
    parts = [text[begin : begin + _PART] for begin in range(0, len(text), _PART)]
    if len(parts) > MOST_PARTS:
        raise IndexStoreError(f"{what} is longer than Milvus can hold ({len(text)} characters); split it")
    return parts


def _unpacked(row: Mapping[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads("".join(row["content"]))
    return value
