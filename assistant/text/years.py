"""Patterns of years: which four digits are one; parts of regular expressions."""

from __future__ import annotations

FIRST_YEAR = 1800
"""Before it nothing is dated that is read here."""

YEAR = r"(?:1[89]|20)\d\d"
"""In what is written as a date: from `FIRST_YEAR` to 2099."""

LIKELY_YEAR = r"(?:19|20)\d\d"
"""Where the digits may be something else, in a file's name or a question: 1900 to 2099."""
