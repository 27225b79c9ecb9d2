"""Milvus store: paragraphs on a server or cluster that many machines share.

What is guaranteed, with an engine that has no transactions: the paragraphs of an article are written
under a new version, then its record, which names the version, is put in place of the old one in a
single row; only then the old paragraphs are deleted. A paragraph whose version is not its record's
is passed over by every reader, so an article is seen whole, old or new, whoever is killed when. What
a killed writer leaves behind takes room, is named by `faults` and goes with `remove`. Of two that
write the same article at once the later one's stays. All reads are strongly consistent: what one
machine has written is what another reads.

`pymilvus` is used directly: llama-index's own integration does not escape what it deletes by, cannot
search by words alone on Milvus Lite, and does not tell the two scores of a hybrid hit apart.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode, VectorStoreQueryResult
from pydantic import PrivateAttr

from assistant.schema.articles import ArticleFilter
from assistant.stores.base import Fault, Record, Size, Store
from assistant.stores.filters import of_metadata_filters
from assistant.stores.fusion import fuse
from assistant.stores.milvus.client import MilvusDatabase
from assistant.stores.milvus.rows import (
    Listed,
    among,
    article_key,
    condition,
    in_list,
    key,
    matcher,
    note_row,
    paragraph_row,
    record_row,
    to_listed,
    to_node,
    to_note,
    to_record,
)
from assistant.stores.milvus.search import faults, visible

_FLUSH_AFTER = 1_000


class MilvusStore(Store):
    """The distributed store. Threads, processes and machines may share it."""

    stores_text: bool = True
    _database: MilvusDatabase = PrivateAttr()
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _overview: tuple[int, list[Listed]] | None = PrivateAttr(default=None)
    _has_paragraphs: bool = PrivateAttr(default=False)
    _unflushed: int = PrivateAttr(default=0)

    def __init__(self, address: str) -> None:
        """`http://[user:password@]host:port[/name]`. Raises `UsageError`, `IndexStoreError`."""
        super().__init__(stores_text=True)
        self._database = MilvusDatabase(address)

    @property
    def client(self) -> Any:
        """The `MilvusClient`."""
        return self._database.client

    def generation(self) -> int:
        """A number drawn anew at every write."""
        return int(self._note("generation") or 0)

    def close(self) -> None:
        """Have the engine index what was written last, and disconnect."""
        self._flush(at_least=1)
        self._database.close()

    def replace(self, items: Sequence[tuple[Record, Sequence[TextNode]]]) -> None:
        """Put articles in place of any with their ids; each one changes as a whole."""
        version = uuid4().hex
        items = list({record.id: (record, nodes) for record, nodes in items}.values())
        before = self._versions_of([record.id for record, _ in items])
        paragraphs = [paragraph_row(version, place, node) for _, nodes in items for place, node in enumerate(nodes)]
        if paragraphs:
            self._make_paragraphs(len(paragraphs[0]["vector"]))
            self._database.upsert(self._database.paragraphs, paragraphs)
        self._database.upsert(
            self._database.records,
            [record_row(record, version, len(nodes), sum(len(node.text) for node in nodes)) for record, nodes in items],
        )
        self._delete_versions(before)
        self._changed(len(paragraphs))

    def remove(self, ids: Iterable[str]) -> None:
        """Remove articles with their paragraphs, the record first."""
        keys = [key(article_id) for article_id in ids]
        for begin in range(0, len(keys), _FLUSH_AFTER):
            some = keys[begin : begin + _FLUSH_AFTER]
            self._database.delete(self._database.records, among("key", [f"record:{one}" for one in some]))
            if self._there_are_paragraphs():
                self._database.delete(self._database.paragraphs, among("article", some))
        self._changed(0)

    def touch(self, records: Sequence[Record]) -> None:
        """Replace records of articles that are there; others are passed over."""
        fields = ["key", "version", "listing"]
        stored = {row["key"]: row for row in self._rows([record.id for record in records], fields)}
        rows = []
        for record in records:
            if row := stored.get(f"record:{key(record.id)}"):
                known = to_listed(row)
                rows.append(record_row(record, row["version"], known.paragraphs, known.characters))
        if rows:
            self._database.upsert(self._database.records, rows)
            self._changed(0)

    def records(self, origin: str | None = None) -> Iterator[Record]:
        """All records, or those of one origin, some at a time."""
        wanted = 'kind == "record"'
        if origin is not None:
            wanted += f' and origin == "{key(origin)}"'
        for row in self._database.select(self._database.records, wanted, ["content"]):
            yield to_record(row)

    def record(self, article_id: str) -> Record | None:
        """One record."""
        return next((to_record(row) for row in self._rows([article_id], ["content"])), None)

    def same_story(self, story: str) -> list[Record]:
        """The records that keep the paragraphs of this story, by id."""
        wanted = f'kind == "record" and story == "{key(story)}"'
        rows = self._database.select(self._database.records, wanted, ["content"]) if story else ()
        found = [to_record(row) for row in rows]
        return sorted((record for record in found if record.same_as is None), key=lambda record: record.id)

    def listed(
        self, chosen: ArticleFilter, *, limit: int, offset: int = 0, after: Record | None = None
    ) -> list[Record]:
        """Records by date, oldest first, undated last, then by id; those behind `after`."""
        last = in_list(after.header.get("published"), after.id) if after else None
        ids = [item.id for item in self._chosen(chosen) if last is None or in_list(item.published, item.id) > last]
        ids = ids[offset : None if limit < 0 else offset + limit]
        found = {record.id: record for record in (to_record(row) for row in self._rows(ids, ["content"]))}
        return [found[article_id] for article_id in ids if article_id in found]

    def count(self, chosen: ArticleFilter) -> int:
        """How many `listed` would return without a limit."""
        return len(self._chosen(chosen))

    def ids(self, chosen: ArticleFilter) -> list[str]:
        """The ids under which the paragraphs of the chosen articles are kept, each once."""
        every = self._every()
        found = {item.kept_as for item in filter(matcher(replace(chosen, ids=None)), every)}
        if chosen.ids is not None:
            found &= {item.kept_as for item in filter(matcher(ArticleFilter(ids=chosen.ids)), every)}
        return sorted(found)

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        carried = {(item.source, item.kept_as) for item in self._every() if item.source is not None}
        counts = Counter(source for source, _ in carried)
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    def months(self) -> list[tuple[str, int]]:
        """Months with their number of articles, oldest first."""
        return sorted(Counter(item.published[:7] for item in self._all() if item.published is not None).items())

    def nodes_of(self, article_id: str) -> list[TextNode]:
        """An article's paragraphs in reading order, without vectors."""
        return [to_node(row) for row in self._paragraphs_of(article_id, ["content"])]

    def holding(self, text: str) -> set[str]:
        """All articles: the index ranks by words and does not select by them."""
        return {item.id for item in self._all()}

    def vectors_of(self, article_id: str) -> list[list[float]]:
        """The vectors of an article's paragraphs, in the order of `nodes_of`."""
        rows = self._paragraphs_of(article_id, ["vector"])
        return [[float(value) for value in row["vector"]] for row in rows]

    def faults(self) -> Iterator[Fault]:
        """Paragraphs that no record wants, articles that lack some, vectors that are not finite."""
        return faults(self._database, self._there_are_paragraphs())

    def size(self) -> Size:
        """How much is stored; counted once for each generation."""
        listed = self._all()
        return Size(len(listed), sum(item.paragraphs for item in listed), sum(item.characters for item in listed))

    def note(self, key: str) -> str | None:
        """A small named setting of the index; None where it was never set."""
        return self._note(f"note:{key}")

    def set_note(self, key: str, value: str) -> None:
        """Store the setting."""
        self._write_note(f"note:{key}", value)
        self._changed(0)

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Refused: a paragraph is seen as part of its article only."""
        raise NotImplementedError("paragraphs are written with their article, by `replace`")

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Remove an article."""
        self.remove([ref_doc_id])

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """The best paragraphs, with `dense_score` and `bm25_score` in each node's metadata."""
        among_these = condition(of_metadata_filters(query.filters))
        if not self._there_are_paragraphs():
            return VectorStoreQueryResult(nodes=[], similarities=[], ids=[])
        rows, dense, lexical = visible(self._database, query, among_these)
        scores = fuse([list(dense), list(lexical)]) if query.mode is VectorStoreQueryMode.HYBRID else dense or lexical
        best = sorted(scores, key=lambda one: -scores[one])[: query.similarity_top_k]
        nodes = [to_node(rows[one], dense_score=dense.get(one), bm25_score=lexical.get(one)) for one in best]
        return VectorStoreQueryResult(
            nodes=nodes, similarities=[scores[one] for one in best], ids=[node.node_id for node in nodes]
        )

    def _paragraphs_of(self, article_id: str, fields: list[str]) -> list[dict[str, Any]]:
        row = next(iter(self._rows([article_id], ["version"])), None)
        if row is None or not self._there_are_paragraphs():
            return []
        wanted = f'article == "{key(article_id)}" and version == "{row["version"]}"'
        rows = self._database.select(self._database.paragraphs, wanted, ["number", *fields])
        return sorted(rows, key=lambda row: int(row["number"]))

    def _rows(self, ids: Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        return self._database.get(self._database.records, [f"record:{key(one)}" for one in ids], fields)

    def _versions_of(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        rows = self._rows(ids, ["key", "version"])
        return [(article_key(row), row["version"]) for row in rows]

    def _delete_versions(self, old: Sequence[tuple[str, str]]) -> None:
        if self._there_are_paragraphs():
            for begin in range(0, len(old), _FLUSH_AFTER):
                some = old[begin : begin + _FLUSH_AFTER]
                articles, versions = {article for article, _ in some}, {version for _, version in some}
                wanted = f"{among('article', sorted(articles))} and {among('version', sorted(versions))}"
                self._database.delete(self._database.paragraphs, wanted)

    def _all(self) -> list[Listed]:
        """The articles that keep paragraphs, by date."""
        return [item for item in self._every() if item.same_as is None]

    def _every(self) -> list[Listed]:
        """Every record, by date; read once for each generation."""
        generation = self.generation()
        with self._lock:
            if self._overview is not None and self._overview[0] == generation:
                return self._overview[1]
        listed = []
        for row in self._database.select(self._database.records, 'kind == "record"', ["key", "listing"]):
            listed.append(to_listed(row))
        listed.sort(key=lambda item: in_list(item.published, item.id))
        with self._lock:
            self._overview = (generation, listed)
        return listed

    def _chosen(self, chosen: ArticleFilter) -> list[Listed]:
        if not chosen.words and chosen.source is None:
            return list(filter(matcher(chosen), self._all()))
        # A story is chosen by its repetitions too.
        kept = {item.kept_as for item in filter(matcher(chosen), self._every())}
        return [item for item in self._all() if item.id in kept]

    def _there_are_paragraphs(self) -> bool:
        self._has_paragraphs = self._has_paragraphs or self._database.has(self._database.paragraphs)
        return self._has_paragraphs

    def _make_paragraphs(self, dimensions: int) -> None:
        if not self._there_are_paragraphs():
            self._database.create_paragraphs(dimensions)

    def _changed(self, paragraphs: int) -> None:
        # The time makes it differ from all before, chance from what another machine writes at that time.
        self._write_note("generation", str(time.time_ns() // 1_000 * 1_000 + secrets.randbelow(1_000)))
        self._unflushed += paragraphs
        self._flush(at_least=_FLUSH_AFTER)

    def _flush(self, *, at_least: int) -> None:
        if self._unflushed >= at_least:
            self._database.flush(self._database.paragraphs)
            self._unflushed = 0

    def _note(self, name: str) -> str | None:
        rows = self._database.get(self._database.records, [f"note:{key(name)}"], ["content"])
        return to_note(rows[0]) if rows else None

    def _write_note(self, name: str, value: str) -> None:
        self._database.upsert(self._database.records, [note_row(name, value)])
