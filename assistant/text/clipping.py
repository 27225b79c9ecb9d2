"""A text that is longer than its place, cut with an ellipsis."""

from __future__ import annotations

_NOT_AT_THE_END = " ,;:，、；："


def clip(text: str, length: int) -> str:
    """`text`, cut to `length` characters with the ellipsis where it is longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def clip_between_words(text: str, length: int) -> str:
    """`text`, cut between two words to `length` characters, and the ellipsis, where it is longer."""
    if len(text) <= length:
        return text
    cut = text[: length + 1]
    # Chinese and Japanese have no spaces to cut at.
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut[:-1]).rstrip(_NOT_AT_THE_END) + "…"
