"""Repair of mojibake: UTF-8 that was once read in an older encoding and saved that way: "CafÃ©", "РњРѕСЃС‚"."""

from __future__ import annotations

import re
from functools import cache

ENCODINGS = "latin-1 cp1252 cp1251 cp1250 cp1253 cp1254 cp1257 iso8859-2 mac-roman cp437".split()
"""The older encodings that ftfy knows, by the names of Python's codecs."""
_LEADS, _CONTINUATIONS = range(0xC2, 0xF5), range(0x80, 0xC0)
"""The bytes that a letter beyond ASCII begins with in UTF-8, and those that it goes on with."""


def mended(text: str) -> str:
    """`text` with such lines as they were meant, by ftfy (https://ftfy.readthedocs.io).

    Only lines that are so as a whole: where a line is right elsewhere, "CafÃ©" may be what it tells about.
    """
    # ftfy looks at every letter, which takes longer than reading the file: only lines that may be so go to it.
    if text.isascii() or not _suspicious().search(text):
        return text
    from ftfy import TextFixerConfig, fix_encoding

    config = TextFixerConfig(decode_inconsistent_utf8=False, replace_lossy_sequences=False, fix_c1_controls=False)
    lines = text.split("\n")
    return "\n".join(fix_encoding(line, config) if _suspicious().match(line) else line for line in lines)


@cache
def _suspicious() -> re.Pattern[str]:
    """A line whose letters beyond ASCII are, in one of the encodings, such bytes as UTF-8 has, and in their order.

    A space may stand for a later byte: so ends what was a no-break space.
    """
    ascii_ = r"[^\n\x80-\U0010ffff]*+"
    whole = (
        rf"(?:[{_letters(name, _LEADS)}][{_letters(name, _CONTINUATIONS)} ]{{1,3}}+{ascii_})++$" for name in ENCODINGS
    )
    return re.compile(rf"^{ascii_}(?:{'|'.join(whole)})", re.M)


def _letters(encoding: str, values: range) -> str:
    # A byte without a letter is a control character, as browsers have it.
    letters = (bytes([value]).decode(encoding, "ignore") or chr(value) for value in values)
    return re.escape("".join(letters))
