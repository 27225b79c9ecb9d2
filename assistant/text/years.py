"""Which four digits are a year, as parts of regular expressions."""

from __future__ import annotations

YEAR = r"(?:1[89]|20)\d\d"
"""In what is written as a date: 1800 to 2099."""

LIKELY_YEAR = r"(?:19|20)\d\d"
"""Where the digits may be something else, in a file's name or a question: 1900 to 2099."""
