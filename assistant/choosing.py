"""Which of the sentences that are stated are shown: likely enough, each once, the better report's first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.reports import Report
from assistant.rivals import stands_beside
from assistant.support import Evidence
from assistant.trail import BETTER, REPEATED, SHOWN, UNLIKELY
from assistant.words import stems


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that its evidence states, whose report it is from, and how well it answers."""

    text: str
    evidence: tuple[Evidence, ...]
    confidence: float
    quoted: float
    report: Report
    entry: dict[str, Any]


def choose(asked: str, found: Sequence[Checked], threshold: float) -> list[Checked]:
    """The sentences to show: likely enough, each once, and of a second report only what answers as well."""
    kept: list[Checked] = []
    best = max(found, key=lambda item: item.confidence, default=None)
    for item in found:
        same_report = [other for other in kept if other.report is item.report]
        if item.confidence < threshold or best is None:
            item.entry["outcome"] = UNLIKELY
        elif any(_same(item.text, other.text) for other in same_report):
            item.entry["outcome"] = REPEATED
        elif item.report is not best.report and not stands_beside(
            asked, item.report, (item.confidence, item.quoted), best.report, (best.confidence, best.quoted)
        ):
            item.entry["outcome"] = BETTER
        else:
            item.entry["outcome"] = SHOWN
            kept.append(item)
    return kept


def _same(text: str, other: str) -> bool:
    return stems(text) <= stems(other)
