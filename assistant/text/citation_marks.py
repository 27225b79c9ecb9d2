"""Removal of citation marks from running text."""

from __future__ import annotations

import re

_MARK = re.compile(r"\s*\[\d+\]")


def without_citation_marks(text: str) -> str:
    """`text` without "[2]" and the like, and the blanks before them."""
    return _MARK.sub("", text)
