"""Token count estimate: how many tokens of a language model a text has, without its vocabulary."""

from __future__ import annotations

_BYTES_A_TOKEN = 3


def tokens_of(text: str) -> int:
    """About as many, rather too many than too few.

    A token of today's vocabularies is on the average 4 to 5 bytes of English in UTF-8, 5 or more of Russian, 3 or
    more of Chinese.
    """
    return len(text.encode()) // _BYTES_A_TOKEN + 1
