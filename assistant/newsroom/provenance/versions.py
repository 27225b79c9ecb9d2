"""Comparison of two versions of an article: what changed, what matters most first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import regex

from assistant.library.versions import Version
from assistant.schema.articles import Article, iso_day
from assistant.text.dates import named_periods
from assistant.text.figures import Figure, figures
from assistant.text.quotations import quotations
from assistant.text.sentences import split_sentences
from assistant.text.tokens import words

# Where `quotations` finds none because a mark has no partner: a sentence may begin or end within a quotation.
_QUOTED = re.compile(r"“[^”]+”|\"[^\"]+\"|«[^»]+»|„[^“”]+[“”]")
_CURRENCY = r"\p{Sc}"
# A sign before a number, where no word or number touches it ("3-5"), a currency before or behind, and a percentage.
_MINUS = regex.compile(rf"(?:^|[\s(\[])(?:{_CURRENCY}\s?)?[-−–]{_CURRENCY}?$")
_MONEY_BEFORE, _MONEY_BEHIND = regex.compile(rf"({_CURRENCY})\s?[-−–]?$"), regex.compile(rf"\s?({_CURRENCY})")
_PERCENT = re.compile(r"\s?(?:[%٪％]|(?:per ?cent|pct|prozent|pour cent|por ciento)\b)", re.IGNORECASE)
_TOUCHES = 6
# The share of their words from which two sentences are one that was changed.
_SAME_SENTENCE = 0.4


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
    """A headline, sentence or field before and after, "" where it was not there.

    `words`: (before, after) of each place in which the two differ.
    """

    kind: Kind
    before: str
    after: str
    words: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "kind": self.kind.value, "words": [list(pair) for pair in self.words]}


@dataclass(frozen=True, slots=True)
class Replacement:
    """An article was replaced `at` a time (UTC), with these changes, by rank."""

    article_id: str
    at: datetime
    changes: tuple[TextChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "article_id": self.article_id,
            "replaced": self.at.isoformat(timespec="seconds"),
            "changes": [change.to_dict() for change in self.changes],
        }


def replacements(kept: Sequence[Version], now: Article | None) -> list[Replacement]:
    """What changed from each version to the next, oldest first; `now` is the article as it is, None where it is gone.

    Of an article that is gone the last version has none to be compared with.
    """
    articles = [version.article for version in kept] + ([now] if now else [])
    return [
        Replacement(version.article.id, version.replaced, tuple(changes(version.article, later)))
        for version, later in zip(kept, articles[1:], strict=False)
    ]


def changes(earlier: Article, later: Article) -> list[TextChange]:
    """What changed, by rank, and within a rank in reading order; [] where both read the same."""
    found = [_change(kind, before, after) for kind, before, after in _fields_of(earlier, later) if before != after]
    found += changed_sentences(_texts(earlier), _texts(later))
    ranks = list(Kind)
    return sorted(found, key=lambda change: ranks.index(change.kind))


def changed_sentences(before: Iterable[str], after: Iterable[str]) -> list[TextChange]:
    """The sentences of these paragraphs that were changed, taken out or added, in reading order."""
    old, new = _sentences(before), _sentences(after)
    found: list[TextChange] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [_change(_kind(*pair), *pair) for pair in _paired(old[a:b], new[c:d])]
    return found


def _fields_of(earlier: Article, later: Article) -> list[tuple[Kind, str, str]]:
    days = [f"published {iso_day(one.published)}" if one.published else "" for one in (earlier, later)]
    by = [", ".join(filter(None, (one.author, one.source, one.via))) for one in (earlier, later)]
    return [
        (Kind.HEADLINE, earlier.title, later.title),
        (Kind.NAMES, by[0], by[1]),
        (Kind.DATES, days[0], days[1]),
    ]


def _texts(article: Article) -> list[str]:
    return [paragraph.text for paragraph in article.paragraphs]


def _sentences(paragraphs: Iterable[str]) -> list[str]:
    return [" ".join(text[start:end].split()) for text in paragraphs for start, end in split_sentences(text)]


def _paired(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """Sentences that differ, each with what it became, so that the pairs are most alike (Needleman & Wunsch 1970)."""
    old, new = ([Counter(word.stem for word in words(text)) for text in side] for side in (before, after))
    alike = [[_alike(one, other) for other in new] for one in old]
    # The likeness of the best pairs of so many sentences of each side.
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for a, row in enumerate(alike, start=1):
        for b, share in enumerate(row, start=1):
            paired = best[a - 1][b - 1] + share if share >= _SAME_SENTENCE else 0.0
            best[a][b] = max(best[a - 1][b], best[a][b - 1], paired)
    found = []
    a, b = len(before), len(after)
    while a or b:
        if a and best[a][b] == best[a - 1][b]:
            a -= 1
            found.append((before[a], ""))
        elif b and best[a][b] == best[a][b - 1]:
            b -= 1
            found.append(("", after[b]))
        else:
            a, b = a - 1, b - 1
            found.append((before[a], after[b]))
    return found[::-1]


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """The share of their words that two sentences have in common (Dice 1945), in [0, 1]."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _kind(before: str, after: str) -> Kind:
    """The first of the ranks in which they differ."""
    known = _names(before, frozenset()) | _names(after, frozenset())
    for kind, old, new in (
        (Kind.NUMBERS, _numbers(before), _numbers(after)),
        (Kind.NAMES, _names(before, known), _names(after, known)),
        (Kind.QUOTES, _quotes(before), _quotes(after)),
        (Kind.DATES, _dates(before), _dates(after)),
    ):
        if old != new:
            return kind
    return Kind.WORDING


def _without_dates(text: str) -> str:
    for period in named_periods(text):
        text = text.replace(period.words, " ")
    return text


def _numbers(text: str) -> list[object]:
    """Each with its sign and what it counts, as far as a mark tells it, in their order: "3 to 2" is not "2 to 3"."""
    # What a date is made of is the date's.
    text = _without_dates(text)
    return [_marked(text, figure) for figure in sorted(figures(text), key=lambda figure: figure.start)]


def _marked(text: str, figure: Figure) -> tuple[bool, str, bool, frozenset[Decimal]]:
    end = figure.start + len(figure.written)
    before = text[max(0, figure.start - _TOUCHES) : figure.start]
    money = _MONEY_BEFORE.search(before) or _MONEY_BEHIND.match(text, end)
    return bool(_MINUS.search(before)), money[1] if money else "", bool(_PERCENT.match(text, end)), figure.values


def _dates(text: str) -> set[object]:
    return {(period.since, period.until) for period in named_periods(text)}


def _quotes(text: str) -> set[object]:
    return {text[start + 1 : end - 1].strip() for start, end in _quoted(text)}


def _quoted(text: str) -> list[tuple[int, int]]:
    """What is quoted, with its marks."""
    return [(one.start, one.end) for one in quotations(text)] or [match.span() for match in _QUOTED.finditer(text)]


def _unquoted(text: str) -> str:
    for start, end in reversed(_quoted(text)):
        text = f"{text[:start]} {text[end:]}"
    return text


def _names(text: str, known: frozenset[str]) -> frozenset[str]:
    """Words in capitals, as stems. The first of a sentence is in capitals whatever it is: it counts where the next
    one is so too, or where it is `known`. What is quoted is the quotes', months are the dates'."""
    found = words(_unquoted(_without_dates(text)))
    named = {word.stem for word in found[1:] if word.is_capitalised}
    starts = found[:1] if len(found) > 1 and found[1].is_capitalised else [w for w in found[:1] if w.stem in known]
    return frozenset(named | {word.stem for word in starts if word.is_capitalised})


def _change(kind: Kind, before: str, after: str) -> TextChange:
    old, new = before.split(), after.split()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    differing = tuple((" ".join(old[a:b]), " ".join(new[c:d])) for tag, a, b, c, d in blocks if tag != "equal")
    return TextChange(kind, before, after, differing)
