"""Quotations, by their quotation marks alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

# (opening, closing); within one pair the marks of another are part of what is quoted.
_PAIRS = (("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("「", "」"), ("『", "』"))
# An apostrophe has the same sign: it closes where a sentence or a part of one ends, and no letter follows.
_SINGLE = re.compile(r"(?<!\w)‘(?P<inner>[^‘“”\n]*?[.,!?…])’(?!\w)")
_STRAIGHT = '"'


@dataclass(frozen=True, slots=True)
class Quotation:
    """`text[start:end]` with its marks, `text[start + 1 : end - 1]` without."""

    start: int
    end: int


def quotations(text: str) -> list[Quotation]:
    """Those with marks of the kind that comes first in the text; none where a mark of it has no partner."""
    firsts = [(place, pair) for pair in _PAIRS if (place := text.find(pair[0])) >= 0]
    straight = text.find(_STRAIGHT)
    first = min((place for place, _ in firsts), default=len(text))
    if 0 <= straight < first:
        return _straight(text)
    for _, pair in sorted(firsts, key=lambda found: found[0]):
        if found := _paired(text, *pair):
            return found
    return [Quotation(*match.span()) for match in _SINGLE.finditer(text)]


def _paired(text: str, opening: str, closing: str) -> list[Quotation]:
    found: list[Quotation] = []
    begin: int | None = None
    for place, character in enumerate(text):
        if begin is None and character == opening:
            begin = place
        elif begin is not None and character == closing:
            found.append(Quotation(begin, place + 1))
            begin = None
        elif character in (opening, closing):
            # One too many: which belong together is not known.
            return []
    return [] if begin is not None else found


def _straight(text: str) -> list[Quotation]:
    places = [place for place, character in enumerate(text) if character == _STRAIGHT]
    if len(places) % 2:
        return []
    found = [Quotation(start, end + 1) for start, end in zip(places[::2], places[1::2], strict=True)]
    # An opening mark in a word is an inch or a second.
    return [] if any(one.start and text[one.start - 1].isalnum() for one in found) else found
