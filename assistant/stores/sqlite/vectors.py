"""Dense search over the vectors of one SQLite file.

SQLite holds the vectors themselves and is right in every doubt. Beside it lie quantised copies,
one file for each span of row numbers. A row number is never used twice, so a copy once made stays
right; what was removed is listed in the table `removed`, and what was added since a copy was made
is read from SQLite. So a file that is missing, cut or old costs time and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from assistant.stores.filters import ordinal
from assistant.stores.quantize import Floats, Mask, Rows, Segment, nearest
from assistant.stores.sqlite import vector_file
from assistant.stores.sqlite.connection import SqliteFile
from assistant.stores.sqlite.vector_file import Label

_SPAN = 32_768
_UNSAVED = 2_048
_READ_AT_ONCE = 4_096
_COMPARED_EXACTLY = 32


class OvertakenError(Exception):
    """Another thread has already looked at a later state of the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """Vectors of one span; `alive`: which are not removed (None: all); `label`: of the file they are in, if any."""

    segment: Segment
    alive: Mask | None = None
    label: Label | None = None

    @property
    def span(self) -> int:
        """The number of the span."""
        return int(self.segment.rows[0] - 1) // _SPAN

    @property
    def is_mostly_removed(self) -> bool:
        """Whether more is removed than not."""
        return self.alive is not None and 2 * int(np.count_nonzero(self.alive)) < len(self.alive)

    def without(self, gone: Rows) -> Part:
        """The same with these rows (ascending) removed."""
        rows = self.segment.rows
        near = gone[np.searchsorted(gone, rows[0]) : np.searchsorted(gone, rows[-1], side="right")]
        if not len(near):
            return self
        kept = ~np.isin(rows, near, assume_unique=True)
        return replace(self, alive=kept if self.alive is None else kept & self.alive)

    def living(self) -> Segment:
        """What is not removed."""
        return self.segment if self.alive is None else self.segment.only(self.alive)


@dataclass(frozen=True, slots=True)
class View:
    """All vectors of one generation, in the order of their rows."""

    generation: int = -1
    parts: tuple[Part, ...] = ()
    last_row: int = 0
    last_removal: int = 0

    def masks(self, days: tuple[int, int] | None) -> list[Mask | None]:
        """By part, what is not removed and of these days."""
        if days is None:
            return [part.alive for part in self.parts]
        dated = [(part.segment.days >= days[0]) & (part.segment.days <= days[1]) for part in self.parts]
        return [mask if part.alive is None else mask & part.alive for part, mask in zip(self.parts, dated, strict=True)]

    def rows(self, days: tuple[int, int]) -> Rows:
        """The rows of these days."""
        masks = self.masks(days)
        chosen = [part.segment.rows[mask] for part, mask in zip(self.parts, masks, strict=True)]
        return np.concatenate([np.empty(0, dtype=np.int64), *chosen])

    def unsaved(self) -> int:
        """How many vectors are in no file."""
        return sum(len(part.segment.rows) for part in self.parts if part.label is None)


class VectorSearch:
    """The nearest paragraphs; what it has read is kept until the file changes."""

    def __init__(self, file: SqliteFile, folder: Path) -> None:
        """`folder` is where the quantised copies lie; it need not exist nor be writable."""
        self._file = file
        self._folder = folder
        self._lock = threading.Lock()
        self._view = View()
        self._cannot_save = False

    def view(self) -> View:
        """The vectors of the snapshot that this thread is in. Raises `OvertakenError`, `IndexStoreError`."""
        generation = self._file.generation()
        with self._lock:
            if self._view.generation > generation:
                raise OvertakenError
            if self._view.generation < generation:
                self._view = self._follow(self._view if self._view.generation >= 0 else self._open(), generation)
            return self._view

    def nearest(self, view: View, query: Sequence[float], depth: int, days: tuple[int, int] | None) -> dict[int, float]:
        """The `depth` rows with the greatest dot product, best first. Raises `IndexStoreError`."""
        asked = np.asarray(query, dtype=np.float32)
        if not view.parts:
            return {}
        segments = [part.segment for part in view.parts]
        if segments[0].codes.shape[1] != len(asked):
            raise self._file.unfit(f"its vectors have {segments[0].codes.shape[1]} values, not {len(asked)}")
        return self.among(nearest(segments, view.masks(days), asked, depth + _COMPARED_EXACTLY).tolist(), asked, depth)

    def among(self, rows: Sequence[int], query: Sequence[float] | Floats, depth: int) -> dict[int, float]:
        """The same among these rows only, each compared exactly."""
        asked = np.asarray(query, dtype=np.float32)
        found = {
            row: float(vector @ asked)
            for row, vector in self._exact(rows)
            if len(vector) == len(asked) and np.isfinite(vector).all()
        }
        best = sorted(found, key=lambda row: (-found[row], row))[:depth]
        return {row: found[row] for row in best}

    def save(self) -> None:
        """Where much has no quantised copy yet, make one; to be called outside any transaction.

        That this fails is no error: whoever opens the index reads more from SQLite.
        """
        if self._cannot_save:
            return
        try:
            with self._file.snapshot():
                known = self._view
                if known.generation >= 0 and known.unsaved() + self._last_row() - known.last_row < _UNSAVED:
                    return
                view = self.view()
                saved = [part for part in view.parts if part.label is not None]
                if view.unsaved() >= max(_UNSAVED, len(saved[-1].segment.rows) // 4 if saved else 0):
                    self._save(view)
        except OvertakenError:
            return
        except OSError:
            self._cannot_save = True

    def _save(self, view: View) -> None:
        store = self._store()
        parts: list[Part] = []
        for span, group in groupby(view.parts, key=lambda part: part.span):
            some = list(group)
            if all(part.label is not None and not part.is_mostly_removed for part in some):
                parts += some
                continue
            whole = Segment.joined([part.living() for part in some])
            if not len(whole.rows):
                continue
            last_row = min(view.last_row, (span + 1) * _SPAN)
            vector_file.write(self._path(span), Label(store, last_row, view.last_removal, *whole.codes.shape), whole)
            again = vector_file.read(self._path(span), store)
            parts.append(Part(again[1], None, again[0]) if again else Part(whole))
        with self._lock:
            if self._view is view:
                self._view = replace(view, parts=tuple(parts))
        vector_file.sweep(self._folder, {self._path(span) for span in range(-(-view.last_row // _SPAN))})

    def _open(self) -> View:
        """What the files hold of this store, completed up to the last row that any of them knows."""
        store, last_row = self._store(), self._last_row()
        saved: dict[int, Part] = {}
        for span in range(-(-last_row // _SPAN)):
            found = vector_file.read(self._path(span), store)
            if found and self._fits(*found, last_row):
                saved[span] = Part(found[1], None, found[0])
        labels = [part.label for part in saved.values() if part.label]
        reached = max((label.last_row for label in labels), default=0)
        parts: list[Part] = []
        for span in range(-(-reached // _SPAN)):
            kept = saved.get(span)
            parts += [kept] if kept else []
            begin = kept.label.last_row + 1 if kept and kept.label else span * _SPAN + 1
            parts += self._fresh(begin, min(reached, (span + 1) * _SPAN))
        return View(0, tuple(parts), reached, min((label.last_removal for label in labels), default=0))

    def _fits(self, label: Label, segment: Segment, last_row: int) -> bool:
        """Whether the file is of this past of the store, and not of one that a restored backup has undone."""
        if label.last_row > last_row or not len(segment.rows):
            return False
        for row, vector in self._exact(segment.rows[[0, -1]].tolist()):
            copy = segment.codes[int(np.searchsorted(segment.rows, row))]
            if not np.array_equal(Segment.of([row], [0], vector[None, :]).codes[0], copy):
                return False
        return True

    def _follow(self, known: View, generation: int) -> View:
        """The view of this generation, from an earlier one."""
        removals = self._file.read("SELECT seq, row FROM removed WHERE seq > ? ORDER BY row", (known.last_removal,))
        last_row = self._last_row()
        parts = list(known.parts)
        begin = known.last_row + 1
        while begin <= last_row:
            end = min(last_row, (begin - 1) // _SPAN * _SPAN + _SPAN)
            for fresh in self._fresh(begin, end):
                last = parts[-1] if parts else None
                if last and last.label is None and last.span == fresh.span and len(last.segment.rows) < _READ_AT_ONCE:
                    parts[-1] = Part(Segment.joined([last.living(), fresh.segment]))
                else:
                    parts.append(fresh)
            begin = end + 1
        if removals:
            gone = np.array([row for _, row in removals], dtype=np.int64)
            parts = [part.without(gone) for part in parts]
        last_removal = max([known.last_removal, *(seq for seq, _ in removals)])
        return View(generation, tuple(parts), last_row, last_removal)

    def _fresh(self, first: int, last: int) -> Iterator[Part]:
        """The vectors of these rows (both included), from SQLite, a few thousand at a time."""
        rows = self._file.stream(
            "SELECT row, published, vector FROM paragraphs WHERE row BETWEEN ? AND ? ORDER BY row", (first, last)
        )
        bytes_each = self._vector_bytes()
        while some := list(islice(rows, _READ_AT_ONCE)):
            # A vector of another length is a fault that `faults` names; it is not searched.
            fit = [item for item in some if len(item[2]) == bytes_each]
            if fit:
                vectors = np.frombuffer(b"".join(vector for *_, vector in fit), dtype=np.float32).reshape(len(fit), -1)
                yield Part(Segment.of([row for row, *_ in fit], [ordinal(day) for _, day, _ in fit], vectors))

    def _exact(self, rows: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        for begin in range(0, len(rows), 500):
            some = rows[begin : begin + 500]
            marks = ",".join("?" * len(some))
            for row, vector in self._file.read(f"SELECT row, vector FROM paragraphs WHERE row IN ({marks})", some):
                yield row, np.frombuffer(vector, dtype=np.float32)

    def _vector_bytes(self) -> int:
        rows = self._file.read("SELECT value FROM meta WHERE key = 'dimensions'")
        return 4 * int(rows[0][0]) if rows else 0

    def _last_row(self) -> int:
        """The highest row number ever used: not lowered when that row is removed."""
        rows = self._file.read("SELECT seq FROM sqlite_sequence WHERE name = 'paragraphs'")
        return int(rows[0][0]) if rows else 0

    def _store(self) -> str:
        return str(self._file.read("SELECT value FROM meta WHERE key = 'identity'")[0][0])

    def _path(self, span: int) -> Path:
        return self._folder / f"{span:06}.vectors"
