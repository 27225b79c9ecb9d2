"""Was an unanswerable question refused, and nothing let slip? 1 or 0."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import citations, is_refusal, stated_wrongs, told, unscored


def rightly_refused(result: Result) -> Score | None:
    """1 for a refusal without citations that states no reject; None for answerable cases."""
    case = result.case
    if not case.unanswerable:
        return None
    if result.answer is None:
        return unscored(result)
    if not is_refusal(result.answer):
        return Score(0.0, "answered an unanswerable question")
    if citations(result.answer):
        return Score(0.0, "refused, but cites a paragraph")
    if stated := stated_wrongs(case, told(result.answer), case.rejects):
        return Score(0.0, f"refused, but states {stated[0]!r}")
    return Score(1.0, "refused")
