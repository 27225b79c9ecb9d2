"""The index of one folder of articles: kept up to date with its files, opened when asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import TextNode

from assistant.articles.folder import ArticleFile, Problem
from assistant.dates import in_words
from assistant.errors import ArticleError, IndexStoreError
from assistant.schema import Article, Paragraph
from assistant.stores.sqlite import SqliteStore

FORMAT = "3"
_BATCH_PARAGRAPHS = 128
_WRITER_PATIENCE_S = 600

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class UpdateReport:
    """What an update did. `problems` are one-line messages about files that could not be read."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)


def index_path(home: Path, folder: Path) -> Path:
    """Where the index of `folder` lies below `home`."""
    resolved = folder.resolve()
    key = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return home / "indexes" / f"{resolved.name or 'root'}-{key}.sqlite3"


@dataclass(frozen=True, slots=True)
class _Entry:
    """An article to be written, with its file's fingerprint where it has a file."""

    article: Article
    digest: str = ""
    size: int = 0
    modified: int = 0


class ArticleIndex:
    """Articles of one folder in one store file."""

    def __init__(self, path: Path, embedder: BaseEmbedding) -> None:
        self.path = path
        self.embedder = embedder
        self._lock = FileLock(f"{path}.lock", timeout=_WRITER_PATIENCE_S)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.store = self._open_existing() or self._open_locked()
        except Timeout as error:
            raise IndexStoreError(f"index {path}: another process is still writing; try again later") from error
        except OSError as error:
            raise IndexStoreError(
                f"index folder {path.parent}: {error.strerror}; set ASSISTANT_HOME to a folder you may write to"
            ) from error

    def update(self, files: list[ArticleFile], progress: Progress | None = None) -> UpdateReport:
        """Bring the index in step with these files; only what changed is read again.

        A file that cannot be read is reported and leaves the index as it was. Raises
        `IndexStoreError` when the index cannot be written.
        """
        if self._in_step(files):
            return UpdateReport(unchanged=len(files))
        try:
            with self._lock:
                return self._update(files, progress or (lambda _done, _total: None))
        except Timeout as error:
            raise IndexStoreError(f"index {self.path}: another process is still writing; try again later") from error

    def articles(self) -> list[Article]:
        """Every indexed article with its paragraphs, oldest first, undated last."""
        with self.store.snapshot():
            return list(self._articles())

    def is_empty(self) -> bool:
        """True when no article is indexed."""
        return not self.store.read("SELECT 1 FROM articles LIMIT 1")

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _open_existing(self) -> SqliteStore | None:
        """The store where it is there and of this format: a reader need not wait for a writer."""
        if not self.path.is_file():
            return None
        try:
            store = SqliteStore(self.path, create=False)
            stored = dict(store.read("SELECT key, value FROM meta"))
        except IndexStoreError:
            return None
        if stored.get("format") == self._format:
            return store
        store.close()
        return None

    def _open_locked(self) -> SqliteStore:
        with self._lock:
            return self._open()

    def _open(self) -> SqliteStore:
        try:
            store = SqliteStore(self.path)
            stored = dict(store.read("SELECT key, value FROM meta"))
        except IndexStoreError as error:
            if not ("not a database" in str(error) or "malformed" in str(error) or "no such column" in str(error)):
                raise
            return self._start_again()
        if stored.get("format", self._format) != self._format:
            store.close()
            return self._start_again()
        with store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (self._format,))
        return store

    def _start_again(self) -> SqliteStore:
        """The index is derived from the articles: one that is damaged or older is made anew."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        return self._open()

    @property
    def _format(self) -> str:
        return f"{FORMAT}/{self.embedder.model_name}"

    def _in_step(self, files: Iterable[ArticleFile]) -> bool:
        known = {row[0]: row[1:] for row in self.store.read("SELECT id, size, modified FROM articles")}
        return known == {file.id: (file.size, file.modified) for file in files}

    def _update(self, files: list[ArticleFile], progress: Progress) -> UpdateReport:
        report = UpdateReport()
        known = {row[0]: row[1:] for row in self.store.read("SELECT id, hash, size, modified FROM articles")}
        gone = set(known) - {file.id for file in files}
        self._remove(gone)
        report.removed = len(gone)
        batch: list[_Entry] = []
        for done, file in enumerate(files):
            progress(done, len(files))
            stored = known.get(file.id)
            if stored and stored[1:] == (file.size, file.modified):
                report.unchanged += 1
                continue
            try:
                digest = file.digest()
                if stored and stored[0] == digest:
                    self._touch(file)
                    report.unchanged += 1
                    continue
                read = list(file.articles())
            except ArticleError as error:
                report.problems.append(str(error))
                continue
            report.problems.extend(found.message for found in read if isinstance(found, Problem))
            batch.extend(
                _Entry(found, digest, file.size, file.modified) for found in read if isinstance(found, Article)
            )
            report.changed += bool(stored)
            report.added += not stored
            if _size(batch) >= _BATCH_PARAGRAPHS:
                self._write(batch)
                batch = []
        self._write(batch)
        progress(len(files), len(files))
        return report

    def add(self, articles: Sequence[Article], progress: Progress | None = None) -> None:
        """Index articles that did not come from files, in place of any with their ids.

        Raises `IndexStoreError`.
        """
        with self._lock:
            batch: list[_Entry] = []
            for done, article in enumerate(articles, start=1):
                batch.append(_Entry(article))
                if _size(batch) >= _BATCH_PARAGRAPHS or done == len(articles):
                    self._write(batch)
                    batch = []
                    if progress:
                        progress(done, len(articles))

    def _remove(self, ids: Iterable[str]) -> None:
        with self.store.transaction() as connection:
            for article_id in ids:
                self.store.delete(article_id)
                connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))

    def _touch(self, file: ArticleFile) -> None:
        with self.store.transaction() as connection:
            connection.execute(
                "UPDATE articles SET size = ?, modified = ? WHERE id = ?", (file.size, file.modified, file.id)
            )

    def _write(self, batch: list[_Entry]) -> None:
        nodes = [to_node(entry.article, paragraph) for entry in batch for paragraph in entry.article.paragraphs]
        vectors = self.embedder.get_text_embedding_batch([embedded_text(node) for node in nodes])
        for node, vector in zip(nodes, vectors, strict=True):
            node.embedding = vector
        with self.store.transaction() as connection:
            for entry in batch:
                article = entry.article
                self.store.delete(article.id)
                header = {"title": article.title, "source": article.source, "via": article.via}
                header |= {"author": article.author, "language": article.language}
                header |= {"path": article.path, "url": article.url, "published": _iso(article)}
                connection.execute(
                    "INSERT OR REPLACE INTO articles VALUES (?,?,?,?,?)",
                    (article.id, entry.digest, entry.size, entry.modified, json.dumps(header, ensure_ascii=False)),
                )
            self.store.add(nodes)

    def _articles(self) -> Iterator[Article]:
        paragraphs: dict[str, list[Paragraph]] = {}
        for article_id, node_id, text, metadata in self.store.read(
            "SELECT article_id, id, text, metadata FROM paragraphs ORDER BY row"
        ):
            paragraphs.setdefault(article_id, []).append(to_paragraph(node_id, text, json.loads(metadata)))
        rows = self.store.read(
            "SELECT id, header FROM articles ORDER BY header ->> 'published' IS NULL, header ->> 'published', id"
        )
        for article_id, header in rows:
            fields = json.loads(header)
            published = fields.pop("published")
            yield Article(
                id=article_id,
                published=date.fromisoformat(published) if published else None,
                paragraphs=tuple(paragraphs.get(article_id, ())),
                **fields,
            )


def _size(batch: list[_Entry]) -> int:
    return sum(len(entry.article.paragraphs) for entry in batch)


def to_node(article: Article, paragraph: Paragraph) -> TextNode:
    """A paragraph as llama-index keeps it; `heading` is what places it: title, outlet, date."""
    outlet = " ".join(filter(None, (article.source, article.via)))
    day = f"{in_words(article.published)} {_iso(article)}" if article.published else ""
    return TextNode(
        id_=paragraph.id,
        text=paragraph.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "via": article.via,
            "published": _iso(article),
            "heading": " · ".join(filter(None, (article.title, outlet, day))),
            "number": paragraph.number,
            "offset": paragraph.offset,
            "dateline": paragraph.dateline,
            "speaker": paragraph.speaker,
        },
    )


def to_paragraph(node_id: str, text: str, metadata: Mapping[str, Any]) -> Paragraph:
    """The inverse of `to_node`, for the paragraph alone."""
    placed = (metadata["offset"], metadata["dateline"], metadata["speaker"])
    return Paragraph(node_id, metadata["number"], text, *placed)


def embedded_text(node: TextNode) -> str:
    """What the embedding model reads of a paragraph: its words first, then what places it."""
    return f"{node.text}\n{node.metadata['heading']}"


def _iso(article: Article) -> str | None:
    return article.published.isoformat() if article.published else None
