"""Refusal precision: of the refusals, the share that was due. Refused cases only; 1 or 0."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import is_refusal


def refusal_precision(result: Result) -> Score | None:
    """1 where the refused question is unanswerable, else 0; None where nothing was refused."""
    if result.answer is None or not is_refusal(result.answer):
        return None
    due = result.case.unanswerable
    return Score(float(due), "rightly refused" if due else "refused an answerable question")
