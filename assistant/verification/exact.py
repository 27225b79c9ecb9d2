"""What can be checked exactly: the figures of a sentence stand in what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.text.numbers import read_number

_TOKEN = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+|(?:st|nd|rd|th)\b)?|[^\W\d_]+")
# A small count may be the reader's own: "two of them" of two names.
_OWN_COUNT = 10
# "£4.1m", "20k": thousands and millions, unless they are metres.
_ATTACHED = re.compile(r"[kmb](?![^\W_])", re.IGNORECASE)
_FACTORS = {"k": 1000, "m": 10**6, "b": 10**9}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written, and the values that it may have: of "4m" those of four metres and of four million."""

    written: str
    values: frozenset[Decimal]


def unstated_numbers(sentence: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The numbers of `sentence` that none of `texts` has, as written; counts up to ten in words are left out."""
    return tuple(figure.written for figure in unstated_figures(sentence, texts))


def unstated_figures(sentence: str, texts: Iterable[str]) -> tuple[Figure, ...]:
    """The same with their values.

    A number is compared by its value, so that "2,100" is "2100" and "1.5 million" is "1,500,000" and "1.5m";
    an ordinal is compared as its cardinal ("4 July", "4th").
    """
    known = values_in(texts)
    return tuple(
        figure
        for figure in figures(sentence)
        if not figure.values & known and (figure.written[0].isdigit() or max(figure.values) > _OWN_COUNT)
    )


def values_in(texts: Iterable[str]) -> frozenset[Decimal]:
    """Every value that a number of `texts` may have."""
    return frozenset(value for text in texts for figure in figures(text) for value in figure.values)


def figures(text: str) -> Iterator[Figure]:
    """Each number of `text`."""
    found = list(_TOKEN.finditer(text))
    words = [match[0].lower() for match in found]
    place = 0
    while place < len(words):
        number = read_number(words[place:])
        if number is None:
            place += 1
            continue
        last = found[place + number.words - 1]
        attached = _ATTACHED.match(text, last.end()) if last[0][-1].isdigit() else None
        values = {number.value} | ({number.value * _FACTORS[attached[0].lower()]} if attached else set())
        yield Figure(text[found[place].start() : attached.end() if attached else last.end()], frozenset(values))
        place += number.words
