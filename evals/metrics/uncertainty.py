"""How sure a measured number is: intervals and paired tests."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Z_95 = 1.959963984540054
_SEED = 20170704
_RESAMPLES = 10_000
_EXACT_UP_TO = 14


def wilson(successes: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), in [0, 1]; raises ValueError for n = 0.

    `successes` may be fractional: values in [0, 1] of mean p vary at most as much as yes/no
    values of the same mean, so the interval is then wider than need be, never narrower.
    """
    if n <= 0:
        raise ValueError("a share of nothing has no interval")
    p, z2 = successes / n, Z_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # at the ends the interval touches 0 or 1 exactly; rounding must not move it off
    low = 0.0 if successes <= 0 else max(0.0, centre - half)
    high = 1.0 if successes >= n else min(1.0, centre + half)
    return low, high


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper one, in the values' unit. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values have no quartiles")
    low, middle, high = np.percentile(np.asarray(values, dtype=np.float64), [25, 50, 75])
    return float(low), float(middle), float(high)


def mcnemar_exact(first: Sequence[bool], second: Sequence[bool]) -> float:
    """The two-sided p of McNemar's exact test for paired yes/no values; 1.0 where none differ.

    Raises ValueError where the two are not of equal length.
    """
    gained = sum(b and not a for a, b in zip(first, second, strict=True))
    lost = sum(a and not b for a, b in zip(first, second, strict=True))
    return sign_test(gained, lost)


def sign_test(ups: int, downs: int) -> float:
    """The two-sided exact binomial p of so uneven a split of ups and downs by a fair coin."""
    n, fewer = ups + downs, min(ups, downs)
    if n == 0:
        return 1.0
    tail = sum(math.comb(n, k) for k in range(fewer + 1)) * 0.5**n
    return min(1.0, 2 * tail)


def permutation_paired(first: Sequence[float], second: Sequence[float], *, seed: int = _SEED) -> float:
    """The two-sided p that paired values differ in mean, by flipping the signs of differences.

    Exact (all flips) up to 14 differing pairs, else 10,000 seeded flips with the observed one
    counted among them. Raises ValueError where the two are not of equal length.
    """
    differences = np.asarray([b - a for a, b in zip(first, second, strict=True)], dtype=np.float64)
    differences = differences[differences != 0]
    n = len(differences)
    if n == 0:
        return 1.0
    observed = abs(float(differences.sum()))
    tolerance = 1e-12 * float(np.abs(differences).sum())
    if n <= _EXACT_UP_TO:
        bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        sums = np.abs((1 - 2 * bits) @ differences)
        return float(np.mean(sums >= observed - tolerance))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(_RESAMPLES, n))
    extreme = int(np.sum(np.abs(signs @ differences) >= observed - tolerance))
    return (extreme + 1) / (_RESAMPLES + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted for being many (Holm 1979), in the order given."""
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = largest
    return adjusted


def with_interval(number: int, of: int) -> str:
    """A share in words, with its 95 % interval after Wilson: "3 of 4 (0.30 to 0.95)"."""
    if not of:
        return "0 of 0"
    low, high = wilson(number, of)
    return f"{number} of {of} ({low:.2f} to {high:.2f})"
