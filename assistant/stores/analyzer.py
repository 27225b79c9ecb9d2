"""Text analyzer of word search, the same for what is stored and for what is asked.

SQLite's `porter unicode61` does Latin script. Here the others are made fit for it: scripts that are
written without spaces become overlapping pairs of characters (bigrams, as in Lucene's CJK analyser),
words of scripts with a Snowball stemmer become their stems.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from Stemmer import Stemmer

from assistant.text.unicode import UNSPACED, fold

_RUN = re.compile(f"[{UNSPACED}]+")
_STEMMED = {
    "russian": "\u0400-\u052f",
    "arabic": "\u0620-\u065f\u0670-\u06d3\u06fa-\u06ff",
    "hindi": "\u0900-\u0963\u0971-\u097f",
    "greek": "\u0370-\u03ff",
}
_WORD_OF = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, letters in _STEMMED.items()))
# Vowel marks that Arabic is mostly written without, and the stroke that only stretches a line.
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
# What unicode61 counts as part of a word (marks included, see FTS5_TOKENIZER).
_TOKEN = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u0900-\u0963\u0971-\u0dff])+")

MOST_WORDS = 64
"""So many words of a question are looked for."""

FTS5_TOKENIZER = "porter unicode61 remove_diacritics 2 categories ''L* N* Co Mn Mc''"


def indexed(text: str) -> str:
    """`text` as it is given to FTS5; Latin script is left to its tokenizer."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", _WORD_OF.sub(_stemmed, text))


def asked(text: str) -> list[str]:
    """The words of a question as FTS5 strings, each once, in order; one character alone matches as a beginning."""
    tokens = _TOKEN.findall(indexed(text.lower()))
    return [f'"{token}"*' if len(token) == 1 and _RUN.match(token) else f'"{token}"' for token in dict.fromkeys(tokens)]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _stemmed(match: re.Match[str]) -> str:
    return _stem(str(match.lastgroup), match[0].lower())


@lru_cache(maxsize=100_000)
def _stem(language: str, word: str) -> str:
    if language == "arabic":
        word = _ARABIC_MARKS.sub("", word)
    elif language == "russian":
        word = word.replace("ё", "е")
    return _snowball(language, word)


def _snowball(language: str, word: str) -> str:
    # A new stemmer each time: one is for one thread, and questions are answered in several.
    return str(Stemmer(language, 0).stemWord(word)) or word


def encoded(text: str) -> str:
    """The words of `text` for an engine whose own analyser is not known: stems in ASCII, one blank between."""
    return " ".join(map(_ascii, _TOKEN.findall(indexed(text.lower()))))


@lru_cache(maxsize=100_000)
def _ascii(token: str) -> str:
    plain = fold(token)
    if plain.isascii():
        return _snowball("english", plain)
    return f"u{token.encode('utf-8', 'surrogatepass').hex()}"
