"""Integrity check of a SQLite store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np

from assistant.errors import IndexStoreError
from assistant.stores.base import Fault
from assistant.stores.sqlite.connection import SqliteFile

_CHECKS = (
    (
        "SELECT article_id, count(*) FROM paragraphs WHERE article_id NOT IN (SELECT id FROM records) GROUP BY 1",
        "article {}: {} paragraphs without a record",
    ),
    (
        "SELECT r.id, count(p.row) || ' of ' || (r.header ->> 'paragraphs') FROM records r "
        "LEFT JOIN paragraphs p ON p.article_id = r.id "
        "WHERE r.same_as IS NULL GROUP BY r.id HAVING count(p.row) != r.header ->> 'paragraphs'",
        "article {}: {} paragraphs are stored",
    ),
    (
        "SELECT article_id, length(vector) FROM paragraphs "
        "WHERE length(vector) != 4 * (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'dimensions') GROUP BY 1",
        "article {}: a vector is {} bytes long",
    ),
    (
        "SELECT article_id, count(*) FROM paragraphs WHERE row NOT IN (SELECT id FROM words_docsize) GROUP BY 1",
        "article {}: {} paragraphs are not known to word search",
    ),
)


def faults(file: SqliteFile) -> Iterator[Fault]:
    """SQLite's own check, then ours; the first damage of the file itself ends the list."""
    try:
        for (message,) in file.read("PRAGMA integrity_check(20)"):
            if message != "ok":
                yield Fault(f"index {file.path}: {' '.join(message.split())}")
                return
        for sql, message in _CHECKS:
            for article_id, detail in file.read(sql):
                yield Fault(message.format(article_id, detail), article_id)
        for article_id, vector in file.stream("SELECT article_id, vector FROM paragraphs"):
            if len(vector) % 4 == 0 and not np.isfinite(np.frombuffer(vector, dtype=np.float32)).all():
                yield Fault(f"article {article_id}: a vector is not finite", article_id)
    except IndexStoreError as error:
        if not isinstance(error.__cause__, sqlite3.DatabaseError) or "locked" in str(error):
            raise
        yield Fault(str(error))
