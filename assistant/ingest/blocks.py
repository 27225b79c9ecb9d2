"""Blocks of text that an article is built from, each with its place in the file, and what is left out of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Block = tuple[int, str]
"""An offset, which grows from block to block, and the text that stands there."""


class Reason(StrEnum):
    """Why text is left out; a reader may say it in its format's own words, too (a style's name, a part of a page)."""

    ABOUT_THE_AUTHOR = "about the author"
    COMMENT = "comment"
    FURNITURE = "page furniture"
    LABEL = "label"
    MARKUP = "markup"
    NO_FIELD = "no field of an article"
    SIGN_OFF = "sign-off"
    SUB_HEADING = "sub-heading"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text of the file that is no part of the article, and why; it stood after the paragraph of this number, or 0.

    Until the article is built, `after` is an offset as a block's.
    """

    after: int
    text: str
    reason: str
