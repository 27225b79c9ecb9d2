"""Consistent search of a Milvus database in which others write: only paragraphs whose version is their record's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode

from assistant.stores.analyzer import MOST_WORDS, encoded
from assistant.stores.base import Fault
from assistant.stores.milvus.client import Hit, MilvusDatabase
from assistant.stores.milvus.rows import article_key, to_node, to_record

_MORE = 10
_MOST_HITS = 16_000

Rows = dict[str, dict[str, Any]]
Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query, and the condition that paragraphs must meet."""

    query: VectorStoreQuery
    among_these: str

    @property
    def depth(self) -> int:
        """How many paragraphs each side is to give."""
        return max(self.query.similarity_top_k, self.query.sparse_top_k or 0)

    def search(self, database: MilvusDatabase, limit: int) -> list[list[Hit]]:
        """The hits of the dense and of the lexical side; none where the mode does not ask for it."""
        dense: list[Hit] = []
        lexical: list[Hit] = []
        if self.query.mode is not VectorStoreQueryMode.TEXT_SEARCH and self.query.query_embedding:
            dense = database.search("vector", self.query.query_embedding, "IP", self.among_these, limit)
        words = " ".join(dict.fromkeys(encoded(self.query.query_str or "").split()[:MOST_WORDS]))
        if self.query.mode is not VectorStoreQueryMode.DEFAULT and words:
            # Milvus Lite gives BM25 scores with a minus, a cluster without.
            found = database.search("sparse", words, "BM25", self.among_these, limit)
            lexical = [(abs(score), row) for score, row in found]
        return [dense, lexical]


def visible(database: MilvusDatabase, query: VectorStoreQuery, among_these: str) -> tuple[Rows, Scores, Scores]:
    """The best paragraphs whose version is their record's: rows by key; dense and BM25 scores, best first.

    `among_these` is a condition on paragraphs, "" for none.
    """
    asked = _Asked(query, among_these)
    limit = asked.depth + _MORE
    passed_over: set[str] = set()
    while True:
        sides = asked.search(database, limit)
        # Only now: what another writes in between is then passed over, and looked for anew.
        articles = sorted({row["article"] for side in sides for _, row in side})
        fields = ["key", "version"]
        versions = {
            article_key(row): row["version"]
            for row in database.get(database.records, [f"record:{one}" for one in articles], fields)
        }
        kept = [[hit for hit in side if versions.get(hit[1]["article"]) == hit[1]["version"]] for side in sides]
        stale = {row["key"] for side in sides for _, row in side} - {row["key"] for side in kept for _, row in side}
        short = any(len(a) == limit and len(b) < asked.depth for a, b in zip(sides, kept, strict=True))
        if limit >= _MOST_HITS or (not short and stale <= passed_over):
            break
        passed_over |= stale
        limit = min(2 * limit, _MOST_HITS) if short else limit
    rows = {row["key"]: row for side in kept for _, row in side}
    dense, lexical = ({row["key"]: score for score, row in side[: asked.depth]} for side in kept)
    return rows, dense, lexical


def faults(database: MilvusDatabase, has_paragraphs: bool) -> Iterator[Fault]:
    """Paragraphs that no record wants, articles that lack some, vectors that are not finite."""
    wanted: dict[str, tuple[str, int]] = {}
    for row in database.select(database.records, 'kind == "record"', ["version", "content"]):
        record = to_record(row)
        if record.same_as is None:
            wanted[record.id] = (row["version"], int(record.header.get("paragraphs") or 0))
    found: Counter[str] = Counter()
    surplus: Counter[str] = Counter()
    if has_paragraphs:
        fields = ["version", "content", "vector"]
        for row in database.select(database.paragraphs, "number >= 0", fields):
            article_id = to_node(row).metadata["article_id"]
            if wanted.get(article_id, ("", 0))[0] == row["version"]:
                found[article_id] += 1
            else:
                surplus[article_id] += 1
            if not np.isfinite(row["vector"]).all():
                yield Fault(f"article {article_id}: a vector is not finite", article_id)
    for article_id, number in surplus.items():
        yield Fault(f"article {article_id}: {number} paragraphs without a record", article_id)
    for article_id, (_, number) in wanted.items():
        if found[article_id] != number:
            yield Fault(f"article {article_id}: {found[article_id]} of {number} paragraphs are stored", article_id)
