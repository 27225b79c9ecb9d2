"""Verification and repair of an index against its own records and the files it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.errors import ArticleError, StorageError
from assistant.library.fingerprint import content_hash
from assistant.library.library import Library
from assistant.library.mapping import article_of, repeated_by
from assistant.library.report import Told, UpdateReport
from assistant.library.sources import Source, SourceFile
from assistant.library.sync_state import FileState, PartialFiles, known_files
from assistant.stores.base import Record, Store
from assistant.util.progress import Progress


@dataclass(slots=True)
class Findings:
    """What does not hold: `lines` for people; `damaged` articles and `orphans` without a record;
    `broken` when the store as a whole cannot be read."""

    lines: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    broken: bool = False


def check(library: Library, progress: Progress | None = None) -> Findings:
    """Read the whole index and every file of its sources; nothing is written."""
    found = Findings()
    store = library.index.store
    try:
        for fault in store.faults():
            found.lines.append(fault.message)
            if fault.article_id is None:
                found.broken = True
            elif store.record(fault.article_id) is None:
                found.orphans.append(fault.article_id)
            else:
                found.damaged.append(fault.article_id)
        if not found.broken:
            _check_records(store, found)
            for source in library.sources:
                _check_source(library, source, found, progress)
    except StorageError as error:
        found.lines.append(str(error))
        found.broken = True
    return found


def repair(
    library: Library, found: Findings, progress: Progress | None = None, told: Told | None = None
) -> UpdateReport:
    """Mend what a check found, from the files. Raises `StorageError` when the index cannot be written."""
    index = library.index
    with index.writing():
        if found.broken:
            index.start_again()
        else:
            index.store.remove(found.orphans)
            damaged = [record for key in found.damaged if (record := index.store.record(key)) is not None]
            # Without a fingerprint and a content hash, the file is read and the article written again.
            index.store.touch(
                [replace(r, digest="", size=-1, header={**r.header, "content": "", "repeats": {}}) for r in damaged]
            )
            for origin in {record.origin for record in damaged}:
                index.store.set_note(f"files {origin}", "{}")
        return library.refresh(progress, told, thorough=True)


def _check_records(store: Store, found: Findings) -> None:
    for record in store.records():
        if record.id in found.damaged:
            continue
        fault = _fault_of(store, record)
        if fault:
            found.lines.append(f"article {record.id}: {fault}")
            found.damaged.append(record.id)


def _fault_of(store: Store, record: Record) -> str | None:
    if record.same_as is not None:
        original = store.record(record.same_as)
        if original is None or original.same_as is not None or record.id not in repeated_by(original):
            return f"repeats {record.same_as}, which does not keep its paragraphs"
        return None
    for repeating in repeated_by(record):
        other = store.record(repeating)
        if other is None or other.same_as != record.id:
            return f"says that {repeating} repeats it, which does not"
    if content_hash(article_of(record, store.nodes_of(record.id))) != record.header.get("content"):
        return "its paragraphs are not those that were indexed"
    return None


def _check_source(library: Library, source: Source, found: Findings, progress: Progress | None) -> None:
    store = library.index.store
    try:
        files, problems = library.files(source)
    except ArticleError as error:
        found.lines.append(str(error))
        return
    found.lines += problems
    known = known_files(store, source.origin, PartialFiles(store, source.origin).entries)
    removed = {entry.file for entry in library.index.book.excluded.values() if entry.origin == source.origin}
    for done, source_file in enumerate(files):
        if progress:
            progress(done, len(files))
        entry = known.pop(str(source_file.file.id), None)
        if entry is not None or str(source_file.file.id) not in removed:
            found.lines += _differs(source_file, entry)
    if progress:
        progress(len(files), len(files))
    found.lines += [f"{key}: is gone, its articles are still indexed" for key, entry in known.items() if entry.ids]


def _differs(source_file: SourceFile, entry: FileState | None) -> Iterator[str]:
    path = source_file.file.path
    if entry is None:
        yield f"{path}: is not indexed"
    elif not entry.digest:
        yield f"{path}: was not indexed to its end"
    else:
        try:
            if source_file.digest() != entry.digest:
                yield f"{path}: has changed since it was indexed"
        except ArticleError as error:
            yield str(error)
