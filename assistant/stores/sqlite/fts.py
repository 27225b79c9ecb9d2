"""Full-text search (BM25, Robertson & Zaragoza 2009) by SQLite's FTS5, bounded in time.

FTS5 takes about a microsecond to score a paragraph for each word of the question that it holds, and
common words are in most paragraphs. So in a large index the rarest words choose the candidates, and
the best of those are scored anew by more words: to pass a paragraph over takes a sixth of the time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from assistant.stores.analyzer import FTS5_TOKENIZER, MOST_WORDS, asked, indexed
from assistant.stores.quantize import Rows
from assistant.stores.sqlite.connection import SqliteFile

WORDS_SCHEMA = f"CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, heading, tokenize = '{FTS5_TOKENIZER}')"
# Paragraphs scored for the rarest words, in a large index one more for so many that it has. With these and
# `_CANDIDATES` 97 % of the five best are found (docs/scale.md).
_VISITS = 8_000
_SHARE_OF_VISITS = 60
# So many times as many are looked at where only candidates are scored: most are passed over.
_CHEAPER = 4
# Paragraphs that the rarest words choose.
_CANDIDATES = 200
# Words whose paragraphs were counted.
_COUNTS_KEPT = 100_000


class WordSearch:
    """The paragraphs that hold a question's words."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._counts: dict[str, int] = {}
        self._counted_at = 0

    def add(self, connection: sqlite3.Connection, row: int, text: str, heading: str) -> None:
        """Add a paragraph, in the caller's transaction."""
        connection.execute(
            "INSERT INTO words (rowid, text, heading) VALUES (?,?,?)", (row, indexed(text), indexed(heading))
        )

    def remove(self, connection: sqlite3.Connection, rows: Iterable[int]) -> None:
        """Remove paragraphs, in the caller's transaction."""
        connection.executemany("DELETE FROM words WHERE rowid = ?", ((row,) for row in rows))

    def best(self, question: str, depth: int, paragraphs: int, rows: Rows | None = None) -> dict[int, float]:
        """The `depth` rows with the highest BM25 score, best first, among `rows` (ascending) where given.

        `paragraphs` is how many the store holds. Raises `IndexStoreError`.
        """
        words = asked(question)[:MOST_WORDS]
        if rows is not None and not len(rows):
            return {}
        if paragraphs <= _VISITS:
            return self._ranked(words, depth, among=rows)
        visits = _VISITS + paragraphs // _SHARE_OF_VISITS
        counts = {word: self._count(word, paragraphs, _CHEAPER * visits) for word in words}
        telling = _within(counts, _CHEAPER * visits)
        if rows is not None and len(rows) <= _CANDIDATES:
            return self._ranked(telling, depth, listed=rows.tolist())
        rare = _within(counts, visits)
        if len(rare) == len(words):
            return self._ranked(words, depth, among=rows)
        if not rare:
            # Nothing but words that are everywhere: the newest paragraphs stand for all.
            newest = self._file.read("SELECT max(row) FROM paragraphs")[0][0] - visits
            return self._ranked(words, depth, among=rows, after=newest)
        candidates = self._ranked(rare, max(depth, _CANDIDATES), among=rows)
        return self._ranked(telling, depth, listed=list(candidates)) if candidates else {}

    def holding(self, text: str) -> list[int]:
        """The rows whose text, not only its heading, has every word; all rows where there is no word."""
        words = asked(text)
        if not words:
            return [row for (row,) in self._file.read("SELECT row FROM paragraphs")]
        found = self._file.read("SELECT rowid FROM words WHERE words MATCH ?", (f"text : ({' AND '.join(words)})",))
        return [row for (row,) in found]

    def _ranked(
        self,
        words: Sequence[str],
        depth: int,
        *,
        listed: Sequence[int] | None = None,
        among: Rows | None = None,
        after: int = 0,
    ) -> dict[int, float]:
        if not words:
            return {}
        condition = "words MATCH ?"
        if listed is not None:
            # The plus keeps SQLite from asking FTS5 once for each row.
            condition += f" AND +rowid IN ({','.join(map(str, listed))})"
        elif among is not None:
            # A table of the allowed rows inside SQLite takes several times as long as a look at a byte.
            allowed = np.zeros(int(among[-1]) + 1, dtype=np.uint8)
            allowed[among] = 1
            self._file.connection.create_function("is_allowed", 1, allowed.tobytes().__getitem__)
            condition += f" AND rowid BETWEEN {among[0]} AND {among[-1]} AND is_allowed(rowid)"
        if after > 0:
            condition += f" AND rowid > {after}"
        found = self._file.read(
            f"SELECT rowid, -bm25(words) AS score FROM words WHERE {condition} ORDER BY score DESC, rowid LIMIT ?",
            (" OR ".join(words), depth),
        )
        return {row: float(score) for row, score in found}

    def _count(self, word: str, paragraphs: int, enough: int) -> int:
        """In how many paragraphs the word is, counted no further than matters, and not anew for every question."""
        if abs(paragraphs - self._counted_at) > self._counted_at // 20 or len(self._counts) > _COUNTS_KEPT:
            self._counts, self._counted_at = {}, paragraphs
        count = self._counts.get(word)
        if count is None:
            sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
            count = int(self._file.read(sql, (word, enough + 1))[0][0])
            self._counts[word] = count
        return count


def _within(counts: dict[str, int], visits: int) -> list[str]:
    """The rarest words that together are in no more than `visits` paragraphs, in the question's order."""
    chosen = set()
    for word in sorted(counts, key=lambda word: counts[word]):
        visits -= counts[word]
        if visits < 0:
            break
        chosen.add(word)
    return [word for word in counts if word in chosen]
