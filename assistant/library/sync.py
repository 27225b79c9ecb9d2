"""Incremental synchronisation of an index with the files of its sources: only what changed is read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from llama_index.core.embeddings import BaseEmbedding

from assistant.errors import ArticleError
from assistant.library.batch_writer import BatchWriter, Replaced
from assistant.library.file_reading import FileReading, FormerFile
from assistant.library.mapping import with_id
from assistant.library.report import FileOutcome, FileStatus, SyncReporter, Told, UpdateReport, describe
from assistant.library.sources import Excluded, Source, SourceFile
from assistant.library.sync_state import FileState, PartialFiles, SyncCache, known_files
from assistant.schema.articles import Article
from assistant.stores.base import Record, Store
from assistant.util.progress import Progress


class Update:
    """One run over sources; `report` grows as it goes.

    `sources` are all that the library has, by origin; `excluded` what was removed from it and stays
    away. `thorough` compares contents even where size and time are as before.
    """

    def __init__(
        self,
        store: Store,
        embedder: BaseEmbedding,
        sources: Mapping[str, Source],
        excluded: dict[str, Excluded],
        *,
        told: Told | None = None,
        thorough: bool = False,
        cache: SyncCache | None = None,
        replaced: Replaced | None = None,
    ) -> None:
        """`replaced` as in `BatchWriter`."""
        self.report = UpdateReport()
        self._outcomes = SyncReporter(self.report, told)
        self.exclusions_changed = False
        self._store = store
        self._sources = sources
        self._excluded = excluded
        self._thorough = thorough
        self._files: dict[str, dict[str, SourceFile]] = {}
        self._cache = cache or SyncCache()
        self._cache.open(store)
        self._writer = BatchWriter(store, embedder, self._reread, replaced=replaced)

    def end(self) -> None:
        """All sources are done: what is known now serves the next update of this process."""
        if not self._writer.lost:
            self._cache.close(self._store)

    def run(self, source: Source, files: Sequence[SourceFile], progress: Progress | None = None) -> None:
        """Bring one source in step with its files. Raises `IndexStoreError`."""
        try:
            self._run(source, files, progress)
        finally:
            # Whatever happened, nobody is left looking at half a bar.
            if progress:
                progress(len(files), len(files))

    def _run(self, source: Source, files: Sequence[SourceFile], progress: Progress | None) -> None:
        origin = source.origin
        ledger = PartialFiles(self._store, origin)
        known = self._cache.known.pop(origin, None) or known_files(self._store, origin, ledger.entries)
        self._now: dict[str, FileState] = {}
        self._files[origin] = {str(source_file.file.id): source_file for source_file in files}
        gone = {key: entry for key, entry in known.items() if key not in self._files[origin]}
        moved = {entry.digest: key for key, entry in gone.items() if entry.ids and entry.digest}
        absent = self._absent_exclusions(origin)
        for done, source_file in enumerate(files):
            if progress:
                progress(done, len(files))
            key = str(source_file.file.id)
            entry = known.get(key)
            if entry and entry.settled and not self._thorough and entry.looks_like(source_file):
                self._now[key] = entry
                self._unchanged(entry, source_file)
                continue
            try:
                digest = source_file.digest()
            except ArticleError as error:
                if entry:
                    self._now[key] = entry
                self._outcomes.failed(source_file, [str(error)])
                continue
            if entry and entry.digest == digest and source_file.url in (None, entry.url):
                self._same(ledger, source_file, entry)
                continue
            if entry is None and digest in absent:
                # What was removed stays away when its file is moved.
                self._excluded[key] = replace(self._excluded.pop(absent.pop(digest)), file=key)
                self.exclusions_changed = True
            former = moved.pop(digest, None) if entry is None else None
            before = FormerFile(former, gone.pop(former)) if former is not None else None
            self._read(ledger, source, FileReading(source_file, digest, entry, before))
        self._gone(ledger, gone)
        self._writer.flush()
        ledger.save()
        self._cache.known[origin] = self._now

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles; how many there were."""
        removed = self._writer.drop(ids)
        self._writer.flush()
        self.report.removed += removed
        return removed

    def _unchanged(self, entry: FileState, source_file: SourceFile) -> None:
        self.report.unchanged += len(entry.ids)
        self.report.problems += entry.problems
        status = FileStatus.FAILED if entry.problems and not entry.ids else FileStatus.UNCHANGED
        self._outcomes.tell(source_file, status, entry.ids, "; ".join(entry.problems))

    def _same(self, ledger: PartialFiles, source_file: SourceFile, entry: FileState) -> None:
        """Written anew with the same content."""
        key = str(source_file.file.id)
        file = source_file.file
        if key in ledger.entries:
            ledger.set(key, [file.size, file.modified, *ledger.entries[key][2:]])
        else:
            for article_id in entry.ids:
                record = self._writer.record(article_id)
                if record is not None and (record.size, record.modified) != (file.size, file.modified):
                    self._writer.touch(replace(record, size=file.size, modified=file.modified))
        self._now[key] = replace(entry, size=file.size, modified=file.modified)
        self._unchanged(entry, source_file)

    def _read(self, ledger: PartialFiles, source: Source, reading: FileReading) -> None:
        self._put_all(source, reading)
        self._drop_what_left(reading)
        self._outcomes.count(reading.statuses)
        self.report.problems += reading.problems
        self._now[reading.key] = reading.state()
        self._writer.after(partial(self._settle, ledger, reading))

    def _put_all(self, source: Source, reading: FileReading) -> None:
        """Write a file's articles as they come; the last one waits until it is known whether it is the only one."""
        place = Record("", {}, origin=source.origin, file=reading.key)
        last: Article | None = None
        for item in self._items(reading.source_file):
            if isinstance(item, str):
                reading.problems.append(item)
                continue
            if last is not None:
                self._put(last, place, reading)
            last = with_id(item, self._free_id(item.id, source, reading.key))
        if last is None:
            return
        reading.any_article = True
        reading.alone = not reading.ids and not reading.problems and last.id not in self._excluded
        if reading.alone:
            file = reading.source_file.file
            reading.url = last.url
            place = replace(place, digest=reading.digest, size=file.size, modified=file.modified)
        self._put(last, place, reading)

    def _put(self, article: Article, place: Record, reading: FileReading) -> None:
        if article.id in self._excluded:
            return
        old = reading.former.id_of(article.id, reading.key) if reading.former else None
        if old is not None:
            self._writer.move(article, place, old)
            self.report.moved += 1
        else:
            reading.statuses.append(self._writer.put(article, place))
        reading.ids.append(article.id)
        if len(reading.summaries) < 2:
            reading.summaries.append(describe(article))

    def _drop_what_left(self, reading: FileReading) -> None:
        """Articles that the file held before and holds no more."""
        before = reading.known.ids if reading.known else []
        if reading.problems and not reading.any_article:
            reading.ids = list(before)  # what was read of it before is kept
        else:
            left = set(reading.ids)
            self.report.removed += self._writer.drop([old for old in before if old not in left])
        if reading.former:
            there = [old for old in reading.former.state.ids if self._writer.record(old) is not None]
            self._writer.drop([old for old in there if old not in reading.ids])

    def _settle(self, ledger: PartialFiles, reading: FileReading) -> None:
        """What was read is stored: note it, and tell."""
        if reading.alone:
            ledger.forget(reading.key)
        else:
            ledger.set(reading.key, reading.entry())
        one_twice = reading.status is FileStatus.DUPLICATE and len(reading.ids) == 1
        message = reading.message(self._repeats(reading.ids) if one_twice else "")
        status = reading.status or (FileStatus.FAILED if reading.problems else FileStatus.UNCHANGED)
        self._outcomes.tell(reading.source_file, status, reading.ids, message)

    def _items(self, source_file: SourceFile) -> Iterator[Article | str]:
        try:
            yield from source_file.articles()
        except ArticleError as error:
            yield str(error)

    def _free_id(self, article_id: str, source: Source, key: str) -> str:
        """The id itself, or, where another file's article has it, with the source's name in front."""
        chosen, number = article_id, 1
        while True:
            record = self._writer.record(chosen)
            if record is None or (record.origin, record.file) == (source.origin, key):
                return chosen
            name = source.name if number == 1 else f"{source.name}-{number}"
            chosen, number = f"{name}/{article_id}", number + 1

    def _gone(self, ledger: PartialFiles, gone: Mapping[str, FileState]) -> None:
        # All at once: a story is not handed on to an article that goes as well.
        self.report.removed += self._writer.drop([key for entry in gone.values() for key in entry.ids])

        def settle() -> None:
            for key, entry in gone.items():
                ledger.forget(key)
                if entry.ids:
                    self._outcomes.say(FileOutcome(key, FileStatus.REMOVED, tuple(entry.ids), ""))

        self._writer.after(settle)

    def _absent_exclusions(self, origin: str) -> dict[str, str]:
        """Removed articles whose files are not where they were: the file's digest → the article's id."""
        listed = self._files[origin]
        return {
            entry.digest: article_id
            for article_id, entry in self._excluded.items()
            if entry.origin == origin and entry.digest and entry.file not in listed
        }

    def _reread(self, record: Record) -> Article | None:
        """An article from its file, under the id it is known by."""
        if record.origin not in self._files:
            source = self._sources.get(record.origin)
            try:
                files, _ = source.files() if source else ([], [])
            except ArticleError:
                files = []
            self._files[record.origin] = {str(found.file.id): found for found in files}
        source_file = self._files[record.origin].get(record.file)
        if source_file is None:
            return None
        for item in self._items(source_file):
            if isinstance(item, Article) and (record.id == item.id or record.id.endswith(f"/{item.id}")):
                return with_id(item, record.id)
        return None

    def _repeats(self, ids: Sequence[str]) -> str:
        record = self._store.record(ids[0])
        return f"the same story as {record.same_as}" if record and record.same_as else ""
