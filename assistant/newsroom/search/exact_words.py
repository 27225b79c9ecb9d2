"""Exact phrase search over the library."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import regex

from assistant.errors import UsageError
from assistant.library.index import ArticleIndex
from assistant.newsroom.evidence.passages import each_article
from assistant.retrieval.passages import quotable
from assistant.schema.answers import Quote
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, Passage
from assistant.text.unicode import UNSPACED

# With accents and vowel signs that are characters of their own, which `\w` of `re` is without.
_WORD = regex.compile(r"\w")
_PIECE = regex.compile(r"\w+|[^\w\s]")
# What NFC may put together (Unicode's UAX 29).
_CLUSTER = regex.compile(r"\X")
_OPENING, _CLOSING = "\"“„«「『'‘", "\"”“»」』'’"
# Typed and typeset, the same sign.
_ALIKE = ('"“”„«»', "'‘’ʼ", "-‐‑‒–—−")
# There a word may begin anywhere.
# Letters beyond those that an index is cut by too: single ones of Hangul ("ㅋㅋ"), the further ones of Burmese.
_UNSPACED = regex.compile(rf"[{UNSPACED}\p{{Hangul}}\p{{Myanmar}}]")


def is_quoted(text: str) -> bool:
    """Whether all of it is put in quotation marks, which asks for exactly these words."""
    text = text.strip()
    return len(text) > 2 and text[0] in _OPENING and text[-1] in _CLOSING


class ExactWords:
    """Words as they are written: case, white space and the form of quotation marks and dashes aside.

    A word is found whole: "port" is not in "airport".
    """

    def __init__(self, text: str) -> None:
        """Quotation marks around all of it are no part of it. Raises `UsageError` where there is no word."""
        text = text.strip()
        self.text = text[1:-1].strip() if is_quoted(text) else text
        pieces = _PIECE.findall(unicodedata.normalize("NFC", self.text))
        if not any(piece[0].isalnum() for piece in pieces):
            raise UsageError(f"“{text}” has no word to look for; give the words as they stand in the reports")
        self._pattern = regex.compile(_bounded(pieces), regex.IGNORECASE)

    def find(self, passage: Passage) -> Iterator[Quote]:
        """The sentences that have the words, once each; where these go over a sentence's end, the words alone."""
        text = passage.paragraph.text
        composed, places = _composed(text)
        sentences = quotable(passage)
        seen = set()
        for match in self._pattern.finditer(composed):
            begin, stop = places[match.start()], places[match.end()]
            start, end = next((span for span in sentences if span[0] <= begin < stop <= span[1]), (begin, stop))
            if (start, end) not in seen:
                seen.add((start, end))
                yield Quote(text[start:end], start, end)


def passages_with(
    index: ArticleIndex, words: ExactWords, articles: ArticleFilter = EVERY_ARTICLE
) -> Iterator[tuple[Passage, tuple[Quote, ...]]]:
    """Every passage that has the words, with its quotes, oldest first."""
    for passages in each_article(index, articles, index.store.holding(words.text)):
        for passage in passages:
            if quotes := tuple(words.find(passage)):
                yield passage, quotes


def _composed(text: str) -> tuple[str, Sequence[int]]:
    """The text in NFC, and where each of its characters and its end are in `text`; PDFs and macOS write NFD."""
    if unicodedata.is_normalized("NFC", text):
        return text, range(len(text) + 1)
    composed, places = [], []
    for match in _CLUSTER.finditer(text):
        cluster = unicodedata.normalize("NFC", match[0])
        composed.append(cluster)
        places += [match.start()] * len(cluster)
    return "".join(composed), [*places, len(text)]


def _bounded(pieces: list[str]) -> str:
    pattern = ""
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if before:
            pattern += r"\s+" if _WORD.match(before[-1]) and _WORD.match(piece[0]) else r"\s*"
        pattern += _sign(piece)
    first = r"(?<!\w)" if _is_spaced(pieces[0][0]) else ""
    last = r"(?!\w)" if _is_spaced(pieces[-1][-1]) else ""
    return first + pattern + last


def _is_spaced(letter: str) -> bool:
    return bool(_WORD.match(letter)) and not _UNSPACED.match(unicodedata.normalize("NFKC", letter))


def _sign(piece: str) -> str:
    signs = next((signs for signs in _ALIKE if piece in signs), None)
    return f"[{regex.escape(signs)}]" if signs else regex.escape(piece)
