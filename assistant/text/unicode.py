"""Invisible characters: they turn text around, hide words in it or split them.

A plain text keeps them, since its paragraphs are the file's own characters; titles, outlets and
the text of every other format are cleaned by `visible` when they are read. `neutralise` cleans what is
shown, on the page and on a terminal, whatever it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
"""Scripts that are written without spaces between words, or find words within words: Thai, Lao, Myanmar, Khmer,
Hiragana, Katakana, Han, Hangul. Ranges of a character class, of NFKC; what an index holds was cut by them."""

# What a line cannot hold.
_BREAK = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
_JOINER = re.compile("[\u200c\u200d]")
_LEFT_HERE = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029\u200c\u200d")
# Letters of no width and no ink: Hangul fillers, Khmer inherent vowels, the Braille blank.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Default-ignorable marks (UAX #44), which can carry hidden text, and the object replacement character. The emoji
# variation selector U+FE0F is seen.
_IGNORABLE = frozenset("\u034f\u180b\u180c\u180d\u180f\ufffc") | frozenset(map(chr, range(0xFE00, 0xFE0F)))
_TAGS = range(0xE0000, 0xE1000)
_VIRAMA = 9
_EMOJI_PARTS = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_REPLACEMENT = "\ufffd"
_NO_LETTER = re.compile(r"[\W_]+")


def visible(text: str) -> str:
    """`text` without characters that cannot be seen or that steer a line's direction; its white space stays.

    Lone surrogates become U+FFFD. A joiner stays where a script or an emoji needs it (the CONTEXTJ rules of
    RFC 5892, and between pictographs).
    """
    if text.isascii() and text.isprintable():
        return text
    seen = _unseen().sub(_instead, text)
    return _JOINER.sub(_joiner, seen)


def without_joiners(text: str) -> str:
    """`text` visible, without the joiners a script needs either: for reading dates and names in it."""
    return _JOINER.sub("", visible(text))


def one_line(text: str) -> str:
    """`text` visible, on one line, single-spaced."""
    return " ".join(visible(text).split())


def block(text: str) -> str:
    """A paragraph: visible, single-spaced, with the line breaks it has."""
    lines = visible(text).replace("\r", "\n").split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def has_surrogates(text: str) -> bool:
    """True where half a character stands in `text` (a lone surrogate), for which UTF-8 has no bytes."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def storable(text: str) -> str:
    """With U+FFFD for lone surrogates, which UTF-8 has no bytes for."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def neutralise(text: str) -> str:
    """`text` visible and on one line: line breaks and tabs become spaces, so that it steers no terminal either.

    No character is moved, so that a span's text is the same cleaned by itself, joiners at its ends aside.
    """
    return visible(_BREAK.sub(" ", text))


@cache
def _unseen() -> re.Pattern[str]:
    """Finds each character that is not seen, joiners aside."""
    # The planes between hold ideographs, those above private use; each ends with two noncharacters.
    ends = (plane * 0x10000 + end for plane in range(17) for end in (0xFFFE, 0xFFFF))
    found = sorted(code for code in {*range(0x20000), *_TAGS, *ends} if _is_unseen(chr(code)))
    # As ranges: above U+FFFF `re` compares with each member of a class in turn.
    starts = [code for code, before in zip(found, [-2, *found], strict=False) if code != before + 1]
    stops = [code for code, after in zip(found, [*found[1:], -2], strict=True) if code + 1 != after]
    ranges = (f"{re.escape(chr(start))}-{re.escape(chr(stop))}" for start, stop in zip(starts, stops, strict=True))
    return re.compile(f"[{''.join(ranges)}]")


def _is_unseen(character: str) -> bool:
    return character not in _LEFT_HERE and (
        character in _BLANKS
        or character in _IGNORABLE
        or ord(character) in _TAGS
        or unicodedata.category(character) in ("Cc", "Cf", "Cs")
        or ord(character) & 0xFFFE == 0xFFFE
    )


def _instead(found: re.Match[str]) -> str:
    return _REPLACEMENT if unicodedata.category(found[0]) == "Cs" else ""


def _joiner(found: re.Match[str]) -> str:
    text, place = found.string, found.start()
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return found[0] if before and after and _joins(before, found[0], after) else ""


def _joins(before: str, joiner: str, after: str) -> bool:
    if after in _LEFT_HERE:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if joiner == "\u200c":
        return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    return (unicodedata.category(before) == "So" or before in _EMOJI_PARTS) and unicodedata.category(after) == "So"


def without_marks(text: str) -> str:
    """`text` in compatibility form (NFKD), without accents and other combining marks."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """Letter case, accents and compatibility forms levelled, for comparing."""
    return without_marks(unicodedata.normalize("NFKD", text).casefold())


def levelled(text: str) -> str:
    """The letters and digits of `text` alone, letter case levelled, for comparing."""
    return _NO_LETTER.sub("", text.casefold())
