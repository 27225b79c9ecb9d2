"""SQLite store: FTS5 for BM25, quantised vectors rescored exactly, fused by rank.

WAL lets other processes read while one writes; every `replace`, `remove` and `touch` is one
transaction, on the disk before it returns: a killed process leaves nothing half-visible.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode, VectorStoreQueryResult
from pydantic import PrivateAttr

from assistant.schema.articles import ArticleFilter
from assistant.stores.base import Fault, Record, Size, Store
from assistant.stores.filters import of_metadata_filters, ordinal, ordinals
from assistant.stores.fusion import fuse
from assistant.stores.sqlite.connection import SqliteFile
from assistant.stores.sqlite.fts import WORDS_SCHEMA, WordSearch
from assistant.stores.sqlite.integrity import faults
from assistant.stores.sqlite.records import RECORDS_SCHEMA, RecordTable
from assistant.stores.sqlite.vectors import OvertakenError, VectorSearch, View

# Whoever changes it raises `FORMAT` in assistant/library/store_opening.py: an index of another one is made anew.
# `removed` lists rows that quantised copies may still hold; AUTOINCREMENT: no row number comes twice.
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT OR IGNORE INTO meta VALUES ('identity', lower(hex(randomblob(16))));
CREATE TABLE IF NOT EXISTS totals (articles INTEGER NOT NULL, paragraphs INTEGER NOT NULL, characters INTEGER NOT NULL);
INSERT INTO totals SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM totals);
{RECORDS_SCHEMA};
CREATE TABLE IF NOT EXISTS paragraphs (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, article_id TEXT NOT NULL, published TEXT,
    text TEXT NOT NULL, metadata TEXT NOT NULL, vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS paragraphs_by_article ON paragraphs (article_id);
CREATE TABLE IF NOT EXISTS removed (seq INTEGER PRIMARY KEY, row INTEGER NOT NULL);
{WORDS_SCHEMA}"""
_TRIES = 20


class SqliteStore(Store):
    """The embedded store. Threads and processes may share the file; a second writer waits for the first."""

    stores_text: bool = True
    _file: SqliteFile = PrivateAttr()
    _records: RecordTable = PrivateAttr()
    _vectors: VectorSearch = PrivateAttr()
    _words: WordSearch = PrivateAttr()

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file, or create it. Raises `IndexStoreError`."""
        super().__init__(stores_text=True)
        self._file = SqliteFile(path, _SCHEMA if create else None)
        self._records = RecordTable(self._file)
        self._vectors = VectorSearch(self._file, path.with_name(f"{path.name}-vectors"))
        self._words = WordSearch(self._file)

    @property
    def client(self) -> sqlite3.Connection:
        """This thread's connection."""
        return self._file.connection

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """A write transaction, rolled back on any error; inside another, part of it."""
        return self._file.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Every read inside sees the same state of the file, whatever others write."""
        return self._file.snapshot()

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._file.read(sql, parameters)

    def generation(self) -> int:
        """How many write transactions the file has seen."""
        return self._file.generation()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def replace(self, items: Sequence[tuple[Record, Sequence[TextNode]]]) -> None:
        """Put articles in place of any with their ids, in one transaction."""
        with self.transaction() as connection:
            for record, nodes in items:
                self.delete(record.id)
                self._total(articles=self._records.put(connection, record))
                self.add(nodes)
        self._vectors.save()

    def remove(self, ids: Iterable[str]) -> None:
        """Remove articles with their paragraphs, in one transaction."""
        with self.transaction() as connection:
            for article_id in ids:
                self.delete(article_id)
                self._total(articles=-self._records.forget(connection, article_id))
        self._vectors.save()

    def touch(self, records: Sequence[Record]) -> None:
        """Replace records of articles that are there, in one transaction; others are passed over."""
        with self.transaction() as connection:
            for record in records:
                if self._records.has(connection, record.id):
                    self._total(articles=self._records.put(connection, record))

    def records(self, origin: str | None = None) -> Iterator[Record]:
        """All records, or those of one origin, by id; the caller may write meanwhile."""
        return self._records.all(origin)

    def record(self, article_id: str) -> Record | None:
        """One record."""
        return self._records.one("id = ?", article_id)

    def same_story(self, story: str) -> list[Record]:
        """The records that keep the paragraphs of this story, by id."""
        return self._records.where("story = ? AND story != '' AND same_as IS NULL", story)

    def listed(
        self, chosen: ArticleFilter, *, limit: int, offset: int = 0, after: Record | None = None
    ) -> list[Record]:
        """Records by date, oldest first, undated last, then by id; those behind `after`."""
        return self._records.listed(chosen, limit, offset, after)

    def count(self, chosen: ArticleFilter) -> int:
        """How many `listed` would return without a limit."""
        return self._records.count(chosen)

    def ids(self, chosen: ArticleFilter) -> list[str]:
        """The ids under which the paragraphs of the chosen articles are kept, each once."""
        return self._records.ids(chosen)

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return self._records.outlets()

    def months(self) -> list[tuple[str, int]]:
        """Months with their number of articles, oldest first."""
        return self._records.months()

    def nodes_of(self, article_id: str) -> list[TextNode]:
        """An article's paragraphs in reading order, without vectors."""
        rows = self.read("SELECT id, text, metadata FROM paragraphs WHERE article_id = ? ORDER BY row", (article_id,))
        return [TextNode(id_=node_id, text=text, metadata=json.loads(metadata)) for node_id, text, metadata in rows]

    def holding(self, text: str) -> set[str]:
        """The articles with a paragraph that has every word of `text`, by stems."""
        with self.snapshot():
            rows = self._words.holding(text)
            found = self.read(
                "SELECT DISTINCT article_id FROM paragraphs WHERE row IN (SELECT value FROM json_each(?))",
                (json.dumps(rows),),
            )
        return {article_id for (article_id,) in found}

    def vectors_of(self, article_id: str) -> list[list[float]]:
        """The vectors of an article's paragraphs, in the order of `nodes_of`."""
        rows = self.read("SELECT vector FROM paragraphs WHERE article_id = ? ORDER BY row", (article_id,))
        return [np.frombuffer(vector, dtype=np.float32).tolist() for (vector,) in rows]

    def faults(self) -> Iterator[Fault]:
        """What is wrong, by SQLite's own check, FTS5's own check and ours."""
        return faults(self._file)

    def size(self) -> Size:
        """How much is stored, from totals that every write keeps."""
        return Size(*self.read("SELECT articles, paragraphs, characters FROM totals")[0])

    def note(self, key: str) -> str | None:
        """A small named setting of the index; None where it was never set."""
        rows = self.read("SELECT value FROM meta WHERE key = ?", (f"note:{key}",))
        return str(rows[0][0]) if rows else None

    def set_note(self, key: str, value: str) -> None:
        """Store the setting."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"note:{key}", value))

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Insert nodes that carry embeddings, inside the caller's transaction or one of its own."""
        vectors = [np.asarray(node.get_embedding(), dtype=np.float32) for node in nodes]
        with self.transaction() as connection:
            for length in {len(vector) for vector in vectors}:
                self._check_length(connection, length)
            for node, vector in zip(nodes, vectors, strict=True):
                metadata = dict(node.metadata)
                text = node.get_content()
                row = connection.execute(
                    "INSERT INTO paragraphs (id, article_id, published, text, metadata, vector) VALUES (?,?,?,?,?,?)",
                    (
                        node.node_id,
                        metadata["article_id"],
                        metadata.get("published"),
                        text,
                        json.dumps(metadata, ensure_ascii=False),
                        vector.tobytes(),
                    ),
                ).lastrowid
                assert row is not None
                self._words.add(connection, row, text, metadata.get("heading") or "")
            self._total(paragraphs=len(nodes), characters=sum(len(node.get_content()) for node in nodes))
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Remove an article's paragraphs, inside the caller's transaction or one of its own."""
        with self.transaction() as connection:
            stored = connection.execute(
                "SELECT row, length(text) FROM paragraphs WHERE article_id = ?", (ref_doc_id,)
            ).fetchall()
            if stored:
                self._words.remove(connection, [row for row, _ in stored])
                connection.executemany("INSERT INTO removed (row) VALUES (?)", [(row,) for row, _ in stored])
                connection.execute("DELETE FROM paragraphs WHERE article_id = ?", (ref_doc_id,))
                self._total(paragraphs=-len(stored), characters=-sum(length for _, length in stored))

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """The best paragraphs, with `dense_score` and `bm25_score` in each node's metadata."""
        chosen = of_metadata_filters(query.filters)
        for _try in range(_TRIES):
            try:
                with self.snapshot():
                    result = self._query(query, chosen, self._vectors.view())
            except OvertakenError:
                continue
            self._vectors.save()
            return result
        raise self._file.unfit("it changes faster than it can be read")

    def _query(self, query: VectorStoreQuery, chosen: ArticleFilter, view: View) -> VectorStoreQueryResult:
        depth = max(query.similarity_top_k, query.sparse_top_k or 0)
        rows = self._rows(chosen, view)
        dense: dict[int, float] = {}
        lexical: dict[int, float] = {}
        if query.mode in (VectorStoreQueryMode.DEFAULT, VectorStoreQueryMode.HYBRID) and query.query_embedding:
            if chosen.ids is not None and rows is not None:
                dense = self._vectors.among(rows.tolist(), query.query_embedding, depth)
            else:
                dense = self._vectors.nearest(view, query.query_embedding, depth, ordinals(chosen))
        if query.mode in (VectorStoreQueryMode.TEXT_SEARCH, VectorStoreQueryMode.HYBRID):
            lexical = self._words.best(query.query_str or "", depth, self.size().paragraphs, rows)
        hybrid = query.mode is VectorStoreQueryMode.HYBRID
        scores = fuse([list(dense), list(lexical)]) if hybrid else dense or lexical
        best = sorted(scores, key=lambda row: -scores[row])[: query.similarity_top_k]
        nodes = self._nodes(best, dense, lexical)
        return VectorStoreQueryResult(
            nodes=nodes, similarities=[scores[row] for row in best], ids=[node.node_id for node in nodes]
        )

    def _rows(self, chosen: ArticleFilter, view: View) -> np.ndarray[Any, np.dtype[np.int64]] | None:
        """The rows that a filter lets through, ascending; None: all."""
        days = ordinals(chosen)
        if chosen.ids is None:
            return None if days is None else view.rows(days)
        found = self.read(
            "SELECT row, published FROM paragraphs WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY row",
            (json.dumps(sorted(chosen.ids)),),
        )
        first, last = days or (0, np.inf)
        return np.array([row for row, published in found if first <= ordinal(published) <= last], dtype=np.int64)

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

    def _total(self, *, articles: int = 0, paragraphs: int = 0, characters: int = 0) -> None:
        self.client.execute(
            "UPDATE totals SET articles = articles + ?, paragraphs = paragraphs + ?, characters = characters + ?",
            (articles, paragraphs, characters),
        )

    def _check_length(self, connection: sqlite3.Connection, values: int) -> None:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('dimensions', ?)", (str(values),))
        (known,) = connection.execute("SELECT value FROM meta WHERE key = 'dimensions'").fetchone()
        if int(known) != values:
            raise self._file.unfit(f"its vectors have {known} values, not {values}")
