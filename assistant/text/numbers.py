"""Numbers in running text: words to digits, ordinals, magnitudes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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
    "mn": 10**6,
    "bn": 10**9,
    "tn": 10**12,
}
_SHORT = {"mn": "million", "bn": "billion", "tn": "trillion"}
# "£4.1m", "20k".
_LETTERS = {"k": 1000, "m": 10**6, "b": 10**9}
_LETTER = re.compile(rf"[{''.join(_LETTERS)}](?![^\W_])", re.I)
# What stands behind a figure for its magnitude in other languages. "Bil…" is two: 10⁹ in Brazil, 10¹² in German and
# in Portugal.
_BEHIND: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(rf"\s?(?:{words})", re.I), factors)
    for words, factors in (
        (r"(?:mil(?:li?ard|jard|iard)|миллиард)\w*|(?:mrd|mld|млрд)\b", (10**9,)),
        (r"(?:mil(?:l?i?on|lón|hão|hões|joe?n)|миллион)\w*|(?:mio|млн)\b", (10**6,)),
        (r"bil(?:lion|hão|hões)\w*", (10**9, 10**12)),
        (r"тысяч\w*|(?:mil|mila|mille|tausend|duizend|tys|тыс)\b|千", (10**3,)),
        (r"[万萬]", (10**4,)),
        (r"[億亿]", (10**8,)),
    )
)
_DIGITS = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?$")
_DIGIT_ORDINAL = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)$")


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
    "two and three" and "two three" are two numbers each; "million" alone is a word.
    """
    first = _first(words)
    if first is None or first.ordinal:
        return first
    total, group, used, magnitudes = Decimal(0), first.value, first.words, []
    spelt, last = not words[0][0].isdigit(), Decimal(10**15)
    while used < len(words) and words[used] in _MAGNITUDES:
        factor = Decimal(_MAGNITUDES[words[used]])
        if factor >= last and factor != 100:
            break
        magnitudes.append(_SHORT.get(words[used], words[used]))
        used += 1
        if factor == 100:
            group *= factor
        else:
            total, group, last = total + group * factor, Decimal(0), factor
        # "one hundred and five" is one number, "$5 million and two cars" is not
        joined = spelt and factor <= 1000 and used < len(words) and words[used] == "and"
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
    unwritten = Number(Decimal(1), False, (), 0) if words[0] in ("hundred", "thousand") else None
    return _below_hundred(words) or unwritten


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


def word_factors(text: str, place: int) -> tuple[int, ...]:
    """By what a word at `place`, behind a figure, multiplies it, in any language; one of these, () where none does."""
    return next((factors for word, factors in _BEHIND if word.match(text, place)), ())


def counted(number: int, what: str) -> str:
    """ "1 article", "1,200 articles": the plural by "s"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
