"""Article records of a SQLite store: what it keeps besides the paragraphs."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from assistant.schema.articles import ArticleFilter, iso_day
from assistant.stores.base import Record
from assistant.stores.sqlite.connection import SqliteFile
from assistant.text.unicode import fold

RECORDS_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, header TEXT NOT NULL, origin TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    size INTEGER NOT NULL, modified INTEGER NOT NULL, story TEXT NOT NULL, same_as TEXT,
    published TEXT, source TEXT, searched TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_origin ON records (origin, id);
CREATE INDEX IF NOT EXISTS records_by_story ON records (story) WHERE story != '' AND same_as IS NULL;
CREATE INDEX IF NOT EXISTS records_by_date ON records (published IS NULL, published, id) WHERE same_as IS NULL;
CREATE INDEX IF NOT EXISTS records_by_source ON records (source) WHERE same_as IS NULL;
CREATE INDEX IF NOT EXISTS records_repeated ON records (same_as, source) WHERE same_as IS NOT NULL"""
_COLUMNS = "id, header, origin, file, digest, size, modified, story, same_as"
_PAGE = 1000
_GIVEN = "(SELECT value FROM json_each(?))"


class RecordTable:
    """The table `records`; what changes it happens in the caller's transaction."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def put(self, connection: sqlite3.Connection, record: Record) -> int:
        """Write a record in place of any with its id; by how many the listed articles become more."""
        less = self.forget(connection, record.id)
        header = record.header
        connection.execute(
            f"INSERT INTO records ({_COLUMNS}, published, source, searched) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                record.id,
                json.dumps(dict(header), ensure_ascii=False),
                record.origin,
                record.file,
                record.digest,
                record.size,
                record.modified,
                record.story,
                record.same_as,
                header.get("published"),
                header.get("source"),
                record.searched,
            ),
        )
        return (record.same_as is None) - less

    def forget(self, connection: sqlite3.Connection, article_id: str) -> int:
        """Delete a record; by how many the listed articles become fewer."""
        listed = connection.execute("DELETE FROM records WHERE id = ? AND same_as IS NULL", (article_id,)).rowcount
        connection.execute("DELETE FROM records WHERE id = ?", (article_id,))
        return listed

    def has(self, connection: sqlite3.Connection, article_id: str) -> bool:
        """Whether there is a record of that id."""
        return connection.execute("SELECT 1 FROM records WHERE id = ?", (article_id,)).fetchone() is not None

    def one(self, condition: str, *values: Any) -> Record | None:
        """The first record, by id, for which an SQL condition holds."""
        return next(iter(self._select(f"{condition} ORDER BY id LIMIT 1", values)), None)

    def where(self, condition: str, *values: Any) -> list[Record]:
        """All records, by id, for which an SQL condition holds."""
        return self._select(f"{condition} ORDER BY id", values)

    def all(self, origin: str | None) -> Iterator[Record]:
        """All records, or those of one origin, a page at a time: the caller may write meanwhile."""
        among, values = ("origin = ? AND", [origin]) if origin is not None else ("", [])
        last = ""
        while page := self._select(f"{among} id > ? ORDER BY id LIMIT ?", [*values, last, _PAGE]):
            yield from page
            last = page[-1].id

    def listed(self, chosen: ArticleFilter, limit: int, offset: int, after: Record | None) -> list[Record]:
        """Records by date, oldest first, undated last, then by id, those behind `after`; -1: no limit."""
        condition, values = _listed(chosen)
        if after is not None:
            behind, place = _behind(after)
            condition, values = f"{condition} AND {behind}", [*values, *place]
        return self._select(
            f"{condition} ORDER BY published IS NULL, published, id LIMIT ? OFFSET ?", [*values, limit, offset]
        )

    def count(self, chosen: ArticleFilter) -> int:
        """How many `listed` would return without a limit."""
        condition, values = _listed(chosen)
        return int(self._file.read(f"SELECT count(*) FROM records WHERE {condition}", values)[0][0])

    def ids(self, chosen: ArticleFilter) -> list[str]:
        """The ids under which the paragraphs of the chosen articles are kept, in order."""
        condition, values = _chosen(replace(chosen, ids=None))
        among = ""
        if chosen.ids is not None:
            among = f"{{}} IN (SELECT coalesce(same_as, id) FROM records WHERE id IN {_GIVEN}) AND "
            values = [json.dumps(chosen.ids), *values]
        kept, repeated = (
            f"SELECT {key} FROM records WHERE same_as IS {state} AND {among.format(key)}{condition}"
            for key, state in (("id", "NULL"), ("same_as", "NOT NULL"))
        )
        return [str(key) for (key,) in self._file.read(f"{kept} UNION {repeated} ORDER BY 1", [*values, *values])]

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, the repeated ones too, most first."""
        kept = "SELECT source, count(*) FROM records WHERE same_as IS NULL AND source IS NOT NULL GROUP BY source"
        repeated = (
            "SELECT copy.source, count(DISTINCT kept.id) "
            "FROM records AS copy JOIN records AS kept ON kept.id = copy.same_as "
            "WHERE copy.same_as IS NOT NULL AND copy.source IS NOT NULL AND copy.source IS NOT kept.source GROUP BY 1"
        )
        found = Counter[str]()
        for source, number in self._file.read(f"{kept} UNION ALL {repeated}"):
            found[str(source)] += int(number)
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))

    def months(self) -> list[tuple[str, int]]:
        """Months with their number of articles, oldest first."""
        rows = self._file.read(
            "SELECT substr(published, 1, 7) AS month, count(*) FROM records "
            "WHERE same_as IS NULL AND month IS NOT NULL GROUP BY month ORDER BY month"
        )
        return [(str(month), int(number)) for month, number in rows]

    def _select(self, condition: str, values: Sequence[Any]) -> list[Record]:
        return [
            Record(article_id, json.loads(header), *rest)
            for article_id, header, *rest in self._file.read(
                f"SELECT {_COLUMNS} FROM records WHERE {condition}", values
            )
        ]


def _listed(chosen: ArticleFilter) -> tuple[str, list[Any]]:
    """SQL for what is listed: by words and outlet a story is chosen by its repetitions too."""
    condition, values = _chosen(chosen)
    if not chosen.words and chosen.source is None:
        return f"same_as IS NULL AND {condition}", values
    repeated = f"SELECT same_as FROM records WHERE same_as IS NOT NULL AND {condition}"
    return f"same_as IS NULL AND ({condition} OR id IN ({repeated}))", [*values, *values]


def _behind(record: Record) -> tuple[str, list[Any]]:
    """SQL for what `listed` has behind a record."""
    published = record.header.get("published")
    if published is None:
        # Nothing compares with NULL.
        return "published IS NULL AND id > ?", [record.id]
    return "(published IS NULL, published, id) > (0, ?, ?)", [published, record.id]


def _chosen(chosen: ArticleFilter) -> tuple[str, list[Any]]:
    """SQL for a filter of records: every word is in the title or the outlet."""
    parts: list[str] = []
    values: list[Any] = []
    for word in fold(chosen.words).split():
        parts.append("instr(searched, ?) > 0")
        values.append(word)
    for value, comparison in (
        (chosen.source, "source = ?"),
        (None if chosen.ids is None else json.dumps(chosen.ids), f"id IN {_GIVEN}"),
        (iso_day(chosen.since), "published >= ?"),
        (iso_day(chosen.last), "published <= ?"),
    ):
        if value is not None:
            parts.append(comparison)
            values.append(value)
    return " AND ".join(parts) or "TRUE", values
