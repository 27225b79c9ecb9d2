"""The library: an index with its sources; articles are added to it, removed from it and brought up to date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import ArticleError, UsageError
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.mapping import copies_of
from assistant.library.report import FileOutcome, FileStatus, Told, UpdateReport
from assistant.library.sources import UPLOADS, Excluded, Source, SourceFile, SourceKind
from assistant.library.sync import Update
from assistant.library.uploads import Upload, discard, keep, keep_bytes, remove_drafts
from assistant.util.progress import Progress

Found = list[tuple[Source, Sequence[SourceFile]]]


@dataclass(frozen=True, slots=True)
class Library:
    """An index with the folder that it mirrors, where there is one."""

    index: ArticleIndex
    mirror: Path | None = None

    @property
    def sources(self) -> list[Source]:
        """Where its articles come from, in the order in which they were named."""
        found = list(self.index.book.sources)
        if self.mirror is not None:
            found = [Source(SourceKind.FOLDER, str(self.mirror), SourceKind.FOLDER)]
        return [*found, self.uploads] if self.index.uploads.is_dir() else found

    @property
    def uploads(self) -> Source:
        """What was uploaded, or came by standard input."""
        return Source(SourceKind.UPLOADS, str(self.index.uploads), UPLOADS)

    def refresh(
        self,
        progress: Progress | None = None,
        told: Told | None = None,
        *,
        thorough: bool = False,
        only: Sequence[Source] | None = None,
    ) -> UpdateReport:
        """Bring all sources, or `only` these, up to date. What cannot be read is in the report's problems.

        Raises `UsageError` when the mirrored folder holds no article, `StorageError`.
        """
        found: Found = []
        problems: list[str] = []
        for source in self.sources if only is None else only:
            try:
                files, bad = self.files(source)
            except ArticleError as error:
                problems.append(str(error))
                continue
            problems += bad
            found.append((source, files))
        report = self.index.update_from(found, progress, told, thorough)
        report.problems[:0] = problems
        if only is None and not problems:
            self.index.filled()
        return report

    def add_paths(self, paths: Sequence[Path], kind: SourceKind = SourceKind.PATH) -> list[Source]:
        """Remember files, folders and zips, or lists of saved pages, as sources: those to update.

        A file that is named comes back if it was removed. Raises `UsageError` for what is not there.
        """
        for path in paths:
            if not path.exists():
                raise UsageError(f"{path} does not exist; name files, folders or zips that do")
        with self.index.writing():
            book = self.index.book
            added: dict[str, Source] = {}
            for path in paths:
                source, taken = book.add(path, kind)
                for narrower in taken:
                    self._drop_source(narrower)
                    added.pop(narrower.origin, None)
                added[source.origin] = source
                if path.is_file():
                    named = {str(file.file.id) for file in self.files(source)[0] if _same(file.file.path, path)}
                    back = [key for key, e in book.excluded.items() if e.origin == source.origin and e.file in named]
                    self._allow(book.excluded, back)
            book.save()
        return list(added.values())

    def add_text(self, content: bytes) -> Source:
        """Keep what came by standard input: one article as text, or JSON lines. Raises `UsageError`."""
        if not content.strip():
            raise UsageError("standard input is empty; pipe an article or JSON lines into: assistant index -")
        suffix = ".jsonl" if _is_json_lines(content) else ".txt"
        keep_bytes(content, f"stdin-{hashlib.sha256(content).hexdigest()[:12]}{suffix}", self.index.uploads)
        return self.uploads

    def add_files(self, paths: Sequence[Path], progress: Progress | None = None) -> UpdateReport:
        """Copy files beside the index and index them; the report tells what became of each.

        Raises `StorageError`.
        """
        with self.index.writing():
            remove_drafts(self.index.uploads)
            kept = keep(paths, self.index.uploads)
            outcomes: dict[str, list[FileOutcome]] = {}

            def told(outcome: FileOutcome) -> None:
                outcomes.setdefault(outcome.path, []).append(outcome)

            report = UpdateReport()
            if any(upload.copy for upload in kept):
                self._bring_back([upload.copy for upload in kept if upload.copy])
                report = self.refresh(progress, told, only=[self.uploads])
            report.outcomes = [_outcome_of(upload, outcomes) for upload in kept]
            report.problems = [outcome.message for outcome in report.outcomes if outcome.status is FileStatus.FAILED]
            for upload, outcome in zip(kept, report.outcomes, strict=True):
                if upload.new and upload.copy and outcome.status is FileStatus.FAILED:
                    discard(upload.copy)
        return report

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles; those of a source stay away until they are restored. How many of these there were.

        Copies of theirs go with them; the same story of another outlet takes the place of the one removed.
        """
        with self.index.writing():
            book = self.index.book
            named = [record for record in map(self.index.store.record, dict.fromkeys(ids)) if record is not None]
            copies = [self.index.store.record(key) for record in named for key in copies_of(record)]
            found = list({record.id: record for record in (*named, *copies) if record is not None}.values())
            # First the note that they are to stay away: what is half done is done again by the next update.
            for record in found:
                book.excluded[record.id] = Excluded(record.origin, record.file, record.digest)
            book.save()
            update = Update(self.index.store, self.index.embedder, self._by_origin(), book.excluded)
            update.remove([record.id for record in found])
            self.index.versions.forget([record.id for record in found])
            for record in found:
                copy = self._only_copy(record.origin, record.file)
                if copy is not None:
                    discard(copy)
                    del book.excluded[record.id]
            book.save()
        return len(named)

    def restore(self, ids: Sequence[str] = ()) -> list[str]:
        """Let removed articles (all, if none is named) come back with the next update: those that will."""
        with self.index.writing():
            book = self.index.book
            back = [key for key in (ids or list(book.excluded)) if key in book.excluded]
            self._allow(book.excluded, back)
            book.save()
        return back

    def forget(self, path: Path) -> int:
        """Remove a source with its articles; the files are left alone. How many articles there were.

        Raises `UsageError` when it is no source.
        """
        with self.index.writing():
            book = self.index.book
            wanted = {str(path), str(path.resolve())}
            source = next((source for source in book.sources if source.path in wanted), None)
            if source is None:
                known = ", ".join(source.path for source in book.sources) or "none"
                raise UsageError(f"{path} is not a source of this library; its sources are: {known}")
            removed = self._drop_source(source)
            book.sources.remove(source)
            book.excluded = {key: e for key, e in book.excluded.items() if e.origin != source.origin}
            book.save()
        return removed

    def files(self, source: Source) -> tuple[Sequence[SourceFile], list[str]]:
        """The files of a source, and problems. Raises `ArticleError` or `UsageError` when it is gone."""
        if source.kind is SourceKind.FOLDER:
            return [SourceFile(file) for file in list_files(Path(source.path))], []
        return source.files()

    def _by_origin(self) -> dict[str, Source]:
        return {source.origin: source for source in self.sources}

    def _drop_source(self, source: Source) -> int:
        ids = [record.id for record in self.index.store.records(source.origin)]
        update = Update(self.index.store, self.index.embedder, self._by_origin(), {})
        self.index.store.set_note(f"files {source.origin}", "{}")
        return update.remove(ids)

    def _allow(self, excluded: dict[str, Excluded], ids: Sequence[str]) -> None:
        for key in ids:
            # What the files of the source hold is read again, and with it what was passed over.
            self.index.store.set_note(f"files {excluded.pop(key).origin}", "{}")

    def _bring_back(self, copies: Sequence[Path]) -> None:
        book = self.index.book
        names = {copy.stem for copy in copies}
        back = [key for key, e in book.excluded.items() if e.origin == UPLOADS and e.file.split("/")[0] in names]
        if back:
            self._allow(book.excluded, back)
            book.save()

    def _only_copy(self, origin: str, file: str) -> Path | None:
        """The upload that held this one article and nothing else."""
        if origin != UPLOADS or any(record.file == file for record in self.index.store.records(UPLOADS)):
            return None
        files = self.files(self.uploads)[0]
        return next((Path(f.file.path) for f in files if str(f.file.id) == file), None)


def _outcome_of(upload: Upload, outcomes: dict[str, list[FileOutcome]]) -> FileOutcome:
    """What became of a given file, under the name that the user knows."""
    given = str(upload.given)
    if upload.copy is None:
        return FileOutcome(given, FileStatus.FAILED, (), upload.problem)
    told = outcomes.get(str(upload.copy), [])
    if not told:
        return FileOutcome(given, FileStatus.FAILED, (), f"{given}: is not of a kind that can be read")
    ids = tuple(key for outcome in told for key in outcome.article_ids)
    message = "; ".join(outcome.message for outcome in told if outcome.message).replace(str(upload.copy), given)
    return replace(told[0], path=given, article_ids=ids, message=message)


def _is_json_lines(content: bytes) -> bool:
    first = content.lstrip().split(b"\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _same(one: Path, other: Path) -> bool:
    return Path(one).resolve() == other.resolve()
