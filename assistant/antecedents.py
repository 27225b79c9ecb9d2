"""Who "they" are: a quotation that begins in the middle of a thought is given the sentence before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.schema import Passage, Quote
from assistant.support import Evidence, quotable

_MAX_LEAD = 300
# "It is important that …" points nowhere.
_POINTS_BACK = re.compile(
    r"[“\"‘']?(?:(?:They|Them|Their|These|Those|This|That|He|She|His|Her|Its|Both|Such)\b|"
    r"It\b(?!\s+(?:is|was|has been|had been|will be|would be|may be|might be|seems|seemed)\b))"
)
_THEY_SAID = re.compile(
    r"[,”\"]\s*they\s+(?:also\s+|both\s+)?(?:said|added|noted|stressed|stated|explained|agreed|warned|insisted)\b"
)


def with_antecedent(evidence: Sequence[Evidence], passages: Sequence[Passage]) -> tuple[Evidence, ...]:
    """The evidence, each quote that points back preceded by the sentence it points to.

    That is the one before in its paragraph. Where a first sentence says "they stressed", it is the last
    of the paragraph before, as evidence of its own, if that is among `passages`. What "he" said is
    left as it is where the paragraph's speaker is known: the name stands before the quotation.
    """
    found: dict[tuple[str, int], Evidence] = {}
    for part in evidence:
        for item in _led_in(part, passages):
            found.setdefault((item.passage.paragraph.id, item.quote.start), item)
    return tuple(found.values())


def _led_in(part: Evidence, passages: Sequence[Passage]) -> list[Evidence]:
    text, paragraph = part.quote.text, part.passage.paragraph
    said = bool(_THEY_SAID.search(text))
    if paragraph.speaker or not (said or _POINTS_BACK.match(text)):
        return [part]
    before = [span for span in quotable(part.passage) if span[1] <= part.quote.start]
    if before:
        return [_widened(part, before[-1][0])]
    previous = next((p for p in passages if _follows(p, part.passage)), None) if said else None
    spans = quotable(previous) if previous else []
    if not previous or not spans or spans[-1][1] - spans[-1][0] > _MAX_LEAD:
        return [part]
    start, end = spans[-1]
    return [replace(part, passage=previous, quote=Quote(previous.paragraph.text[start:end], start, end)), part]


def _widened(part: Evidence, start: int) -> Evidence:
    quote = part.quote
    if quote.start - start > _MAX_LEAD:
        return part
    return replace(part, quote=Quote(part.passage.paragraph.text[start : quote.end], start, quote.end))


def _follows(earlier: Passage, later: Passage) -> bool:
    return earlier.article_id == later.article_id and earlier.paragraph.number + 1 == later.paragraph.number
