"""Words of a text in the form in which two texts are compared: folded, stemmed, numbers as digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from Stemmer import Stemmer

from assistant.spelling import fold_spelling

_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_ORDINAL_ENDING = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")
_NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty
    """.split()
    )
} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}
_ORDINALS = {
    word: f"{value}th"
    for value, word in enumerate(
        """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
    """.split(),
        start=1,
    )
}
STOP_WORDS = frozenset(
    """
    believe believes believed indicate indicates indicated describe describes described emphasize emphasizes
    emphasized emphasise emphasises emphasised highlight highlights highlighted refer refers referred note notes
    noted stress stresses stressed add adds added include includes included
    a an the this that these those there here it its itself he him his she her hers they them their
    theirs we us our you your i my me who whom whose which what when where why how is are was were
    be been being am do does did done doing have has had having will would shall should can could
    may might must of in on at by to for from with into onto upon about as than then and or but if
    so such also too very just both each all any some other during while after before between among
    over under up down out off again further say says said saying stated stating
    mention mentions mentioned tell told according report reports reported article articles
    paragraph paragraphs yes no not
    """.split()
)
_NEGATIONS = frozenset(
    """
    not no never none nor neither nobody nothing nowhere without cannot n't hardly refuse refuses
    refused deny denies denied reject rejects rejected fail fails failed failing oppose opposes
    opposed opposing against unable lack lacks lacked
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
    def is_number(self) -> bool:
        """True for digits, ordinals and number words but "one" and "two", which mostly point at people."""
        return self.stem[0].isdigit() and (self.written[0].isdigit() or self.stem not in ("1", "2"))

    @property
    def is_capitalised(self) -> bool:
        """True for "Putin" and "UN"."""
        return self.written[0].isupper()


def words(text: str) -> list[Word]:
    """All words of `text`, in order; possessive endings are cut off."""
    return [Word(match[0], stem(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def content_words(text: str) -> list[Word]:
    """The words that carry meaning: no articles, pronouns, auxiliaries or verbs of reporting."""
    return [word for word in words(text) if fold(word.written) not in STOP_WORDS]


def stems(text: str) -> set[str]:
    """The stems of all words of `text`."""
    return {word.stem for word in words(text)}


def spelled_out(found: Sequence[Word], known: Collection[str]) -> set[str]:
    """The stems of names that `known`, stems, has by their initials: United Nations for UN."""
    spelled: set[str] = set()
    for size in range(2, 6):
        for begin in range(len(found) - size + 1):
            run = found[begin : begin + size]
            if all(word.is_capitalised for word in run) and "".join(w.written[0] for w in run).lower() in known:
                spelled |= {word.stem for word in run}
    return spelled


def negations(text: str) -> int:
    """How many words of `text` deny or oppose something."""
    return sum(_denies(token) for token in _folded(text))


def fold(word: str) -> str:
    """Case, accents, typographic apostrophes and possessives levelled."""
    plain = unicodedata.normalize("NFKD", word.replace("’", "'")).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"'s?$", "", plain) or word


@cache
def stem(word: str) -> str:
    """The Snowball stem (Porter 2001) of the American spelling; number words become digits ("two" → "2")."""
    folded = fold(word)
    if folded in _NUMBERS:
        return _NUMBERS[folded]
    if folded in _ORDINALS:
        return _ORDINALS[folded]
    if folded[:1].isdigit():
        return _ORDINAL_ENDING.sub("th", folded.replace(",", ""))
    # A new one each time: questions are answered in several threads, and a stemmer is for one.
    return str(Stemmer("english", 0).stemWord(fold_spelling(folded))) or folded


def _folded(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        yield fold(match[0])


def _denies(token: str) -> bool:
    return token in _NEGATIONS or token.endswith("n't")
