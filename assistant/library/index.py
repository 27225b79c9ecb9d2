"""The index of a library: opened as it is, read at once, written by one process at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from llama_index.core.embeddings import BaseEmbedding

from assistant.errors import ArticleError, IndexStoreError
from assistant.ingest.discover import ArticleFile
from assistant.library.batch_writer import BatchWriter
from assistant.library.lock import WriterLock
from assistant.library.mapping import article_of, header_of
from assistant.library.renumbered import what_changed
from assistant.library.report import Told, UpdateReport
from assistant.library.sources import BOOK, UPLOADS, Source, SourceBook, SourceFile, SourceKind
from assistant.library.store_opening import StoreOpener, is_unfinished, set_unfinished
from assistant.library.sync import Update
from assistant.library.sync_state import SyncCache, in_step
from assistant.library.user_data import VERSIONS
from assistant.library.versions import VersionStore
from assistant.schema.answers import CitationState, Cited
from assistant.schema.articles import EVERY_ARTICLE, Article, ArticleFilter, ArticleHeader
from assistant.stores.base import Record, Size, Store
from assistant.util.progress import Progress, Say

_PAGE = 500
_TRIES = 5


class ArticleIndex:
    """The articles of one library in one store.

    The store is the SQLite file `path`, or the server at `address`; beside `path` lies the lock. In the folder `kept`
    (default: beside it too) lie the list of sources, the uploads and the earlier versions of articles: these cannot be
    made anew. `say` is told, in a line, what the caller has to wait for.
    """

    def __init__(
        self,
        path: Path,
        embedder: BaseEmbedding,
        *,
        kept: Path | None = None,
        address: str | None = None,
        versions: int = 0,
        say: Say | None = None,
    ) -> None:
        """Open the index, or make an empty one; of an article at most `versions` earlier ones are kept.

        Raises `IndexStoreError`.
        """
        self.path = path
        self.kept = kept or path.parent
        self.embedder = embedder
        self.versions = VersionStore(self.kept / VERSIONS, versions)
        self._lock = WriterLock(path, say)
        self._cache = SyncCache()
        self._say = say
        try:
            # The articles' text is nobody else's to read.
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise IndexStoreError(
                f"index folder {path.parent}: {error.strerror}; set ASSISTANT_HOME to a folder you may write to"
            ) from error
        self._opener = StoreOpener(path, embedder.model_name, self._lock, lambda: self._has_sources)
        self.store: Store = self._opener.connect(address) if address else self._opener.open()

    @property
    def _has_sources(self) -> bool:
        return bool(self.book.sources) or self.uploads.is_dir()

    @property
    def book(self) -> SourceBook:
        """The sources and what was removed, as they are on the disk now."""
        return SourceBook.load(self.kept / BOOK)

    @property
    def uploads(self) -> Path:
        """The folder that the library's own copies of articles are kept in."""
        return self.kept / UPLOADS

    @property
    def unfinished(self) -> bool:
        """True when the index is to be filled from its sources before it can be relied on."""
        return is_unfinished(self.store)

    # Reading

    def articles(self) -> list[Article]:
        """Every indexed article with its paragraphs, oldest first, undated last, as of one moment."""
        for _ in range(_TRIES):
            generation = self.store.generation()
            found = list(self._articles())
            if self.store.generation() == generation:
                break
        return found

    def article(self, article_id: str) -> Article:
        """One article. Raises `ArticleError` when it is not indexed; a repeated story is given as it is kept."""
        record = self.store.record(article_id)
        if record is not None and record.same_as is not None:
            record = self.store.record(record.same_as)
        article = self._whole(record) if record is not None else None
        if article is None:
            raise ArticleError(f"article {article_id!r} is not in the library; see assistant articles")
        return article

    def headers(self, chosen: ArticleFilter, *, limit: int, offset: int = 0) -> list[ArticleHeader]:
        """Articles as a list shows them, oldest first, undated last."""
        return [header_of(record) for record in self.store.listed(chosen, limit=limit, offset=offset)]

    def all_headers(self, chosen: ArticleFilter) -> Iterator[ArticleHeader]:
        """The same without a limit; memory flat. What others write meanwhile moves none of them."""
        return map(header_of, self._records(chosen))

    def resolve(self, citation: Cited) -> CitationState:
        """Whether a saved citation still stands."""
        try:
            article = self.article(citation.article_id)
        except ArticleError:
            article = None
        return CitationState.of(citation, article)

    def size(self) -> Size:
        """How many articles, paragraphs and characters are indexed."""
        return self.store.size()

    def is_empty(self) -> bool:
        """True when no article is indexed."""
        return self.store.size().articles == 0

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    # Writing

    def holder(self) -> str | None:
        """Which process writes now ("process 123 (since …)"), None where none says so."""
        return self._lock.holder() if self._lock.is_held else None

    @contextmanager
    def writing(self, patience: float | None = None) -> Iterator[None]:
        """Be the only writer; within it, in the same thread, any number of times.

        Raises `IndexStoreError` when another does not finish in time: `patience` seconds, None: ten minutes.
        """
        with self._lock.held(patience):
            yield

    def update(self, files: Sequence[ArticleFile], progress: Progress | None = None) -> UpdateReport:
        """Bring the index in step with the files of the folder it mirrors; only what changed is read again.

        A file that cannot be read is reported and leaves the index as it was. Raises
        `IndexStoreError` when the index cannot be written.
        """
        source = Source(SourceKind.FOLDER, "", SourceKind.FOLDER)
        return self.update_from([(source, [SourceFile(file) for file in files])], progress)

    def update_from(
        self,
        found: Sequence[tuple[Source, Sequence[SourceFile]]],
        progress: Progress | None = None,
        told: Told | None = None,
        thorough: bool = False,
    ) -> UpdateReport:
        """Bring the index in step with these sources and their files. Raises `IndexStoreError`.

        `thorough` compares contents where size and time of a file are as before.
        """
        if told is None and not thorough and (report := self._in_step(found)) is not None:
            return report
        with self.writing():
            book = self.book
            sources = {source.origin: source for source in (*book.sources, *(source for source, _ in found))}
            update = Update(
                self.store,
                self.embedder,
                sources,
                book.excluded,
                told=told,
                thorough=thorough,
                cache=self._cache,
                replaced=self.versions.keep,
            )
            for source, files in found:
                update.run(source, files, progress)
            update.end()
            if update.exclusions_changed:
                book.save()
        return update.report

    def add(self, articles: Sequence[Article], progress: Progress | None = None) -> None:
        """Index articles that did not come from files, in place of any with their ids; each for itself.

        Raises `IndexStoreError`.
        """
        with self.writing():
            writer = BatchWriter(
                self.store, self.embedder, lambda _record: None, each_once=False, replaced=self.versions.keep
            )
            for done, article in enumerate(articles, start=1):
                writer.put(article, Record("", {}))
                if progress:
                    progress(done, len(articles))
            writer.flush()

    def filled(self) -> None:
        """All sources have been read into it: it can be relied on. Says what another version's numbers became."""
        if self.unfinished:
            set_unfinished(self.store, False)
        changed = what_changed(self.path)
        if changed and self._say:
            self._say(changed)

    def start_again(self) -> None:
        """Make the index anew and empty, to be filled from its sources. Raises `IndexStoreError`."""
        with self.writing():
            self.store.close()
            self.store = self._opener.anew()

    def _articles(self) -> Iterator[Article]:
        return filter(None, map(self._whole, self._records(EVERY_ARTICLE)))

    def _records(self, chosen: ArticleFilter) -> Iterator[Record]:
        last: Record | None = None
        while page := self.store.listed(chosen, limit=_PAGE, after=last):
            yield from page
            last = page[-1]

    def _whole(self, record: Record) -> Article | None:
        """The article of a record with the paragraphs of the same moment."""
        now: Record | None = record
        for _ in range(_TRIES):
            if now is None:
                return None
            nodes = self.store.nodes_of(now.id)
            later = self.store.record(now.id)
            if later == now:
                return article_of(now, nodes)
            now = later
        raise IndexStoreError(f"index {self.path}: article {record.id} is being written; try again")

    def _in_step(self, found: Sequence[tuple[Source, Sequence[SourceFile]]]) -> UpdateReport | None:
        total = UpdateReport()
        for source, files in found:
            report = in_step(self.store, source.origin, files)
            if report is None:
                return None
            total.unchanged += report.unchanged
            total.problems += report.problems
        return total
