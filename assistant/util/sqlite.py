"""SQLite helpers for files of every kind: transactions, copies, checks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import StorageError


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits what is done inside, or nothing of it. Raises `sqlite3.DatabaseError`."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has rolled it back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def copy_database(source: Path, target: Path) -> None:
    """Copy a file as of one moment, whoever writes it meanwhile, into a new one. Raises `StorageError`."""
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # One file, whatever journal the other one has.
            new.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise StorageError(f"{source}: cannot be copied ({error}); check the file and the disk") from error


def is_sound(path: Path) -> bool:
    """Whether SQLite finds the whole file in order."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def rows_of_both(before: Path, now: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query over two files, the tables of the first of which are named `before.…`.

    Raises `StorageError`.
    """
    try:
        with closing(sqlite3.connect(now, timeout=30)) as connection:
            connection.execute("ATTACH ? AS before", (str(before),))
            return connection.execute(query).fetchall()
    except sqlite3.DatabaseError as error:
        raise StorageError(f"{before}: cannot be compared with {now} ({error})") from error
