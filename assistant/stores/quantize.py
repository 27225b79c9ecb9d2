"""Vector quantisation, so that a million are searched in milliseconds with numpy alone.

A vector is kept as the signs of its values (one bit each) and as 8-bit integers. A search compares
the signs of all (Hamming distance, `np.bitwise_count`), then the integers of the few thousand
nearest; the caller compares the best of those exactly. Charikar (2002) is why signs approximate an
angle; scanning coarse and rescoring finer is Jégou et al. (2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_LEAST_CANDIDATES = 4000
_SHARE_OF_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Segment:
    """n vectors of d values: `rows` (n, ascending) and `days` (n) place them, `signs` is (⌈d/64⌉, n)."""

    rows: Rows
    days: npt.NDArray[np.int32]
    signs: npt.NDArray[np.uint64]
    codes: npt.NDArray[np.int8]
    scales: Floats

    @classmethod
    def of(cls, rows: Sequence[int], days: Sequence[int], vectors: Floats) -> Segment:
        """Quantise `vectors`, shape (n, d); a value that is no number counts as 0."""
        vectors = np.nan_to_num(vectors, posinf=0.0, neginf=0.0)
        largest = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-12)
        codes = np.rint(vectors * (127 / largest)[:, None]).astype(np.int8)
        scales = (largest / 127).astype(np.float32)
        placed = np.asarray(rows, dtype=np.int64), np.asarray(days, dtype=np.int32)
        return cls(*placed, _signs(vectors), codes, scales)

    @classmethod
    def joined(cls, parts: Sequence[Segment]) -> Segment:
        """All of them, one after the other."""
        return cls(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.days for part in parts]),
            np.concatenate([part.signs for part in parts], axis=1),
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.scales for part in parts]),
        )

    def only(self, mask: Mask) -> Segment:
        """The vectors where `mask` is true."""
        signs = np.ascontiguousarray(self.signs[:, mask])
        return Segment(self.rows[mask], self.days[mask], signs, self.codes[mask], self.scales[mask])

    def similarities(self, at: npt.NDArray[np.intp], query: Floats) -> Floats:
        """About the dot product of `query` with the vectors at these positions."""
        # einsum and not `@`: BLAS would start threads, which wait for each other on a busy machine.
        products: Floats = np.einsum("ij,j->i", self.codes[at].astype(np.float32), query)
        return products * self.scales[at]

    def distances(self, signs: npt.NDArray[np.uint64], out: npt.NDArray[np.uint16]) -> None:
        """Write the Hamming distances to a query's signs, shape (⌈d/64⌉, 1), into `out`."""
        differing = np.empty(len(self.rows), dtype=np.uint64)
        counts = np.empty(len(self.rows), dtype=np.uint8)
        out[:] = 0
        for word, asked in zip(self.signs, signs[:, 0], strict=True):
            np.bitwise_xor(word, asked, out=differing)
            np.bitwise_count(differing, out=counts)
            np.add(out, counts, out=out)


def nearest(segments: Sequence[Segment], masks: Sequence[Mask | None], query: Floats, depth: int) -> Rows:
    """The rows of about the `depth` nearest vectors where the masks are true, best first."""
    lengths = [len(segment.rows) for segment in segments]
    allowed = sum(n if mask is None else int(np.count_nonzero(mask)) for n, mask in zip(lengths, masks, strict=True))
    few = max(_LEAST_CANDIDATES, sum(lengths) // _SHARE_OF_CANDIDATES, 4 * depth)
    if allowed <= few:
        chosen = [np.arange(n) if m is None else np.flatnonzero(m) for n, m in zip(lengths, masks, strict=True)]
    else:
        chosen = _closest(segments, masks, _signs(query[None, :]), few)
    found = [
        (segment.rows[at], segment.similarities(at, query))
        for segment, at in zip(segments, chosen, strict=True)
        if len(at)
    ]
    if not found:
        return np.empty(0, dtype=np.int64)
    rows = np.concatenate([rows for rows, _ in found])
    order = np.argsort(-np.concatenate([scores for _, scores in found]), kind="stable")
    best: Rows = rows[order[:depth]]
    return best


def _closest(
    segments: Sequence[Segment], masks: Sequence[Mask | None], signs: npt.NDArray[np.uint64], few: int
) -> list[npt.NDArray[np.intp]]:
    """Positions, by segment, of at least the `few` vectors with the fewest differing signs."""
    ends = np.cumsum([len(segment.rows) for segment in segments])
    distances = np.empty(ends[-1], dtype=np.uint16)
    parts = np.split(distances, ends[:-1])
    for segment, mask, part in zip(segments, masks, parts, strict=True):
        segment.distances(signs, part)
        if mask is not None:
            part[~mask] = 64 * len(signs) + 1
    # A distance is a small integer: counting finds the limit faster than sorting.
    limit = int(np.searchsorted(np.cumsum(np.bincount(distances, minlength=1)), few))
    return [np.flatnonzero(part <= limit) for part in parts]


def _signs(vectors: Floats) -> npt.NDArray[np.uint64]:
    count, dimensions = vectors.shape
    bits = np.zeros((count, -(-dimensions // 64) * 64), dtype=np.uint8)
    bits[:, :dimensions] = vectors > 0
    words = np.packbits(bits, axis=1).view(np.uint64)
    return np.ascontiguousarray(words.T)
