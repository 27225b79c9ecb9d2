"""Support rate: the share of an answer's sentences that cite the words known to state the answer."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import answered, cited, sentences, states_gold, unscored


def support_rate(result: Result) -> Score | None:
    """Share of shown sentences in [0, 1] of whose quotes one overlaps a gold quote.

    None unless the case is answerable with known gold quotes and was answered.
    """
    case = result.case
    if case.unanswerable or not case.quotes:
        return None
    if result.answer is None:
        return unscored(result)
    answer = answered(result)
    if answer is None:
        return None
    rows = sentences(answer)
    if not rows:
        return Score(0.0, "no sentences")
    astray = [row["text"] for row in rows if not any(states_gold(case, each) for each in cited(answer, row))]
    return Score(1 - len(astray) / len(rows), f"cites other words: {astray[0]!r}" if astray else "every sentence")
