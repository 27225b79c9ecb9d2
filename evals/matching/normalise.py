"""Text to tokens that compare equal when they mean the same, for matching short answers.

Folded: Unicode form (NFKC) and accents, letter case, quotes, dashes and other punctuation,
possessives and contractions, the articles a/an/the, British and American spelling, regular
plurals of lower-case words, number words and thousands separators, currency and per cent signs,
dates. Kept apart: ordinals and cardinals ("second", "two"), a day of a month and a plain number
("4 July", "4"), "US" and "us", every number and the numbers inside its digits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from assistant.text.numbers import read_number
from assistant.text.unicode import without_marks
from evals.matching.spelling import fold_spelling
from evals.matching.tokens import MONTHS, YEAR, Token, fold_dates, vocabulary

_ARTICLES = frozenset({"a", "an", "the"})
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u02bc\u2032`\u00b4"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_QUOTES = str.maketrans({**dict.fromkeys(_SINGLE_QUOTES, "'"), **dict.fromkeys(_DOUBLE_QUOTES, '"')})
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_THIN_GAP = re.compile("(?<=\\d)[\u00a0\u2009\u202f](?=\\d{3}(?!\\d))")
_ISO_DAY = re.compile(rf"(?<![\w/-])({YEAR})([-/])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?![\w/-])")
_CURRENCY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "₽": "rouble"}
_MONEY = re.compile(
    r"(?:\b(?:US|AU|CA|A|C|HK|NZ))?([$€£¥₹₽])\s?(\d[\d,]*(?:\.\d+)?)"
    r"(?:\s?(m|mn|b|bn|tn|million|billion|trillion|thousand|k)\b)?",
    re.I,
)
_MONEY_UNIT = {"m": "million", "b": "billion", "k": "thousand"}
_PERCENT = re.compile(r"(?<=\d)\s?%|\bper\s?cent\b|\bpct\b", re.I)
_MAGNITUDE_GLUED = re.compile(r"(?<=\d)(mn|bn|tn)\b", re.I)
_MINUS = re.compile(r"(?:(?<=\s)|(?<=\()|^)-(?=\d)|\bminus\s+(?=\d)", re.I)
_MINUS_SIGN = "\u2212"  # stands for a minus only; every dash has become a hyphen before
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}|\b[A-Z]\.[A-Z]\b")
_LETTER_NUMBER = re.compile(r"\b([A-Za-z])-(?=\d)")
_PREFIX = re.compile(r"\b(co|re|pre|non|anti|de|multi|inter|semi|counter)-(?=[a-z])", re.I)
_CONTRACTIONS = (
    (re.compile(r"\b(?:can't|cannot)\b", re.I), "can not"),
    (re.compile(r"\bwon't\b", re.I), "will not"),
    (re.compile(r"n't\b", re.I), " not"),
    (re.compile(r"'s\b|(?<=s)'(?!\w)", re.I), ""),
)
_PIECE = re.compile(
    r"(?P<number>\u2212?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|\u2212?\d+(?:[.:/]\d+)+(?!\w)|\u2212\d+(?!\w))"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<break>[.!?;:,()\n]|\s-+\s)"
)
_PLURAL = re.compile(r"(?P<ies>(?<=..)ies)$|(?P<es>(?<=ss|sh|ch)es|(?<=x)es)$|(?P<s>(?<=..[^suia])s)$")
_ABBREVIATIONS = vocabulary("capt col corp dept dr etc gen gov inc jr lt ltd mr mrs ms no prof rep sen sgt sr st vs")
_NEVER_PLURAL = frozenset({"always", "news", "series", "species", "does", "perhaps", "besides", "overseas"})


@lru_cache(maxsize=10_000)  # a wording is looked for in many texts, and many in one
def tokens(text: str) -> tuple[Token, ...]:
    """The comparable tokens of `text`, in order, without articles.

    A text of articles alone keeps them ("A", the blood group), so that it is never empty.
    """
    found = fold_dates(_numbers(_pieces(_prepare(text))))
    kept: list[Token] = []
    pending = ""
    for token in found:
        if token.key in _ARTICLES:
            pending += token.breaks
        else:
            kept.append(replace(token, breaks=pending + token.breaks) if pending else token)
            pending = ""
    return tuple(kept) or tuple(found)


def _prepare(text: str) -> str:
    """`text` in one Unicode form, with what punctuation would tear apart put in words."""
    text = _THIN_GAP.sub(",", text)
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    text = _DASHES.sub("-", text)
    text = without_marks(text)
    text = _ISO_DAY.sub(lambda m: f"{int(m[4])} {MONTHS[int(m[3]) - 1].title()} {m[1]}", text)
    text = _MONEY.sub(_money, text)
    text = _PERCENT.sub(" percent", text)
    text = _MAGNITUDE_GLUED.sub(r" \1", text)
    text = _MINUS.sub(" " + _MINUS_SIGN, text)
    text = re.sub(r"\bUSD\b", "dollar", text)
    text = _DOTTED.sub(lambda m: m[0].replace(".", "") + _stop_after(m), text)
    text = re.sub(r"\bUSA?\b(?!\s+dollar)", "USA", text)
    text = re.sub(r"\bUSA?\b\s+(?=dollar)", "", text)
    text = _LETTER_NUMBER.sub(r"\1", text)
    text = _PREFIX.sub(r"\1", text)
    for pattern, words in _CONTRACTIONS:
        text = pattern.sub(words, text)
    return text


def _money(match: re.Match[str]) -> str:
    unit = (match[3] or "").lower()
    return f"{match[2]} {_MONEY_UNIT.get(unit, unit)} {_CURRENCY[match[1]]}"


def _stop_after(match: re.Match[str]) -> str:
    # "in the U.S. They": the last full stop also ends the sentence
    rest = match.string[match.end() :]
    return "." if match[0].endswith(".") and re.match(r"\s+[A-Z]|\s*$", rest) else ""


def _pieces(text: str) -> list[Token]:
    found: list[Token] = []
    breaks = ""
    for match in _PIECE.finditer(text):
        if mark := match["break"]:
            abbreviated = mark == "." and found and _abbreviates(found[-1])
            breaks += "" if abbreviated else mark.strip() or "\n"
            continue
        raw = match[0]
        word = raw.replace("'", "").casefold()
        also: frozenset[str] = frozenset()
        key = raw if match["number"] else fold_spelling(word)
        if raw.islower() and not match["number"]:
            key = _singular(key)
        elif raw == raw.capitalize() and len(raw) > 1 and _singular(key) != key and ("." in breaks or not found):
            # a capital that only begins the sentence may hide a plural
            also = frozenset({_singular(key)})
        found.append(Token(key, also, breaks, raw[0].isupper()))
        breaks = ""
    return found


def _abbreviates(token: Token) -> bool:
    """True when a full stop after the token ends no sentence: "Dr.", "J. Smith"."""
    return token.named and (token.key in _ABBREVIATIONS or (len(token.key) == 1 and token.key.isalpha()))


def _singular(word: str) -> str:
    match = _PLURAL.search(word)
    if match is None or word in _NEVER_PLURAL or len(word) < 4 or word[0].isdigit():
        return word
    return word[: match.start()] + ("y" if match["ies"] else "")


def _numbers(pieces: list[Token]) -> list[Token]:
    """`pieces` with number words and separators folded into one token a number."""
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        while end < len(pieces) and not pieces[end].breaks:
            end += 1
        words = [piece.key for piece in pieces[at:end]]
        negative = words[0].startswith(_MINUS_SIGN)
        if negative:
            words[0] = words[0][1:]
        number = read_number(words)
        if number is None:
            found.append(pieces[at])
            at += 1
            continue
        key = ("-" if negative else "") + number.key
        figure = read_number(words[: number.words - 1]) if number.magnitudes else None
        written = figure.key if figure and figure.words == number.words - 1 else ""
        magnitudes = frozenset(number.magnitudes)
        found.append(replace(pieces[at], key=key, also=magnitudes, named=False, figure=written))
        at += number.words
    return found
