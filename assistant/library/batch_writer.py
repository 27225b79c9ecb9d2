"""Batch writer of articles into a store, each story once; what is told as written is durable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import TextNode

from assistant.library.dedup import original_of, takes_over
from assistant.library.mapping import article_of, embedded_text, nodes_of, record_of, repeated_by, with_id
from assistant.library.report import FileStatus
from assistant.schema.articles import Article
from assistant.stores.base import Record, Store

BATCH_PARAGRAPHS = 256

Reread = Callable[[Record], Article | None]
Replaced = Callable[[Article, Article], None]


@dataclass(slots=True)
class _Entry:
    """An article to be written; `like` names an article whose vectors serve where the words are the same."""

    record: Record
    article: Article | None
    like: str


class BatchWriter:
    """One batch of articles at a time, visible as a whole. Only one writer may be at work on a store.

    `reread` reads the article of a record from its file again: a story that was kept elsewhere is
    written from there when the one that kept it goes. `lost` is True once an article had to go
    although its file may be there.
    """

    def __init__(
        self,
        store: Store,
        embedder: BaseEmbedding,
        reread: Reread,
        *,
        each_once: bool = True,
        replaced: Replaced | None = None,
    ) -> None:
        """`replaced` is told of an article as it was and as it will be, before it is written."""
        self._store = store
        self._embedder = embedder
        self._reread = reread
        self._each_once = each_once
        self._replaced = replaced
        self._batch: dict[str, _Entry] = {}
        self._touched: dict[str, Record] = {}
        self._departing: dict[str, None] = {}
        self._afterwards: list[Callable[[], None]] = []
        self.lost = False

    def record(self, article_id: str) -> Record | None:
        """An article's record, as it will be once all is written."""
        entry = self._batch.get(article_id)
        if entry is not None:
            return entry.record
        if article_id in self._departing:
            return None
        return self._touched.get(article_id) or self._store.record(article_id)

    def put(
        self,
        article: Article,
        place: Record,
        *,
        like: str = "",
        leaving: frozenset[str] = frozenset(),
        anew: bool = False,
    ) -> FileStatus:
        """Write an article where `place` says it comes from: added, changed, unchanged or a duplicate.

        `leaving` are ids that are about to be removed; `anew` writes it although its words are known.
        """
        old = self.record(article.id)
        record = record_of(article)
        record = replace(
            record,
            origin=place.origin,
            file=place.file,
            digest=place.digest,
            size=place.size,
            modified=place.modified,
        )
        if old is not None and not anew and old.header.get("content") == record.header["content"]:
            kept = {key: old.header[key] for key in ("repeats",) if key in old.header}
            same = replace(record, header={**record.header, **kept}, same_as=old.same_as)
            if same != old:
                self._touch(same)
            return FileStatus.UNCHANGED
        if old is not None and self._replaced and (before := self._before(record)):
            self._replaced(before, article)
        released = self._release(old, leaving) if old is not None else []
        original = original_of(article, self._same_story(record.story, leaving | {article.id}))
        if original is not None and not takes_over(article, original):
            self._link(original.id, record)
            self._enter(replace(record, same_as=original.id), None, "")
            status = FileStatus.DUPLICATE
        else:
            if original is not None:
                record = self._take_over(record, original)
            # A repair leaves no content hash: vectors of what was damaged are not trusted either.
            own = article.id if old is not None and old.header.get("content") else ""
            self._enter(record, article, like or own)
            status = FileStatus.CHANGED if old is not None and not anew else FileStatus.ADDED
        for repeating in released:
            self._place_again(repeating, like=article.id, leaving=leaving)
        if self.waiting >= BATCH_PARAGRAPHS:
            self.flush()
        return status

    def move(self, article: Article, place: Record, old_id: str) -> None:
        """Write an article whose file has a new path in place of the one with its old id."""
        old = self.record(old_id)
        self.put(article, place, like=old_id, leaving=frozenset({old_id}), anew=True)
        new = self._batch[article.id].record if article.id in self._batch else None
        if old is not None and new is not None and new.same_as is None:
            for repeating in repeated_by(old):
                known = self.record(repeating)
                if known is not None and known.same_as == old_id:
                    self._touch(replace(known, same_as=article.id))
                    self._link(article.id, known)
            self._touch(replace(old, header={**old.header, "repeats": {}}))
        self.drop([old_id])

    def touch(self, record: Record) -> None:
        """Replace a record whose article is the same as before."""
        self._touch(record)

    def drop(self, ids: Iterable[str]) -> int:
        """Remove articles with the next batch; a story kept once for several outlets stays with the next of them.

        How many there were.
        """
        ids = list(ids)
        leaving = frozenset(ids)
        gone = 0
        for article_id in ids:
            record = self.record(article_id)
            if record is None:
                continue
            gone += 1
            for repeating in self._release(record, leaving):
                if repeating not in leaving:
                    self._place_again(repeating, like=article_id, leaving=leaving)
        for article_id in ids:
            self._batch.pop(article_id, None)
            self._touched.pop(article_id, None)
            self._departing[article_id] = None
        if len(self._departing) >= BATCH_PARAGRAPHS:
            self.flush()
        return gone

    @property
    def waiting(self) -> int:
        """How many paragraphs wait to be written."""
        return sum(len(entry.article.paragraphs) if entry.article else 1 for entry in self._batch.values())

    def after(self, told: Callable[[], None]) -> None:
        """Call this once everything put so far is durable."""
        if self._batch or self._touched or self._departing:
            self._afterwards.append(told)
        else:
            told()

    def flush(self) -> None:
        """Write what waits, durably and visible as a whole."""
        if self._touched:
            self._store.touch(list(self._touched.values()))
            self._touched.clear()
        if self._batch:
            entries = list(self._batch.values())
            self._store.replace(list(zip((e.record for e in entries), self._embedded(entries), strict=True)))
            self._batch.clear()
        if self._departing:
            self._store.remove(list(self._departing))
            self._departing.clear()
        told, self._afterwards = self._afterwards, []
        for tell in told:
            tell()

    def _enter(self, record: Record, article: Article | None, like: str) -> None:
        self._touched.pop(record.id, None)
        self._departing.pop(record.id, None)
        self._batch[record.id] = _Entry(record, article, like)

    def _touch(self, record: Record) -> None:
        entry = self._batch.get(record.id)
        if entry is not None:
            entry.record = record
        else:
            self._touched[record.id] = record

    def _embedded(self, entries: Iterable[_Entry]) -> list[list[TextNode]]:
        """The nodes of each entry with their vectors; words that were embedded before are not again."""
        found = [nodes_of(entry.article) if entry.article else [] for entry in entries]
        missing: list[TextNode] = []
        for entry, nodes in zip(entries, found, strict=True):
            known = self._vectors(entry.like) if nodes else {}
            for node in nodes:
                node.embedding = known.get(embedded_text(node))
                if node.embedding is None:
                    missing.append(node)
        # Texts of a length together: a batch is padded to its longest.
        missing.sort(key=lambda node: len(node.text))
        vectors = self._embedder.get_text_embedding_batch([embedded_text(node) for node in missing])
        for node, vector in zip(missing, vectors, strict=True):
            node.embedding = vector
        return found

    def _vectors(self, article_id: str) -> dict[str, list[float]]:
        nodes = self._store.nodes_of(article_id) if article_id else []
        if not nodes:
            return {}
        vectors = self._store.vectors_of(article_id)
        return {embedded_text(node): vector for node, vector in zip(nodes, vectors, strict=True)}

    def _before(self, record: Record) -> Article | None:
        """The article of this id that is stored, where it says something else; None too where it is damaged."""
        stored = self._store.record(record.id)
        if stored is None or stored.header.get("content") in (None, "", record.header["content"]):
            return None
        # Of a repeated story the paragraphs are kept under another article's id.
        kept = stored.same_as or stored.id
        nodes = self._store.nodes_of(kept)
        return with_id(article_of(replace(stored, id=kept), nodes), stored.id) if nodes else None

    # The same story

    def _take_over(self, record: Record, original: Record) -> Record:
        """`record` keeps the story instead of `original`, and what repeated that."""
        outlets = {**original.header.get("repeats", {}), original.id: _outlet(original)}
        for repeating in repeated_by(original):
            known = self.record(repeating)
            if known is not None:
                self._touch(replace(known, same_as=record.id))
        header = {key: value for key, value in original.header.items() if key != "repeats"}
        self._enter(replace(original, header=header, same_as=record.id), None, "")
        return replace(record, header={**record.header, "repeats": outlets})

    def _same_story(self, story: str, without: frozenset[str]) -> list[Record]:
        """The records that will keep this story once the batch is written."""
        if not story or not self._each_once:
            return []
        ids = [record.id for record in self._store.same_story(story)]
        ids += [key for key, entry in self._batch.items() if entry.record.story == story]
        found = (self.record(key) for key in dict.fromkeys(ids) if key not in without)
        return [record for record in found if record and record.story == story and record.same_as is None]

    def _link(self, original_id: str, record: Record) -> None:
        original = self.record(original_id)
        if original is not None:
            outlets = {**original.header.get("repeats", {}), record.id: _outlet(record)}
            self._touch(replace(original, header={**original.header, "repeats": outlets}))

    def _release(self, record: Record, leaving: frozenset[str]) -> list[str]:
        """Undo the ties of an article that changes or goes: the ids that repeated it."""
        if record.same_as is not None and record.same_as not in leaving:
            original = self.record(record.same_as)
            if original is not None and record.id in original.header.get("repeats", {}):
                outlets = {key: value for key, value in original.header["repeats"].items() if key != record.id}
                self._touch(replace(original, header={**original.header, "repeats": outlets}))
        return [key for key in repeated_by(record) if key not in leaving]

    def _place_again(self, article_id: str, like: str, leaving: frozenset[str]) -> None:
        record = self.record(article_id)
        if record is None:
            return
        article = self._reread(record)
        if article is None:
            # Its file will be read as a new one at the next update, if it is there.
            self.drop([article_id])
            self.lost = True
            return
        free = replace(record, same_as=None, header={**record.header, "repeats": {}})
        self._touch(free)
        self.put(article, record, like=like, leaving=leaving, anew=True)


def _outlet(record: Record) -> list[str | None]:
    return [record.header.get("source"), record.header.get("published")]
