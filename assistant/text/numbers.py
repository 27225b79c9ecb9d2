"""Number normalisation in running text: words to digits, ordinals, magnitudes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from math import prod

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_IRREGULAR = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
_ORDINALS = {
    **{word + "th": value for word, value in _UNITS.items() if value and value not in _IRREGULAR.values()},
    **_IRREGULAR,
    **{word[:-1] + "ieth": value for word, value in _TENS.items()},
}
_MAGNITUDES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "lakh": 10**5,
    "crore": 10**7,
    "mn": 10**6,
    "mln": 10**6,
    "bn": 10**9,
    "bln": 10**9,
    "tn": 10**12,
    "lakhs": 10**5,
    "crores": 10**7,
}
_SHORT = {
    "mn": "million",
    "mln": "million",
    "bn": "billion",
    "bln": "billion",
    "tn": "trillion",
    "lakhs": "lakh",
    "crores": "crore",
}
# What stands before a magnitude for its first number: "a million", "half a million".
_BEFORE = {("half", "a"): Decimal("0.5"), ("a", "half"): Decimal("0.5"), ("half",): Decimal("0.5"), ("a",): Decimal(1)}
_AND_A_HALF = ["and", "a", "half"]
# "£4.1m", "20k".
_LETTERS = {"k": 1000, "m": 10**6, "b": 10**9}
_LETTER = re.compile(rf"[{''.join(_LETTERS)}](?![^\W_])", re.I)
# What stands behind a figure for its magnitude in other languages, as in the CLDR's compact formats (Babel would take
# half a second and 70 MB to read them): stems, with endings that make no other word of them ("millionaires"), and
# whole words. "Bil…" is two: 10⁹ in Brazil, 10¹² in German and in Portugal.
_ENDING = "(?:s|en?|es|er|i|y|u|a|ów|ů|а|ы|у|е|ом|ов|и|і|ів|ам|ами|ах)?"
_BEHIND: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(rf"\s?(?:{words})(?![^\W\d_])", re.I), factors)
    for words, factors in (
        (
            rf"(?:mil(?:li?ard|jard|iard|yar)|миллиард|мільярд){_ENDING}|"
            r"miliar|mrd|mld|mlrd|mia\.|млрд|مليار|میلیارد|अरब|tỷ",
            (10**9,),
        ),
        (
            rf"(?:mil(?:l?i?on|lón|hão|hões|joe?n|yon)|миллион|мільйон){_ENDING}|"
            r"mio|mln|млн|juta|مليون|ملايين|میلیون|triệu",
            (10**6,),
        ),
        (rf"bil(?:l?ion|lon|lón|hão|hões|ião|iões|joe?n){_ENDING}", (10**9, 10**12)),
        (rf"(?:tril(?:l?ion|hão|hões|iun|yon)|триллион|трильйон){_ENDING}|трлн|ترليون|تريليون", (10**12, 10**18)),
        (
            rf"(?:тысяч|тисяч){_ENDING}|mil|mila|mille|tausend|duizend|ribu|nghìn|tys|тыс|тис|ألف|آلاف|هزار|हज़ार|हजार",
            (10**3,),
        ),
        ("करोड़|करोड़", (10**7,)),
        ("लाख", (10**5,)),
    )
) + tuple(
    # Scripts without spaces. "5조" is of law "Article 5".
    (re.compile(rf"\s?(?:{words})"), factors)
    for words, factors in (
        ("百(?=[万萬億亿兆])|백(?=[만억조])", (10**2,)),
        ("[千천]|พัน", (10**3,)),
        ("[万萬만]|หมื่น", (10**4,)),
        ("แสน", (10**5,)),
        ("ล้าน", (10**6,)),
        ("[億亿억]", (10**8,)),
        ("兆", (10**12,)),
        ("조", (10**12, 1)),
    )
)
_DIGITS = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?$")
_DIGIT_ORDINAL = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)$")
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯๐๑๒๓๔๕๖๗๘๙０１２３４５６７８９", "0123456789" * 6)


def western_digits(text: str) -> str:
    """Arabic-Indic, Persian, Devanagari, Bengali, Thai and full-width digits as 0 to 9; no character moves."""
    return text.translate(_WESTERN)


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from `words` words: its value, whether it is an ordinal, its magnitude words."""

    value: Decimal
    ordinal: bool
    magnitudes: tuple[str, ...]
    words: int

    @property
    def key(self) -> str:
        """One text for one value: "2", "2.5", "2nd" (every ordinal ends as its last digits ask)."""
        text = format(self.value.normalize(), "f")
        return text + _suffix(int(self.value)) if self.ordinal else text


def read_number(words: Sequence[str]) -> Number | None:
    """The number that the lower-case `words` begin with, as long as it goes; None if they do not.

    "two", "twenty one", "1,234.5", "2.5 million", "one hundred and five", "twenty first" (21st).
    "half a million", "two and a half million". "two and three" and "two three" are two numbers each; "million"
    alone is a word.
    """
    first = _first(words)
    if first is None or first.ordinal:
        return first
    if first.words and words[first.words : first.words + 3] == _AND_A_HALF:
        first = Number(first.value + Decimal("0.5"), False, (), first.words + 3)
    total, group, used, magnitudes = Decimal(0), first.value, first.words, []
    spelt, last = not words[0][0].isdigit(), Decimal(10**15)
    while run := list(takewhile(_MAGNITUDES.__contains__, words[used:])):
        # "Two hundred thousand", "5 lakh crore": each multiplies.
        factor = Decimal(prod(_MAGNITUDES[word] for word in run))
        if factor >= last and factor != 100:
            break
        magnitudes += [_SHORT.get(word, word) for word in run]
        used += len(run)
        if factor == 100:
            group *= factor
        else:
            total, group, last = total + group * factor, Decimal(0), factor
        if not spelt:
            # "$5 million two" is never one number.
            continue
        # "one hundred and five" is one number, "five million and two cars" is not
        joined = _MAGNITUDES[run[-1]] <= 1000 and words[used : used + 1] == ["and"]
        rest = used + 1 if joined else used
        tail = _below_hundred(words[rest:])
        if tail is None:
            continue
        if tail.ordinal:
            # "two hundred second" is rare; "the one million second" rarer: the ordinal stands alone
            break
        group, used = group + tail.value, rest + tail.words
    return Number(total + group, False, tuple(magnitudes), used)


def _first(words: Sequence[str]) -> Number | None:
    """What stands before the first magnitude; of "hundred" and "thousand" alone it is an unwritten one."""
    if not words:
        return None
    if match := _DIGIT_ORDINAL.match(words[0]):
        return Number(Decimal(match[1].replace(",", "")), True, (), 1)
    if match := _DIGITS.match(words[0]):
        return Number(Decimal(match[1].replace(",", "") + (match[2] or "")), False, (), 1)
    return _below_hundred(words) or _before_magnitude(words)


def _before_magnitude(words: Sequence[str]) -> Number | None:
    for before, value in _BEFORE.items():
        place = len(before)
        if tuple(words[:place]) == before and place < len(words) and words[place] in _MAGNITUDES:
            return Number(value, False, (), place)
    return Number(Decimal(1), False, (), 0) if words[0] in ("hundred", "thousand") else None


def _below_hundred(words: Sequence[str]) -> Number | None:
    if not words:
        return None
    first, second = words[0], words[1] if len(words) > 1 else ""
    if first in _TENS:
        if 0 < _UNITS.get(second, 0) < 10:
            return Number(Decimal(_TENS[first] + _UNITS[second]), False, (), 2)
        if 0 < _ORDINALS.get(second, 0) < 10:
            return Number(Decimal(_TENS[first] + _ORDINALS[second]), True, (), 2)
        return Number(Decimal(_TENS[first]), False, (), 1)
    if first in _UNITS:
        return Number(Decimal(_UNITS[first]), False, (), 1)
    if first in _ORDINALS:
        return Number(Decimal(_ORDINALS[first]), True, (), 1)
    return None


def _suffix(value: int) -> str:
    if value % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def letter_factor(text: str, place: int) -> int | None:
    """By what "k", "m" or "b" at `place`, right behind a figure, multiplies it, unless it is of metres."""
    match = _LETTER.match(text, place)
    return _LETTERS[match[0].lower()] if match else None


def word_factors(text: str, place: int) -> tuple[frozenset[int], int]:
    """By what words at `place`, behind a figure, multiply it, in any language, and where they end.

    One of these factors; none where no such word stands there. "4 mil millones", "1.2万亿": each word multiplies.
    """
    factors: frozenset[int] = frozenset()
    while found := next(((match, by) for word, by in _BEHIND if (match := word.match(text, place))), None):
        match, by = found
        factors, place = frozenset(one * other for one in factors or (1,) for other in by), match.end()
    return factors, place


def counted(number: int, what: str) -> str:
    """ "1 article", "1,200 articles": the plural by "s"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
