"""How far the answers' confidence, and the words that the page has for it, can be taken at their word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.confidence import label as product_label
from evals.metrics.calibration import calibration_bins
from evals.metrics.uncertainty import wilson

Label = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The `n` answers that are called `name`: their mean confidence, the share right and its 95 % interval."""

    name: str
    n: int
    confidence: float
    share: float
    low: float
    high: float


def label_rows(confidences: Sequence[float], right: Sequence[bool], label: Label = product_label) -> list[LabelRow]:
    """One row for each label that was given, the surest first."""
    groups: dict[str, list[tuple[float, bool]]] = {}
    for confidence, is_right in sorted(zip(confidences, right, strict=True), reverse=True):
        groups.setdefault(str(label(confidence)), []).append((confidence, is_right))
    return [_row(name, pairs) for name, pairs in groups.items()]


def confidence_rows(confidences: Sequence[float], right: Sequence[bool]) -> list[LabelRow]:
    """One row for each tenth of the confidence that has answers, the surest first."""
    bins = calibration_bins(confidences, right)
    return [
        LabelRow(
            f"{each.low:.1f}–{each.high:.1f}", each.n, each.confidence, each.share, *wilson(each.share * each.n, each.n)
        )
        for each in reversed(bins)
    ]


def _row(name: str, pairs: Sequence[tuple[float, bool]]) -> LabelRow:
    n, right = len(pairs), sum(is_right for _, is_right in pairs)
    return LabelRow(name, n, sum(confidence for confidence, _ in pairs) / n, right / n, *wilson(right, n))
