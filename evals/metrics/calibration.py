"""How well a confidence in [0, 1] separates, and how far it can be taken at its word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only at `threshold` or surer: the share answered, and the share of those wrong."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The `n` cases with a confidence in [low, high): their mean confidence and share of yes."""

    low: float
    high: float
    n: int
    confidence: float
    share: float


def auc(confidences: Sequence[float], labels: Sequence[bool]) -> float | None:
    """The chance that a random yes is surer than a random no, ties counting half (Mann-Whitney).

    None where one of the two classes is empty.
    """
    yes = np.asarray([c for c, label in zip(confidences, labels, strict=True) if label], dtype=np.float64)
    no = np.sort([c for c, label in zip(confidences, labels, strict=True) if not label])
    if not len(yes) or not len(no):
        return None
    below = np.searchsorted(no, yes, side="left")
    up_to = np.searchsorted(no, yes, side="right")
    return float((below + up_to).mean() / (2 * len(no)))


def auc_interval(
    confidences: Sequence[float], labels: Sequence[bool], *, seed: int = 20170704, resamples: int = 1_000
) -> tuple[float, float] | None:
    """The 95 % percentile bootstrap interval of the AUC, each class drawn anew; None as for `auc`."""
    yes = np.asarray([c for c, label in zip(confidences, labels, strict=True) if label], dtype=np.float64)
    no = np.asarray([c for c, label in zip(confidences, labels, strict=True) if not label], dtype=np.float64)
    if not len(yes) or not len(no):
        return None
    wins = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    generator = np.random.default_rng(seed)
    draws = [
        wins[np.ix_(generator.integers(0, len(yes), len(yes)), generator.integers(0, len(no), len(no)))].mean()
        for _ in range(resamples)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def calibration_bins(confidences: Sequence[float], labels: Sequence[bool], *, bins: int = 10) -> list[CalibrationBin]:
    """The filled bins of equal width, lowest first; a confidence of 1 belongs to the last."""
    pairs = list(zip(confidences, labels, strict=True))
    found = []
    for at in range(bins):
        inside = [(c, label) for c, label in pairs if min(bins - 1, int(c * bins)) == at]
        if inside:
            n = len(inside)
            share = sum(label for _, label in inside) / n
            found.append(CalibrationBin(at / bins, (at + 1) / bins, n, sum(c for c, _ in inside) / n, share))
    return found


def expected_calibration_error(confidences: Sequence[float], labels: Sequence[bool], *, bins: int = 10) -> float | None:
    """Mean |confidence - share of yes| over equal-width bins (Naeini et al. 2015); None for no cases."""
    found = calibration_bins(confidences, labels, bins=bins)
    total = sum(each.n for each in found)
    return sum(each.n * abs(each.confidence - each.share) for each in found) / total if total else None


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[RiskPoint]:
    """One point a distinct confidence, surest first (El-Yaniv and Wiener 2010)."""
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    points: list[RiskPoint] = []
    wrong = 0
    for taken, (confidence, is_right) in enumerate(pairs, start=1):
        wrong += not is_right
        # equally sure cases are answered together or not at all
        if taken == len(pairs) or pairs[taken][0] != confidence:
            points.append(RiskPoint(confidence, taken / len(pairs), wrong / taken))
    return points
