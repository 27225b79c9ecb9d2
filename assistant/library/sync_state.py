"""State of a synchronisation: what an index knows of the files it was made from."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.library.report import UpdateReport
from assistant.library.sources import SourceFile
from assistant.stores.base import Store

_SAVE_EVERY_S = 5.0
_MOST_REMEMBERED = 100_000


@dataclass(slots=True)
class FileState:
    """What an index knows of a file: its fingerprint, its articles, what could not be read of it."""

    size: int
    modified: int
    digest: str
    ids: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    url: str | None = None

    @property
    def settled(self) -> bool:
        """True when the file was read to its end."""
        return bool(self.digest)

    def looks_like(self, source_file: SourceFile) -> bool:
        """True when the file has not been written since, as far as size and time tell."""
        file = source_file.file
        return (self.size, self.modified) == (file.size, file.modified) and source_file.url in (None, self.url)


class PartialFiles:
    """The fingerprints of files that hold other than one article: their records alone do not tell
    whether all of the file was read."""

    def __init__(self, store: Store, origin: str) -> None:
        self._store = store
        self._key = f"files {origin}"
        self._saved = time.monotonic()
        self._changed = False
        self.entries: dict[str, list[Any]] = json.loads(store.note(self._key) or "{}")

    def set(self, key: str, entry: list[Any]) -> None:
        """Note a file: size, modified, digest, number of its articles, problems, URL."""
        if self.entries.get(key) != entry:
            self.entries[key] = entry
            self._changed = True
        if time.monotonic() - self._saved > _SAVE_EVERY_S:
            self.save()

    def forget(self, key: str) -> None:
        """Note nothing of a file."""
        self._changed |= self.entries.pop(key, None) is not None

    def save(self) -> None:
        """Write it to the store, if it changed."""
        if self._changed:
            self._store.set_note(self._key, json.dumps(self.entries))
            self._changed = False
        self._saved = time.monotonic()


class SyncCache:
    """What the last update of this process left known, while nobody else has written since: a watched
    archive is then not read from the store for every file that is written."""

    def __init__(self) -> None:
        self._generation: int | None = None
        self.known: dict[str, dict[str, FileState]] = {}

    def open(self, store: Store) -> None:
        """Forget everything if others have written, or the last update did not end."""
        if self._generation is None or self._generation != store.generation():
            self.known = {}
        self._generation = None

    def close(self, store: Store) -> None:
        """All that is remembered is as the store has it now."""
        self.known = {origin: files for origin, files in self.known.items() if len(files) <= _MOST_REMEMBERED}
        self._generation = store.generation()


def known_files(store: Store, origin: str, ledger: Mapping[str, list[Any]]) -> dict[str, FileState]:
    """What is known of the files of an origin, by the id of the file."""
    found: dict[str, FileState] = {}
    for record in store.records(origin):
        known = found.setdefault(record.file, FileState(record.size, record.modified, record.digest))
        known.ids.append(record.id)
        known.url = record.header.get("url")
    for key, (size, modified, digest, count, problems, url) in ledger.items():
        ids = found[key].ids if key in found else []
        if len(ids) == count:
            found[key] = FileState(size, modified, digest, ids, problems, url)
        elif key in found:
            found[key].digest = ""  # it was not read to its end
    return found


def in_step(store: Store, origin: str, files: Sequence[SourceFile]) -> UpdateReport | None:
    """The report of an update that finds nothing to do; None when there is something."""
    known = known_files(store, origin, PartialFiles(store, origin).entries)
    report = UpdateReport()
    for source_file in files:
        entry = known.pop(str(source_file.file.id), None)
        if entry is None or not entry.settled or not entry.looks_like(source_file):
            return None
        report.unchanged += len(entry.ids)
        report.problems += entry.problems
    return None if known else report
