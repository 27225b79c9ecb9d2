"""Sentence boundaries, as character offsets, by Wikimedia's sentencex."""

from __future__ import annotations

import re

_ABBREVIATION_BEFORE_NUMBER = re.compile(r"\b(?:No|Nos|Fig|Art|Sec|Ch|Vol|p|pp)\.$")


def split_sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """(start, end) of each sentence of `text`, without surrounding white space.

    Never empty for a text that is not blank.
    """
    from sentencex import get_sentence_boundaries

    spans: list[tuple[int, int]] = []
    for boundary in get_sentence_boundaries(language, text):
        start, end = boundary["start_index"], boundary["end_index"]
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        if start >= end:
            continue
        previous = text[spans[-1][0] : spans[-1][1]] if spans else ""
        if _ABBREVIATION_BEFORE_NUMBER.search(previous) and text[start].isdigit():
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans
