"""How far the answers' confidence, and the words that the page has for it, can be taken at their word."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


def label_rows(confidences: Sequence[float], right: Sequence[bool], label: Label | None = None) -> list[LabelRow]:
    """One row for each label that was given, the surest first; of the product's labels where none are passed.

    [] where the product has none.
    """
    named = label or product_label()
    if named is None:
        return []
    groups: dict[str, list[tuple[float, bool]]] = {}
    for confidence, is_right in sorted(zip(confidences, right, strict=True), reverse=True):
        groups.setdefault(str(named(confidence)), []).append((confidence, is_right))
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


def product_label() -> Label | None:
    """The page's words for a confidence; None where the product has none."""
    try:
        module = importlib.import_module("assistant.answering.confidence")
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("assistant."):
            raise
        return None
    found: Label | None = getattr(module, "label", None)
    return found


def _row(name: str, pairs: Sequence[tuple[float, bool]]) -> LabelRow:
    n, right = len(pairs), sum(is_right for _, is_right in pairs)
    return LabelRow(name, n, sum(confidence for confidence, _ in pairs) / n, right / n, *wilson(right, n))
