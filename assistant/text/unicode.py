"""Characters nobody sees: they turn text around, hide words in it or split them.

A plain text keeps them, since its paragraphs are the file's own characters; titles, outlets and
the text of every other format are cleaned here.
"""

from __future__ import annotations

import re

# Bidi marks, embeddings and isolates (UAX #9), zero-width and soft-hyphen characters, tag characters
# and the other default-ignorables that can carry hidden text (UAX #44), C0 and C1 controls, surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# A joiner belongs to the spelling of Persian and the Indic scripts and to emoji, and nowhere else.
_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
    "|[\u200c\u200d](?![\u0600-\u08ff\u0900-\u0dff\u2600-\u27bf\U0001f000-\U0001faff])"
)
_SUSPECT = re.compile(r"[^\t\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u05ff\u2010-\u2027\u3000-\u3163\u4e00-\u9fff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[\s]*")


def visible(text: str) -> str:
    """`text` without characters that cannot be seen; lone surrogates become U+FFFD."""
    if not _SUSPECT.search(text):
        return text
    return _JOINER.sub("", _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text)))


def one_line(text: str) -> str:
    """`text` visible, on one line, single-spaced."""
    return " ".join(visible(text).split())


def block(text: str) -> str:
    """A paragraph: visible, single-spaced, with the line breaks it has."""
    return _LINES.sub("\n", _SPACES.sub(" ", visible(text).replace("\r\n", "\n").replace("\r", "\n"))).strip()
