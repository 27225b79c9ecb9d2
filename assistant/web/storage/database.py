"""Base of the stores of people's work: one SQLite file, opened with care, never deleted, never half-written.

A rollback journal, not WAL: several connections to a WAL file can damage it up to SQLite 3.51.2
(https://sqlite.org/wal.html#walresetbug), and what is deleted stays readable in the log. `synchronous = FULL` makes
what was acknowledged survive a power cut. A damaged file is moved aside under a dated name and said so. Each store
beside this module has its own tables and `_MIGRATIONS`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import StorageError
from assistant.util.files import keep_private
from assistant.util.sqlite import transaction

Connection = sqlite3.Connection
Row = sqlite3.Row

_APPLICATION = 0x6E657773  # "news"
_BUSY_SECONDS = 30
_BESIDE = ("-journal", "-wal", "-shm")


class Database:
    """A file with a schema of `migrations`: the n-th statements lead from version n to n + 1.

    Threads may share it, each with a connection of its own. `what` names its content in messages.
    """

    def __init__(self, path: Path, what: str, migrations: Sequence[str]) -> None:
        """Open the file, make it where there is none, bring it to the newest version.

        Raises `StorageError`: it cannot be made or read, belongs to another program or a newer
        version, or is damaged (then it was moved aside, and the next try makes a new one).
        """
        self.path = path
        self._what = what
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # What people ask is nobody else's to read; SQLite gives the files beside it the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            for end in ("", *_BESIDE):
                keep_private(path.with_name(path.name + end))
        except OSError as error:
            raise StorageError(
                f"{what} {path}: cannot be opened for writing ({error.strerror}); "
                "check its permissions, or set ASSISTANT_HOME to a folder you may write to"
            ) from error
        try:
            self._migrate(migrations)
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                raise self._moved_aside(error) from error
            raise self._explain(error) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit."""
        made: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if made is None:
            made = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                _prepare(made)
            except BaseException:
                # Kept half prepared, it would delete and write without its guards.
                made.close()
                raise
            self._local.connection = made
        return made

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction, rolled back on any error. Raises `StorageError`."""
        try:
            connection = self.connection
            with transaction(connection):
                yield connection
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query. Raises `StorageError`."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error

    def close(self) -> None:
        """Close this thread's connection; another thread's closes with its thread."""
        made = getattr(self._local, "connection", None)
        if made is not None:
            made.close()
            self._local.connection = None

    def _migrate(self, migrations: Sequence[str]) -> None:
        connection = self.connection
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("database disk image is malformed")
        with transaction(connection):
            version = self._version(len(migrations))
            for migration in migrations[version:]:
                # Not executescript: it commits what came before it.
                for statement in filter(str.strip, migration.split(";\n")):
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {len(migrations)}")

    def _version(self, newest: int) -> int:
        """The file's version. Raises `StorageError` for a file that is not ours to change."""
        (application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != _APPLICATION and (application or version or tables):
            raise StorageError(f"{self._what} {self.path}: is another program's database; move it elsewhere")
        if version > newest:
            raise StorageError(
                f"{self._what} {self.path}: written by a newer version of news-assistant "
                f"(format {version}, this one reads {newest}); upgrade, or set ASSISTANT_HOME to another folder"
            )
        return int(version)

    def _moved_aside(self, error: sqlite3.DatabaseError) -> StorageError:
        self.close()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        try:
            # The log goes along under the name SQLite looks for: with it the file may be mended.
            for end in (*_BESIDE, ""):
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + end).rename(aside.with_name(aside.name + end))
        except OSError as trouble:
            return StorageError(
                f"{self._what} {self.path}: damaged ({error}) and cannot be moved aside ({trouble.strerror}); "
                "move it elsewhere and start again"
            )
        return StorageError(
            f"{self._what} {self.path}: damaged ({error}); it was moved to {aside.name} beside it, nothing is deleted; "
            "start again with a new one, or put a backup in its place"
        )

    def _explain(self, error: sqlite3.DatabaseError) -> StorageError:
        code = _code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            remedy = "another process is writing; try again when it has finished"
        elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            remedy = "check its permissions, or set ASSISTANT_HOME to a folder you may write to"
        elif code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            remedy = "free some disk space and check the disk; what was kept before is intact"
        elif _is_damage(error):
            remedy = "the file is damaged; it is moved aside at the next start, or put a backup in its place"
        else:
            remedy = "start again; where that does not help, move the file elsewhere"
        return StorageError(f"{self._what} {self.path}: {error}; {remedy}")


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What a person deletes is overwritten, not only unlinked.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_mode = TRUNCATE")


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code; 0 for an error of our own."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "malformed" in str(error)
