"""Context recall@k: did the passages given to the model hold each point? k is how many were given."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import knows_gold, passage_ids, unscored


def context_recall(result: Result) -> Score | None:
    """Share of points in [0, 1] with a gold paragraph among the passages, refused or not.

    None for unanswerable cases and unknown gold; points of unknown gold do not count.
    """
    case = result.case
    if case.unanswerable or not knows_gold(case):
        return None
    if result.answer is None and not result.passages:
        return unscored(result)
    given = set(passage_ids(result))
    known = [(wordings[0], gold) for wordings, gold in zip(case.answers, case.gold, strict=True) if gold]
    missed = [wording for wording, gold in known if not given.intersection(gold)]
    explanation = f"not found: {missed[0]!r}" if missed else f"found among {len(given)}"
    return Score(1 - len(missed) / len(known), explanation)
