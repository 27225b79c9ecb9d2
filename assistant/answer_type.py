"""What kind of answer a question asks for, and whether a sentence has one.

A coarse cut of the question taxonomy of Li & Roth (2002): a count or measure, a person or body, a
place, a time. Only what the question says outright is demanded; every other question fits.
"""

from __future__ import annotations

import re

from assistant.words import Word, content_words, fold, stems, words

_NUMBER = re.compile(
    r"\b(?:how (?:many|much|long|large|big|old|far|high|tall|deep|heavy|fast|often|wide|expensive)|"
    r"what (?:percentage|percent|number|share|proportion|amount|price|age|size)|"
    r"(?:number|percentage|value|amount|cost|price|size|length|duration) of)\b",
    re.I,
)
_PERSON = re.compile(
    r"^\W*(?:who|whom|whose)\b|\b(?:by|to|with|for|from) whom\b|"
    r"\bwhich (?:leader|president|minister|man|woman|person|official|country|company|agency|body|organi[sz]ation)\b",
    re.I,
)
_PLACE = re.compile(
    r"^\W*(?:where)\b|\b(?:in|at|from|to) (?:which|what) (?:city|country|town|place|airport|state|region|hotel)\b",
    re.I,
)
_TIME = re.compile(r"^\W*when\b|\b(?:what|which) (?:year|date|day|month)\b", re.I)
_MEASURE_WORDS = frozenset(
    "long short shortly brief hour minute day week month year half dozen several many few twice double".split()
)


def fits(question: str, sentence: str, *, dated: bool) -> bool:
    """False where the question plainly asks for a number, name or time that the sentence lacks.

    `dated`: the sentence is shown with the date of its report.
    """
    found = words(sentence)
    if _NUMBER.search(question):
        return any(word.stem[0].isdigit() or fold(word.written) in _MEASURE_WORDS for word in found)
    if _TIME.search(question):
        return dated or any(word.stem[0].isdigit() for word in found)
    if _PERSON.search(question):
        return any(_is_name(word) for word in found)
    if _PLACE.search(question):
        return any(_is_name(word) and word.stem not in stems(question) for word in found)
    return True


def novelty(question: str, sentence: str) -> float:
    """The share of the sentence's content words that the question does not have itself."""
    own = content_words(sentence)
    asked = stems(question)
    return sum(word.stem not in asked for word in own) / max(1, len(own))


def _is_name(word: Word) -> bool:
    return word.is_capitalised
