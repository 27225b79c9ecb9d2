"""False refusals: was an answerable question refused? Answerable cases; 1 is bad."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import is_refusal, unscored


def false_refusal(result: Result) -> Score | None:
    """1 where an answerable question was refused, else 0; None for unanswerable cases."""
    if result.case.unanswerable:
        return None
    if result.answer is None:
        return unscored(result)
    if is_refusal(result.answer):
        return Score(1.0, f"refused: {result.answer.get('refusal_reason') or 'no reason given'}")
    return Score(0.0, "answered")
