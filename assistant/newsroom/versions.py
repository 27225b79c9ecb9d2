"""Two versions of an article: what changed, what matters most first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from assistant.schema.articles import Article
from assistant.text.dates import named_periods
from assistant.text.sentences import split_sentences
from assistant.verification.exact import figures

_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|„([^“”]+)[“”]")
_WORD = re.compile(r"\w[\w'’.,-]*\w|\w")


class Kind(StrEnum):
    """What of an article changed, by rank."""

    HEADLINE = "headline"
    NUMBERS = "numbers"
    NAMES = "names"
    QUOTES = "quotes"
    DATES = "dates"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class TextChange:
    """A headline or sentence before and after, "" where it was not there; `words`: (before, after) of what differs."""

    kind: Kind
    before: str
    after: str
    words: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "kind": self.kind.value, "words": [list(pair) for pair in self.words]}


def changes(earlier: Article, later: Article) -> list[TextChange]:
    """What changed, by rank, and within a rank in reading order; [] where both read the same."""
    found = []
    if earlier.title != later.title:
        found.append(_change(Kind.HEADLINE, earlier.title, later.title))
    for before, after in _paired(_sentences(earlier), _sentences(later)):
        found.append(_change(_kind(before, after), before, after))
    ranks = list(Kind)
    return sorted(found, key=lambda change: ranks.index(change.kind))


def _sentences(article: Article) -> list[str]:
    return [
        " ".join(paragraph.text[start:end].split())
        for paragraph in article.paragraphs
        for start, end in split_sentences(paragraph.text)
    ]


def _paired(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The sentences that differ, each with what stands in its place."""
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from zip_longest(before[a:b], after[c:d], fillvalue="")


def _kind(before: str, after: str) -> Kind:
    """The first of the ranks in which they differ."""
    for kind, of in ((Kind.NUMBERS, _numbers), (Kind.NAMES, _names), (Kind.QUOTES, _quotes), (Kind.DATES, _dates)):
        if of(before) != of(after):
            return kind
    return Kind.WORDING


def _numbers(text: str) -> set[frozenset[Any]]:
    # What a date is made of is the date's.
    for period in named_periods(text):
        text = text.replace(period.words, " ")
    return {figure.values for figure in figures(text)}


def _dates(text: str) -> set[tuple[Any, Any]]:
    return {(period.since, period.until) for period in named_periods(text)}


def _quotes(text: str) -> set[str]:
    return {" ".join(filter(None, found)) for found in _QUOTED.findall(text)}


def _names(text: str) -> set[str]:
    """Capitalised words; the first one of a sentence is capitalised whatever it is. Months are the dates'."""
    for period in named_periods(text):
        text = text.replace(period.words, " ")
    # What is quoted is the quotes'.
    words = list(_WORD.finditer(_QUOTED.sub(" ", text)))
    return {word[0] for word in words[1:] if word[0][0].isupper()}


def _change(kind: Kind, before: str, after: str) -> TextChange:
    old, new = before.split(), after.split()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    words = tuple((" ".join(old[a:b]), " ".join(new[c:d])) for tag, a, b, c, d in blocks if tag != "equal")
    return TextChange(kind, before, after, words)
