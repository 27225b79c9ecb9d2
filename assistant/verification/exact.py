"""What can be checked exactly: the figures of a sentence stand in what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.text.numbers import Number, read_number

_TOKEN = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+|(?:st|nd|rd|th)\b)?|[^\W\d_]+")
# A small count may be the reader's own: "two of them" of two names.
_OWN_COUNT = 10


def unstated_numbers(sentence: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The numbers of `sentence` that none of `texts` has, as written; counts up to ten in words are left out.

    A number is compared by its value, so that "2,100" is "2100" and "1.5 million" is "1,500,000";
    an ordinal is compared as its cardinal ("4 July", "4th").
    """
    known = {number.value for text in texts for _, number in numbers(text)}
    return tuple(
        written
        for written, number in numbers(sentence)
        if number.value not in known and (written[0].isdigit() or number.value > _OWN_COUNT)
    )


def numbers(text: str) -> Iterator[tuple[str, Number]]:
    """Each number of `text`, as written and as read."""
    found = list(_TOKEN.finditer(text))
    words = [match[0].lower() for match in found]
    place = 0
    while place < len(words):
        number = read_number(words[place:])
        if number is None:
            place += 1
            continue
        last = found[place + number.words - 1]
        yield text[found[place].start() : last.end()], number
        place += number.words
