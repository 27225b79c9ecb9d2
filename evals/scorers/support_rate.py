"""Support rate: the share of an answer's sentences that cite and passed the assistant's own check."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import answered, sentences, unscored

SUPPORTED = 0.5


def support_rate(result: Result) -> Score | None:
    """Share of sentences in [0, 1] with a citation and `support` ≥ 0.5; None for refusals."""
    if result.answer is None:
        return unscored(result)
    answer = answered(result)
    if answer is None:
        return None
    rows = sentences(answer)
    if not rows:
        return Score(0.0, "no sentences")
    weak = [row["text"] for row in rows if not row.get("citations") or row.get("support", 0.0) < SUPPORTED]
    return Score(1 - len(weak) / len(rows), f"unsupported: {weak[0]!r}" if weak else "every sentence")
