"""Is the answer right, and said in a few words of its own? 1 or 0.

Not direct is what makes the reader look for the answer: more than `MOST_WORDS` words (bylines and
citation marks are not counted), a sentence shown as a quotation, more than `MOST_QUOTED` words in
quotation marks, or more than `MOST_COPIED` consecutive words of a cited paragraph which a good
answer, written by hand, does not have either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evals.schema import Case, Result, Score
from evals.scorers.common import answered, cited, said, sentences, unscored
from evals.scorers.right import right

MOST_WORDS, MOST_QUOTED, MOST_COPIED = 45, 8, 12

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
    fault = indirectness(case, answer)
    return Score(0.0, fault) if fault else Score(1.0, "right and direct")


def indirectness(case: Case, answer: Mapping[str, Any]) -> str | None:
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
    known = [_words(reference) for reference in case.references]
    for row in sentences(answer):
        paragraphs = [_words(str(citation["text"])) for citation in cited(answer, row)]
        copied = copied_run(_words(str(row["text"])), paragraphs, known)
        if copied:
            return f"copies {' '.join(copied)!r} …"
    return None


def copied_run(
    words: Sequence[str], paragraphs: Sequence[Sequence[str]], known: Sequence[Sequence[str]]
) -> Sequence[str]:
    """The first `MOST_COPIED` + 1 consecutive `words` that a paragraph has and none of `known`; () without any."""
    size = MOST_COPIED + 1
    for start in range(len(words) - size + 1):
        run = words[start : start + size]
        if any(_has(each, run) for each in paragraphs) and not any(_has(each, run) for each in known):
            return run
    return ()


def _has(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(list(words[at : at + len(run)]) == list(run) for at in range(len(words) - len(run) + 1))


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
