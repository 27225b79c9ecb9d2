"""Paragraphs in one SQLite file: FTS5 for BM25, vectors scanned exactly, fused by rank.

A llama-index vector store with the query modes DEFAULT (dense), TEXT_SEARCH (BM25) and HYBRID
(both, by reciprocal rank fusion, Cormack et al. 2009). WAL lets other processes read while one
writes; every `replace` is one transaction, so a killed process leaves nothing half-visible.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from pydantic import PrivateAttr

from assistant.stores.base import Fault, Filter, Record, Size, Store
from assistant.stores.fusion import FUSION_CONSTANT, fuse
from assistant.stores.sqlite_file import SqliteFile

__all__ = ["FUSION_CONSTANT", "SqliteStore", "fuse"]

_PAGE = 1000
_WORD = re.compile(r"\w+")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS totals (articles INTEGER NOT NULL, paragraphs INTEGER NOT NULL, characters INTEGER NOT NULL);
INSERT INTO totals SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM totals);
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    header TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, header TEXT NOT NULL, origin TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    size INTEGER NOT NULL, modified INTEGER NOT NULL, story TEXT NOT NULL, same_as TEXT,
    published TEXT, source TEXT, searched TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_origin ON records (origin, id);
CREATE INDEX IF NOT EXISTS records_by_story ON records (story) WHERE story != '' AND same_as IS NULL;
CREATE INDEX IF NOT EXISTS records_by_date ON records (published IS NULL, published, id);
CREATE INDEX IF NOT EXISTS records_by_source ON records (source);
CREATE TABLE IF NOT EXISTS paragraphs (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, article_id TEXT NOT NULL, published TEXT,
    text TEXT NOT NULL, metadata TEXT NOT NULL, vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS paragraphs_by_article ON paragraphs (article_id);
CREATE INDEX IF NOT EXISTS paragraphs_by_date ON paragraphs (published);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, heading, tokenize = 'porter unicode61 remove_diacritics 2');
"""
_RECORD = "id, header, origin, file, digest, size, modified, story, same_as"
_CHECKS = (
    (
        "SELECT article_id, count(*) FROM paragraphs WHERE article_id NOT IN (SELECT id FROM records) GROUP BY 1",
        "article {}: {} paragraphs without a record",
    ),
    (
        "SELECT r.id, count(p.row) || ' of ' || (r.header ->> 'paragraphs') FROM records r "
        "LEFT JOIN paragraphs p ON p.article_id = r.id "
        "WHERE r.same_as IS NULL GROUP BY r.id HAVING count(p.row) != r.header ->> 'paragraphs'",
        "article {}: {} paragraphs are stored",
    ),
    (
        "SELECT article_id, length(vector) FROM paragraphs "
        "WHERE length(vector) != (SELECT length(vector) FROM paragraphs ORDER BY row LIMIT 1) GROUP BY 1",
        "article {}: a vector is {} bytes long",
    ),
    (
        "SELECT article_id, count(*) FROM paragraphs WHERE row NOT IN (SELECT id FROM words_docsize) GROUP BY 1",
        "article {}: {} paragraphs are not known to word search",
    ),
)
_COMPARISONS = {FilterOperator.GTE: ">=", FilterOperator.LTE: "<=", FilterOperator.EQ: "="}


class SqliteStore(Store):
    """Nodes carry `article_id`, `published` (ISO or None) and `heading` in their metadata."""

    stores_text: bool = True
    _file: SqliteFile = PrivateAttr()
    _vectors: tuple[int, np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = PrivateAttr(default=None)

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file, or create it. Raises `IndexStoreError`."""
        super().__init__(stores_text=True)
        self._file = SqliteFile(path, _SCHEMA if create else None)

    @property
    def client(self) -> sqlite3.Connection:
        """This thread's connection."""
        return self._file.connection

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """A write transaction, rolled back on any error. Raises `IndexStoreError`."""
        return self._file.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Every read inside sees the same state of the file, whatever others write. Raises `IndexStoreError`."""
        return self._file.snapshot()

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises `IndexStoreError`."""
        return self._file.read(sql, parameters)

    def generation(self) -> int:
        """How many write transactions the file has seen; whoever caches rows compares it."""
        return self._file.generation()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # What is kept of articles

    def replace(self, items: Sequence[tuple[Record, Sequence[TextNode]]]) -> None:
        """Put articles in place of any with their ids, in one transaction."""
        with self.transaction() as connection:
            for record, nodes in items:
                self.delete(record.id)
                self._put(connection, record)
                self.add(nodes)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove articles with their paragraphs, in one transaction."""
        with self.transaction() as connection:
            for article_id in ids:
                self.delete(article_id)
                self._forget(connection, article_id)

    def touch(self, records: Sequence[Record]) -> None:
        """Replace records of articles that are there, in one transaction; others are passed over."""
        with self.transaction() as connection:
            for record in records:
                if connection.execute("SELECT 1 FROM records WHERE id = ?", (record.id,)).fetchone():
                    self._put(connection, record)

    def records(self, origin: str | None = None) -> Iterator[Record]:
        """All records, or those of one origin, a page at a time: the caller may write meanwhile."""
        where, values = ("origin = ? AND", [origin]) if origin is not None else ("", [])
        last = ""
        while page := self._records(f"{where} id > ? ORDER BY id LIMIT ?", [*values, last, _PAGE]):
            yield from page
            last = page[-1].id

    def record(self, article_id: str) -> Record | None:
        """One record."""
        return next(iter(self._records("id = ?", [article_id])), None)

    def same_story(self, story: str) -> Record | None:
        """The record that keeps the paragraphs of this story, if any."""
        if not story:
            return None
        return next(iter(self._records("story = ? AND story != '' AND same_as IS NULL ORDER BY id", [story])), None)

    def listed(self, chosen: Filter, *, limit: int, offset: int = 0) -> list[Record]:
        """Records by date, oldest first, undated last, then by id."""
        condition, values = _chosen(chosen)
        return self._records(
            f"{condition} ORDER BY published IS NULL, published, id LIMIT ? OFFSET ?", [*values, limit, offset]
        )

    def count(self, chosen: Filter) -> int:
        """How many `listed` would return without a limit."""
        condition, values = _chosen(chosen)
        return int(self.read(f"SELECT count(*) FROM records WHERE {condition}", values)[0][0])

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return [
            (str(source), int(number))
            for source, number in self.read(
                "SELECT source, count(*) FROM records WHERE source IS NOT NULL AND same_as IS NULL "
                "GROUP BY 1 ORDER BY 2 DESC, 1"
            )
        ]

    def months(self) -> list[tuple[str, int]]:
        """Months with their number of articles, oldest first."""
        month = "substr(published, 1, 7)"
        return [
            (str(name), int(number))
            for name, number in self.read(
                f"SELECT {month}, count(*) FROM records WHERE published IS NOT NULL AND same_as IS NULL "
                "GROUP BY 1 ORDER BY 1"
            )
        ]

    def nodes_of(self, article_id: str) -> list[TextNode]:
        """An article's paragraphs in reading order, without vectors."""
        rows = self.read("SELECT id, text, metadata FROM paragraphs WHERE article_id = ? ORDER BY row", (article_id,))
        return [TextNode(id_=node_id, text=text, metadata=json.loads(metadata)) for node_id, text, metadata in rows]

    def vectors_of(self, article_id: str) -> list[list[float]]:
        """The vectors of an article's paragraphs, in the order of `nodes_of`."""
        rows = self.read("SELECT vector FROM paragraphs WHERE article_id = ? ORDER BY row", (article_id,))
        return [np.frombuffer(vector, dtype=np.float32).tolist() for (vector,) in rows]

    def faults(self) -> Iterator[Fault]:
        """What is wrong, by SQLite's own check, FTS5's own check and ours. Reads only."""
        for (message,) in self.read("PRAGMA integrity_check(20)"):
            if message != "ok":
                yield Fault(f"index {self._file.path}: {message}")
        for sql, message in _CHECKS:
            for article_id, detail in self.read(sql):
                yield Fault(message.format(article_id, detail), article_id)
        for article_id, vector in self._file.stream("SELECT article_id, vector FROM paragraphs"):
            if not np.isfinite(np.frombuffer(vector, dtype=np.float32)).all():
                yield Fault(f"article {article_id}: a vector is not finite", article_id)

    def size(self) -> Size:
        """How much is stored, from totals that every write keeps."""
        return Size(*self.read("SELECT articles, paragraphs, characters FROM totals")[0])

    def note(self, key: str, value: str | None = None) -> str | None:
        """Read, or with a value write, a small named setting of the index; the value now stored."""
        if value is not None:
            with self.transaction() as connection:
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"note:{key}", value))
        rows = self.read("SELECT value FROM meta WHERE key = ?", (f"note:{key}",))
        return str(rows[0][0]) if rows else None

    def _put(self, connection: sqlite3.Connection, record: Record) -> None:
        header = record.header
        source = header.get("source")
        self._forget(connection, record.id)
        connection.execute(
            "INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                record.id,
                json.dumps(dict(header), ensure_ascii=False),
                record.origin,
                record.file,
                record.digest,
                record.size,
                record.modified,
                record.story,
                record.same_as,
                header.get("published"),
                source,
                _folded(f"{header.get('title') or ''} {source or ''}"),
            ),
        )
        if record.same_as is None:
            connection.execute("UPDATE totals SET articles = articles + 1")

    def _forget(self, connection: sqlite3.Connection, article_id: str) -> None:
        kept = connection.execute("DELETE FROM records WHERE id = ? AND same_as IS NULL", (article_id,)).rowcount
        connection.execute("UPDATE totals SET articles = articles - ?", (kept,))
        connection.execute("DELETE FROM records WHERE id = ?", (article_id,))

    def _records(self, condition: str, values: Sequence[Any]) -> list[Record]:
        return [
            Record(article_id, json.loads(header), *rest)
            for article_id, header, *rest in self.read(f"SELECT {_RECORD} FROM records WHERE {condition}", values)
        ]

    # What is kept of paragraphs

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Insert nodes that carry embeddings, inside the caller's transaction or one of its own."""
        with self.transaction() as connection:
            characters = 0
            for node in nodes:
                metadata = dict(node.metadata)
                text = node.get_content()
                vector = np.asarray(node.get_embedding(), dtype=np.float32).tobytes()
                cursor = connection.execute(
                    "INSERT INTO paragraphs (id, article_id, published, text, metadata, vector) VALUES (?,?,?,?,?,?)",
                    (
                        node.node_id,
                        metadata["article_id"],
                        metadata.get("published"),
                        text,
                        json.dumps(metadata, ensure_ascii=False),
                        vector,
                    ),
                )
                connection.execute(
                    "INSERT INTO words (rowid, text, heading) VALUES (?,?,?)",
                    (cursor.lastrowid, text, metadata.get("heading", "")),
                )
                characters += len(text)
            connection.execute(
                "UPDATE totals SET paragraphs = paragraphs + ?, characters = characters + ?", (len(nodes), characters)
            )
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Remove an article's paragraphs."""
        with self.transaction() as connection:
            mine = "FROM paragraphs WHERE article_id = ?"
            number, characters = connection.execute(
                f"SELECT count(*), coalesce(sum(length(text)), 0) {mine}", (ref_doc_id,)
            ).fetchone()
            if number:
                connection.execute(f"DELETE FROM words WHERE rowid IN (SELECT row {mine})", (ref_doc_id,))
                connection.execute(f"DELETE {mine}", (ref_doc_id,))
                connection.execute(
                    "UPDATE totals SET paragraphs = paragraphs - ?, characters = characters - ?", (number, characters)
                )

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """The best paragraphs, with `dense_score` and `bm25_score` in each node's metadata."""
        with self.snapshot():
            return self._query(query)

    def _query(self, query: VectorStoreQuery) -> VectorStoreQueryResult:
        depth = max(query.similarity_top_k, query.sparse_top_k or 0)
        condition, values = _where(query.filters)
        dense: dict[int, float] = {}
        lexical: dict[int, float] = {}
        if query.mode in (VectorStoreQueryMode.DEFAULT, VectorStoreQueryMode.HYBRID):
            dense = self._dense(query.query_embedding, depth, condition, values)
        if query.mode in (VectorStoreQueryMode.TEXT_SEARCH, VectorStoreQueryMode.HYBRID):
            lexical = self._lexical(query.query_str or "", depth, condition, values)
        hybrid = query.mode is VectorStoreQueryMode.HYBRID
        scores = fuse([list(dense), list(lexical)]) if hybrid else dense or lexical
        best = sorted(scores, key=lambda row: -scores[row])[: query.similarity_top_k]
        nodes = self._nodes(best, dense, lexical)
        return VectorStoreQueryResult(
            nodes=nodes, similarities=[scores[row] for row in best], ids=[node.node_id for node in nodes]
        )

    def _dense(self, query: list[float] | None, depth: int, condition: str, values: list[Any]) -> dict[int, float]:
        if query is None:
            return {}
        rows, matrix = self._matrix()
        if not len(rows):
            return {}
        similarity = matrix @ np.asarray(query, dtype=np.float32)
        if condition:
            allowed = [row for (row,) in self.read(f"SELECT row FROM paragraphs WHERE {condition}", values)]
            similarity = np.where(np.isin(rows, allowed), similarity, -np.inf)
        depth = min(depth, len(rows))
        top = np.argpartition(-similarity, depth - 1)[:depth]
        top = top[np.argsort(-similarity[top], kind="stable")]
        return {int(rows[i]): float(similarity[i]) for i in top if np.isfinite(similarity[i])}

    def _lexical(self, text: str, depth: int, condition: str, values: list[Any]) -> dict[int, float]:
        words = dict.fromkeys(_WORD.findall(text.lower()))
        if not words:
            return {}
        match = " OR ".join(f'"{word}"' for word in list(words)[:64])
        dated = f"AND rowid IN (SELECT row FROM paragraphs WHERE {condition})" if condition else ""
        rows = self.read(
            f"SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ? {dated} "
            "ORDER BY score DESC, rowid LIMIT ?",
            (match, *values, depth),
        )
        return {row: float(score) for row, score in rows}

    def _matrix(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        stamp = self.generation()
        cached = self._vectors
        if cached is None or cached[0] != stamp:
            stored = self.read("SELECT row, vector FROM paragraphs ORDER BY row")
            rows = np.array([row for row, _ in stored], dtype=np.int64)
            matrix = np.frombuffer(b"".join(vector for _, vector in stored), dtype=np.float32)
            cached = (stamp, rows, matrix.reshape(len(rows), -1 if len(rows) else 0))
            self._vectors = cached
        return cached[1], cached[2]

    def _nodes(self, rows: list[int], dense: dict[int, float], lexical: dict[int, float]) -> list[TextNode]:
        marks = ",".join("?" * len(rows))
        stored = {
            row: (node_id, text, metadata)
            for row, node_id, text, metadata in self.read(
                f"SELECT row, id, text, metadata FROM paragraphs WHERE row IN ({marks})", rows
            )
        }
        nodes = []
        for row in rows:
            node_id, text, metadata = stored[row]
            scores = {"dense_score": dense.get(row), "bm25_score": lexical.get(row)}
            nodes.append(TextNode(id_=node_id, text=text, metadata={**json.loads(metadata), **scores}))
        return nodes


def _folded(text: str) -> str:
    """Case and accents levelled."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _chosen(chosen: Filter) -> tuple[str, list[Any]]:
    """SQL for a filter of records: every word is in the title or the outlet."""
    parts: list[str] = ["same_as IS NULL"]
    values: list[Any] = []
    for word in _folded(chosen.words).split():
        parts.append("instr(searched, ?) > 0")
        values.append(word)
    for value, comparison in (
        (chosen.source, "source = ?"),
        (chosen.since and chosen.since.isoformat(), "published >= ?"),
        (chosen.until and chosen.until.isoformat(), "published <= ?"),
    ):
        if value is not None:
            parts.append(comparison)
            values.append(value)
    return " AND ".join(parts), values


def _where(filters: MetadataFilters | None) -> tuple[str, list[Any]]:
    """SQL for filters on `published` and `article_id`; other filters raise NotImplementedError."""
    parts: list[str] = []
    values: list[Any] = []
    for item in filters.filters if filters else ():
        if isinstance(item, MetadataFilter) and item.key == "article_id" and item.operator is FilterOperator.IN:
            chosen = list(item.value) if isinstance(item.value, list) else [item.value]
            parts.append("article_id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(chosen))
            continue
        known = isinstance(item, MetadataFilter) and item.key in ("published", "article_id")
        if not (known and isinstance(item, MetadataFilter) and item.operator in _COMPARISONS):
            raise NotImplementedError(f"filter {item!r}")
        parts.append(f"{item.key} {_COMPARISONS[item.operator]} ?")
        values.append(item.value)
    return " AND ".join(parts), values
