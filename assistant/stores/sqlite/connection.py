"""Connections to one SQLite file that several processes and threads share: transactions, errors."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import IndexStoreError
from assistant.util.sqlite import transaction

_PATIENCE_S = 60
_NEXT_GENERATION = """
INSERT INTO meta VALUES ('generation', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"""


class SqliteFile:
    """WAL lets others read while one writes; a commit is on the disk before it returns (synchronous=FULL)."""

    def __init__(self, path: Path, schema: str | None) -> None:
        """Open the file; with a `schema`, create what is missing of it. Raises `IndexStoreError`."""
        self.path = path
        self._local = threading.local()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise IndexStoreError(f"index folder {path.parent} cannot be made ({error.strerror})") from error
        if schema is not None:
            # Whole articles: SQLite gives the files beside it the same mode. Whoever shares a library on purpose
            # gives it another, which is kept. What stands in the way SQLite says, with the remedy.
            with suppress(OSError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if schema is not None and not self._is_made():
            with self.transaction() as connection:
                for statement in schema.split(";\n"):
                    connection.execute(statement)

    def _is_made(self) -> bool:
        """The schema is made in one transaction: where its first table is, it is whole."""
        return self.path.is_file() and bool(self.read("SELECT 1 FROM sqlite_master WHERE name = 'meta'"))

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # It is used by this thread only; the check would forbid another to let go of it last.
            connection = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA temp_store = MEMORY")
            self._local.connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction, rolled back on any error; inside another, part of it. Raises `IndexStoreError`."""
        try:
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            with transaction(connection):
                yield connection
                connection.execute(_NEXT_GENERATION)
        except sqlite3.DatabaseError as error:
            raise self.explain(error) from error
        except UnicodeEncodeError as error:
            raise IndexStoreError(f"index {self.path}: a text holds half a character ({error.reason})") from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Every read inside sees the same state of the file, whatever others write. Raises `IndexStoreError`."""
        connection = getattr(self._local, "connection", None)
        if connection is not None and connection.in_transaction:
            yield
            return
        self.read("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises `IndexStoreError`."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise self.explain(error) from error

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query one by one; the caller does not write meanwhile. Raises `IndexStoreError`."""
        try:
            yield from self.connection.execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise self.explain(error) from error

    def generation(self) -> int:
        """How many write transactions the file has seen."""
        rows = self.read("SELECT value FROM meta WHERE key = 'generation'")
        return int(rows[0][0]) if rows else 0

    def close(self) -> None:
        """Close this thread's connection and let go of the others; whoever reads again opens a new one.

        Another thread may be in the middle of reading: its connection is closed with the last use of it.
        """
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        self._local = threading.local()
        if connection is not None:
            connection.close()

    def unfit(self, problem: str) -> IndexStoreError:
        """An error for content that does not fit what is asked or written."""
        return IndexStoreError(f"index {self.path}: {problem}; delete the file, it is rebuilt from the articles")

    def explain(self, error: sqlite3.DatabaseError) -> IndexStoreError:
        """The same error with the file and a remedy, in one line."""
        text = str(error)
        if "locked" in text:
            remedy = "another process is writing; try again when it has finished"
        elif "readonly" in text or "unable to open" in text:
            remedy = "check the folder's permissions, or set ASSISTANT_HOME to a folder you may write to"
        elif "full" in text or "disk I/O" in text:
            remedy = "free some disk space; what was indexed before is intact"
        elif isinstance(error, sqlite3.OperationalError) and "fts5" in text:
            remedy = "this Python's SQLite lacks FTS5; use a python.org or distribution build"
        else:
            remedy = "delete the file; it is rebuilt from the articles"
        return IndexStoreError(f"index {self.path}: {text}; {remedy}")
