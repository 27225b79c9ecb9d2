"""Is the answer right? Answerable cases; 1 or 0.

Short answers: not refused, every point stated by one of its wordings (of one alternative, where the
case has several), no reject stated. A refused answerable case is 0.

Long-form cases: every point's best reference is recalled to `LONG_FORM_RECALL` of its content
tokens, or agrees in token F1 to `LONG_FORM_F1`; the second lets a short right answer pass where
the reference goes on. On the development half of CLAPNQ at these thresholds, 31 of 34 human references
pass against the row's other references, 3 of 108 non-gold sentences of the same passage do. Overlap
of words cannot see a wrong name or a denial: `evals.scorers.llm_judge` is there for free-form answers.
"""

from __future__ import annotations

from collections import Counter

from evals.matching.answers import content_keys, token_f1
from evals.schema import Case, Result, Score
from evals.scorers.common import is_refusal, said, stated_point, stated_wrongs, unscored

LONG_FORM_RECALL = 0.5
LONG_FORM_F1 = 0.4


def right(result: Result) -> Score | None:
    """1 for a right answer, 0 for a wrong one or a refusal; None for unanswerable cases."""
    case = result.case
    if case.unanswerable:
        return None
    if result.answer is None:
        return unscored(result)
    if is_refusal(result.answer):
        return Score(0.0, "refused an answerable question")
    text = said(result.answer)
    wrong = stated_wrongs(case, text, case.rejects)
    if wrong:
        return Score(0.0, f"states {wrong[0]!r}, which is wrong")
    return _long_form(case, text) if case.long_form else _short(case, text)


def _short(case: Case, text: str) -> Score:
    missing: list[str] = []
    for points in case.acceptable:
        stated = [stated_point(case, text, point) for point in points]
        absent = [point[0] for point, wording in zip(points, stated, strict=True) if wording is None]
        if not absent:
            return Score(1.0, "states " + ", ".join(repr(wording) for wording in stated))
        missing = missing or absent
    return Score(0.0, "does not state " + ", ".join(repr(wording) for wording in missing))


def _long_form(case: Case, text: str) -> Score:
    weakest = min((_overlap(text, point) for point in case.answers), key=lambda pair: max(_margins(pair)))
    passes = max(_margins(weakest)) >= 0
    return Score(float(passes), f"content recall {weakest[0]:.2f}, token F1 {weakest[1]:.2f} with the reference")


def _margins(overlap: tuple[float, float]) -> tuple[float, float]:
    return overlap[0] - LONG_FORM_RECALL, overlap[1] - LONG_FORM_F1


def _overlap(text: str, references: tuple[str, ...]) -> tuple[float, float]:
    """(content-token recall, token F1) with the reference that fits best."""
    answer = content_keys(text)
    pairs = []
    for reference in references:
        wanted = content_keys(reference)
        common = sum((Counter(answer) & Counter(wanted)).values())
        pairs.append((common / len(wanted) if wanted else 0.0, token_f1(answer, wanted)))
    return max(pairs, key=lambda pair: max(_margins(pair)))
