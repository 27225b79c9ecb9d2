"""Date confusions: is a wrong answer right for another date? 1 is bad.

Applies where there is something to confuse: `other_answers` (right at another time, or in another
report), or a reject that names a date ("2017" for a meeting of 2023). Answered answerable cases only.
"""

from __future__ import annotations

from evals.matching.normalise import tokens
from evals.matching.tokens import MONTHS, is_year
from evals.schema import Result, Score
from evals.scorers.common import answered, said, stated_wrongs, unscored
from evals.scorers.right import right


def date_confusion(result: Result) -> Score | None:
    """1 where a wrong answer states another date, or what is right for another; else 0."""
    case = result.case
    confusable = [*case.other_answers, *(reject for reject in case.rejects if names_date(reject))]
    if case.unanswerable or not confusable:
        return None
    if result.answer is None:
        return unscored(result)
    answer = answered(result)
    if answer is None:
        return None
    judged = right(result)
    if judged is not None and judged.value == 1:
        return Score(0.0, "right")
    stated = stated_wrongs(case, said(answer), confusable)
    if stated:
        return Score(1.0, f"states {stated[0]!r}, right for another date")
    return Score(0.0, "no confusion")


def names_date(wording: str) -> bool:
    """True when a wording holds a day of a month, a month beside a number, or a year."""
    keys = [token.key for token in tokens(wording)]
    return any(
        (key.startswith("day") and key[3:].isdigit()) or is_year(key) or (key in MONTHS and key not in ("march", "may"))
        for key in keys
    )
