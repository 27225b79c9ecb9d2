"""Characters nobody sees: they turn text around, hide words in it or split them.

A plain text keeps them, since its paragraphs are the file's own characters; titles, outlets and
the text of every other format are cleaned by `visible` when they are read. `neutralise` cleans what is
shown, on the page and on a terminal, whatever it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

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

# What a line cannot hold.
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_JOINERS = "\u200c\u200d"
# Letters of no width and no ink: Hangul fillers, Khmer inherent vowels, the Braille blank.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VIRAMA = 9
_EMOJI_PARTS = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_REPLACEMENT = "\ufffd"


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


def neutralise(text: str) -> str:
    """`text` without characters that steer a terminal or a line's direction, or that nobody sees.

    Line breaks become spaces, lone surrogates U+FFFD. A joiner stays where a script or an emoji
    needs it (the CONTEXTJ rules of RFC 5892, and between pictographs). No character is moved, so
    that a span's text is the same cleaned by itself, joiners at its ends aside.
    """
    return _suspect().sub(_instead, text)


@cache
def _suspect() -> re.Pattern[str]:
    """Finds each character that `_instead` has to look at; most texts have none, and articles are long."""
    # The planes between hold ideographs, those above private use; each ends with two noncharacters.
    ends = (plane * 0x10000 + end for plane in range(17) for end in (0xFFFE, 0xFFFF))
    found = [chr(code) for code in (*range(0x20000), *range(0xE0000, 0xE1000), *ends) if _is_suspect(chr(code))]
    return re.compile(f"[{re.escape(''.join(found))}]")


def _is_suspect(character: str) -> bool:
    return (
        character in _BREAKS
        or character in _BLANKS
        or unicodedata.category(character) in ("Cc", "Cf", "Cs")
        or ord(character) & 0xFFFE == 0xFFFE
    )


def _instead(found: re.Match[str]) -> str:
    character = found[0]
    if character in _BREAKS:
        return " "
    if character in _JOINERS:
        return character if _joins(found.string, found.start()) else ""
    return _REPLACEMENT if unicodedata.category(character) == "Cs" else ""


def _joins(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if text[place] == "\u200c":
        return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    return (unicodedata.category(before) == "So" or before in _EMOJI_PARTS) and unicodedata.category(after) == "So"


def without_marks(text: str) -> str:
    """`text` in compatibility form (NFKD), without accents and other combining marks."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """Letter case, accents and compatibility forms levelled, for comparing."""
    return without_marks(unicodedata.normalize("NFKD", text).casefold())
