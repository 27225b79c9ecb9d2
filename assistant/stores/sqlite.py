"""Paragraphs in one SQLite file: FTS5 for BM25, vectors scanned exactly, fused by rank.

A llama-index vector store with the query modes DEFAULT (dense), TEXT_SEARCH (BM25) and HYBRID
(both, by reciprocal rank fusion, Cormack et al. 2009). WAL lets other processes read while one
writes; every `replace` is one transaction, so a killed process leaves nothing half-visible.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from pydantic import PrivateAttr

from assistant.errors import IndexStoreError

FUSION_CONSTANT = 60
_WORD = re.compile(r"\w+")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    header TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS paragraphs (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, article_id TEXT NOT NULL, published TEXT,
    text TEXT NOT NULL, metadata TEXT NOT NULL, vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS paragraphs_by_article ON paragraphs (article_id);
CREATE INDEX IF NOT EXISTS paragraphs_by_date ON paragraphs (published);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, heading, tokenize = 'porter unicode61 remove_diacritics 2');
"""
_NEXT_GENERATION = """
INSERT INTO meta VALUES ('generation', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"""
_COMPARISONS = {FilterOperator.GTE: ">=", FilterOperator.LTE: "<=", FilterOperator.EQ: "="}


class SqliteStore(BasePydanticVectorStore):
    """Nodes carry `article_id`, `published` (ISO or None) and `heading` in their metadata."""

    stores_text: bool = True
    _path: Path = PrivateAttr()
    _local: threading.local = PrivateAttr()
    _vectors: tuple[int, np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = PrivateAttr(default=None)

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file, or create it. Raises `IndexStoreError`."""
        super().__init__(stores_text=True)
        self._path = path
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexStoreError(f"index folder {path.parent} cannot be made ({error.strerror})") from error
        if not create:
            return
        with self.transaction() as connection:
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)

    @property
    def client(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction, rolled back on any error. Raises `IndexStoreError`."""
        try:
            connection = self.client
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute(_NEXT_GENERATION)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Every read inside sees the same state of the file, whatever others write. Raises `IndexStoreError`."""
        connection = getattr(self._local, "connection", None)
        if connection is not None and connection.in_transaction:
            yield
            return
        self.read("BEGIN")
        try:
            yield
        finally:
            if self.client.in_transaction:
                self.client.execute("ROLLBACK")

    def generation(self) -> int:
        """How many write transactions the file has seen; whoever caches rows compares it."""
        rows = self.read("SELECT value FROM meta WHERE key = 'generation'")
        return int(rows[0][0]) if rows else 0

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises `IndexStoreError`."""
        try:
            return self.client.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Insert nodes that carry embeddings, inside the caller's transaction or one of its own."""
        if not self.client.in_transaction:
            with self.transaction():
                return self.add(nodes)
        for node in nodes:
            metadata = dict(node.metadata)
            text = node.get_content()
            vector = np.asarray(node.get_embedding(), dtype=np.float32).tobytes()
            cursor = self.client.execute(
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
            self.client.execute(
                "INSERT INTO words (rowid, text, heading) VALUES (?,?,?)",
                (cursor.lastrowid, text, metadata.get("heading", "")),
            )
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Remove an article's paragraphs."""
        if not self.client.in_transaction:
            with self.transaction():
                return self.delete(ref_doc_id)
        mine = "SELECT row FROM paragraphs WHERE article_id = ?"
        self.client.execute(f"DELETE FROM words WHERE rowid IN ({mine})", (ref_doc_id,))
        self.client.execute("DELETE FROM paragraphs WHERE article_id = ?", (ref_doc_id,))
        return None

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

    def _explain(self, error: sqlite3.DatabaseError) -> IndexStoreError:
        text = str(error)
        if "locked" in text:
            remedy = "another process is writing; try again when it has finished"
        elif "readonly" in text or "unable to open" in text:
            remedy = "check the folder's permissions, or set ASSISTANT_HOME to a folder you may write to"
        elif "full" in text:
            remedy = "free some disk space; what was indexed before is intact"
        elif isinstance(error, sqlite3.OperationalError) and "fts5" in text:
            remedy = "this Python's SQLite lacks FTS5; use a python.org or distribution build"
        else:
            remedy = "delete the file; it is rebuilt from the articles"
        return IndexStoreError(f"index {self._path}: {text}; {remedy}")


def fuse(rankings: Sequence[Sequence[int]]) -> dict[int, float]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank), rank from 1 (Cormack et al. 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row] = scores.get(row, 0.0) + 1.0 / (FUSION_CONSTANT + rank)
    return scores


def _where(filters: MetadataFilters | None) -> tuple[str, list[Any]]:
    """SQL for filters on `published` and `article_id`; other filters raise NotImplementedError."""
    parts, values = [], []
    for item in filters.filters if filters else ():
        known = isinstance(item, MetadataFilter) and item.key in ("published", "article_id")
        if not (known and isinstance(item, MetadataFilter) and item.operator in _COMPARISONS):
            raise NotImplementedError(f"filter {item!r}")
        parts.append(f"{item.key} {_COMPARISONS[item.operator]} ?")
        values.append(item.value)
    return " AND ".join(parts), values
