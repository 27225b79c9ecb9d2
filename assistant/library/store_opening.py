"""Opener of an index's store: opened where it is of this format, made anew where it is older or damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import IndexStoreError
from assistant.library.lock import WriterLock
from assistant.library.renumbered import set_aside
from assistant.stores.base import Store
from assistant.stores.sqlite.store import SqliteStore
from assistant.util.redact import redact_address

# To be raised where an index that was written before could not be read: another schema (`assistant/stores/`), other
# fields of an article, another cutting of paragraphs.
FORMAT = "5"
_UNFINISHED = "unfinished"


class StoreOpener:
    """Opens the SQLite file `path`, or the store of a server.

    Of its format are the vectors of one embedding model. `has_sources`: what is begun empty is to be filled from them.
    """

    def __init__(self, path: Path, model_name: str, lock: WriterLock, has_sources: Callable[[], bool]) -> None:
        self._path = path
        self._format = f"{FORMAT}/{model_name}"
        self._lock = lock
        self._has_sources = has_sources

    def open(self) -> Store:
        """The store in the file, or an empty one. Raises `IndexStoreError`."""
        return self._open_existing() or self._open_locked()

    def connect(self, address: str) -> Store:
        """The store of a server. Raises `IndexStoreError`."""
        from assistant.stores.milvus.store import MilvusStore

        store: Store = MilvusStore(address)
        stored = store.note("format")
        if stored is None:
            stored = self._format
            store.set_note("format", stored)
        if stored != self._format:
            store.close()
            raise IndexStoreError(
                f"index {redact_address(address)}: was made by another version ({stored}; this one is {self._format}); "
                "name another collection in the address and index into that"
            )
        return store

    def _open_existing(self) -> Store | None:
        """The store where it is there and of this format: a reader need not wait for a writer."""
        if not self._path.is_file():
            return None
        try:
            store = SqliteStore(self._path, create=False)
            stored = store.note("format")
        except IndexStoreError:
            return None
        if stored == self._format:
            return store
        store.close()
        return None

    def _open_locked(self) -> Store:
        with self._lock.held():
            try:
                store = SqliteStore(self._path)
                stored = store.note("format") or self._begin(store)
            except IndexStoreError as error:
                if not _is_damage(error):
                    raise
                return self.anew()
            if stored == self._format:
                return store
            store.close()
            set_aside(self._path)
            return self.anew()

    def anew(self) -> Store:
        """The index is derived from the articles: one that is damaged or older is made anew, empty."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        store = SqliteStore(self._path)
        self._begin(store)
        return store

    def _begin(self, store: Store) -> str:
        if self._has_sources():
            set_unfinished(store, True)
        store.set_note("format", self._format)
        return self._format


def is_unfinished(store: Store) -> bool:
    """Whether the index was begun and its sources have not all been read into it since."""
    return store.note(_UNFINISHED) == "yes"


def set_unfinished(store: Store, unfinished: bool) -> None:
    """Keep that in the index. Raises `IndexStoreError`."""
    store.set_note(_UNFINISHED, "yes" if unfinished else "no")


def _is_damage(error: IndexStoreError) -> bool:
    return any(sign in str(error) for sign in ("not a database", "malformed", "no such column", "no such table"))
