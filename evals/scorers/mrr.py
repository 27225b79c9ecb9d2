"""Reciprocal rank of the first gold paragraph among the passages; its mean is the MRR."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import gold_ids, knows_gold, passage_ids, unscored


def mrr(result: Result) -> Score | None:
    """1/rank in (0, 1], 0 where no gold paragraph was given; None without known gold."""
    case = result.case
    if case.unanswerable or not knows_gold(case):
        return None
    if result.answer is None and not result.passages:
        return unscored(result)
    gold = gold_ids(case)
    for rank, paragraph in enumerate(passage_ids(result), start=1):
        if paragraph in gold:
            return Score(1 / rank, f"first gold paragraph at {rank}")
    return Score(0.0, "no gold paragraph among the passages")
