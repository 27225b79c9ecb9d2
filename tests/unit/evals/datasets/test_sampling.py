"""Samples that are always the same and hold every kind."""

from __future__ import annotations

from collections import Counter

from evals.datasets.sampling import spread, thin


def test_every_kind_keeps_its_share_whatever_the_places() -> None:
    # Bundles of three, each with its kinds in the same places: counted as they stand one kind alone would remain.
    items = [f"{bundle}{kind}" for bundle in "ABCDEF" for kind in "xyz"]
    assert {item[1] for item in items[::3]} == {"x"}
    kept = thin(items, 3, lambda item: item[1])
    assert Counter(item[1] for item in kept) == {"x": 2, "y": 2, "z": 2}
    assert kept == sorted(kept, key=items.index), "the order stays"
    assert kept == thin(items, 3, lambda item: item[1])


def test_every_first_is_all() -> None:
    assert thin([3, 1, 2], 1, str) == [3, 1, 2]


def test_spread_over_all() -> None:
    assert spread(range(10), 5) == [0, 2, 4, 6, 8]
    assert spread(range(3), 5) == [0, 1, 2]
    assert len(set(spread(range(214), 40))) == 40
