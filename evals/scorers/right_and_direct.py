"""Is the answer right, and said directly? 1 or 0.

Not direct is what makes the reader look for the answer: more than `MOST_WORDS` words (bylines and
citation marks are not counted), a sentence shown as a quotation, or more than `MOST_QUOTED` words in
quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evals.schema import Result, Score
from evals.scorers.common import answered, said, sentences, unscored
from evals.scorers.right import right

MOST_WORDS, MOST_QUOTED = 45, 8

_WORD = re.compile(r"\w+(?:['’.,:/-]\w+)*")
# A single mark closes only where no letter follows, else it is an apostrophe.
_QUOTATION = re.compile(r"[“„«»\"]([^“”„«»\"]+)[”“»«\"]|‘(.+?)’(?!\w)", re.DOTALL)


def right_and_direct(result: Result) -> Score | None:
    """1 for an answer that is right and direct; None for unanswerable cases and without good answers."""
    case = result.case
    if case.unanswerable or not case.references:
        return None
    if result.answer is None:
        return unscored(result)
    answer, judged = answered(result), right(result)
    if answer is None or judged is None or judged.value != 1:
        return Score(0.0, "not right")
    fault = indirectness(answer)
    return Score(0.0, fault) if fault else Score(1.0, "right and direct")


def indirectness(answer: Mapping[str, Any]) -> str | None:
    """Why the answer is not direct, None where it is."""
    text = said(answer)
    length = len(_words(text))
    if length > MOST_WORDS:
        return f"{length} words, more than {MOST_WORDS}"
    if any(row.get("quoted") for row in sentences(answer)):
        return "shows a sentence of the article as its answer"
    for first, second in _QUOTATION.findall(text):
        if (quoted := len(_words(first or second))) > MOST_QUOTED:
            return f"{quoted} words in quotation marks, more than {MOST_QUOTED}"
    return None


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
