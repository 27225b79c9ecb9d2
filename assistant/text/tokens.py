"""Tokenisation for comparing two texts: words folded, stemmed, numbers as digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from Stemmer import Stemmer

from assistant.text import unicode
from assistant.text.numbers import read_number

_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
# Function words: what is left of a sentence without them is looked for, never what decides whether it is right.
STOP_WORDS = frozenset(
    """
    a an the this that these those there here it its itself he him his she her hers they them their
    theirs we us our you your i my me who whom whose which what when where why how is are was were
    be been being am do does did done doing have has had having will would shall should can could
    may might must of in on at by to for from with into onto upon about as than then and or but if
    so such also too very just both each while during between among
    """.split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as written, folded and stemmed, and where it stands."""

    written: str
    stem: str
    start: int
    end: int

    @property
    def is_capitalised(self) -> bool:
        """True for "Putin" and "UN"."""
        return self.written[0].isupper()


def words(text: str) -> list[Word]:
    """All words of `text`, in order; possessive endings are cut off."""
    return [Word(match[0], stem(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def content_words(text: str) -> list[Word]:
    """The words that are no function words."""
    return [word for word in words(text) if fold(word.written) not in STOP_WORDS]


def stems(text: str) -> set[str]:
    """The stems of all words of `text`."""
    return {word.stem for word in words(text)}


def content_stems(text: str) -> set[str]:
    """The stems of the words that are no function words."""
    return {word.stem for word in content_words(text)}


def fold(word: str) -> str:
    """Case, accents, typographic apostrophes and possessives levelled."""
    return re.sub(r"'s?$", "", unicode.fold(word.replace("’", "'"))) or word


@cache
def stem(word: str) -> str:
    """The Snowball stem (Porter 2001); numbers become digits ("two" → "2", "second" → "2nd")."""
    folded = fold(word)
    if number := read_number([folded]):
        return number.key
    if folded[:1].isdigit():
        return folded.replace(",", "")
    # A new one each time: questions are answered in several threads, and a stemmer is for one.
    return str(Stemmer("english", 0).stemWord(folded)) or folded
