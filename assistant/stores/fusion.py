"""Reciprocal rank fusion: several rankings made into one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

FUSION_CONSTANT = 60

Row = TypeVar("Row", bound=Hashable)


def fuse(rankings: Sequence[Sequence[Row]]) -> dict[Row, float]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank), rank from 1 (Cormack et al. 2009)."""
    scores: dict[Row, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row] = scores.get(row, 0.0) + 1.0 / (FUSION_CONSTANT + rank)
    return scores
