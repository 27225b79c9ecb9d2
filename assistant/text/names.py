"""Proper names, by their capital letters, and by how a library writes the same words elsewhere."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from assistant.text.calendar_names import folded, month_names, weekday_names
from assistant.text.tokens import STOP_WORDS, Word, fold, words

PARTICLES = "de|da|di|van|von|bin|al|el|der|la"
"""Small words within names, a pattern."""

CAPITAL_WORD = r"[^\W\d_a-z][\w.’'-]*"
"""A word that begins with a capital, or in a script that has none, a pattern."""

_WORD = re.compile(r"[^\W\d_](?:\.(?=\s?[^\W\d_])|[\w’'-]*)")
_PARTICLE = re.compile(rf"(?:{PARTICLES})")
_POSSESSIVE = re.compile(r"['’](?:s)?$")
# Written small so often, in this share of cases, a word is no name: "Mayor", "The".
_SMALL = 0.05

# Where more of the words within sentences have a capital than in any English report (at most 0.21 of the 281 in the
# bundles of news), capitals tell no names: in German every noun has one (0.36).
_MOST_CAPITALS = 0.25
# What a name may lose as it is inflected: "Mongolia" and "Mongolians", "Russian" and "Russia".
_ENDING, _STEM = 3, 4
# What may stand before a word within a sentence, beside a letter or a figure.
_WITHIN = ",;("


def capitals_tell(texts: Iterable[str]) -> bool:
    """Whether a capital within a sentence says of a word that it is a name, as these texts are written."""
    every = [word.is_capitalised and is_within_sentence(text, word) for text in texts for word in words(text)]
    return sum(every) <= _MOST_CAPITALS * len(every)


def names_within(text: str) -> list[list[Word]]:
    """The names in a text, each its words, which stand side by side: what has a capital within a sentence.

    The first word of a sentence belongs to a name where the next one does ("Petr V. Putin") and it is no function
    word. Months and weekdays are no names.
    """
    runs: list[list[Word]] = []
    every = words(text)
    for place, word in enumerate(every):
        touches = place > 0 and _touch(text, every[place - 1], word)
        if not word.is_capitalised or _is_of_calendar(word) or not (is_within_sentence(text, word) or touches):
            continue
        if not touches or not every[place - 1].is_capitalised:
            runs.append([word])
        elif runs and runs[-1][-1] is every[place - 1]:
            runs[-1].append(word)
        else:
            before = every[place - 1]
            is_name = fold(before.written) not in STOP_WORDS and not _is_of_calendar(before)
            runs.append([before, word] if is_name else [word])
    return runs


def is_within_sentence(text: str, word: Word) -> bool:
    """Whether something of the sentence stands before a word of `text`."""
    before = text[: word.start].rstrip(" ")[-1:]
    return before.isalnum() or (before != "" and before in _WITHIN)


def has_word(folded_words: Collection[str], word: Word) -> bool:
    """Whether a word, or a form of it, is among folded words."""
    folded_word = fold(word.written)
    stem = folded_word[: max(_STEM, len(folded_word) - _ENDING)]
    return any(one.startswith(stem) for one in folded_words)


def _touch(text: str, before: Word, word: Word) -> bool:
    """Whether nothing but a blank stands between two words, and the full stop of an initial."""
    between = text[before.end : word.start]
    return between == " " or (between == ". " and len(before.written) == 1)


def _is_of_calendar(word: Word) -> bool:
    name = folded(fold(word.written))
    return len(name) > 1 and (name in month_names() or name in weekday_names())


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a name of one word or several. `possessive`: "Berg's", which is somebody else."""

    text: str
    is_name: bool
    possessive: bool = False


class NameStatistics:
    """How often each word is written small and with a capital, and the names of several words."""

    def __init__(self) -> None:
        self._small: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()

    def read(self, text: str) -> None:
        """Count a text."""
        for match in _WORD.finditer(text):
            word = _POSSESSIVE.sub("", match[0])
            counts = self._capital if word[:1].isupper() else self._small
            counts[word.casefold()] += 1

    def small(self, word: str) -> int:
        """How often a word is written small."""
        return self._small[word.casefold()]

    def is_name(self, word: str) -> bool:
        """Whether a capitalised word is seldom or never written small."""
        small, capital = self._small[word.casefold()], self._capital[word.casefold()]
        return word[:1].isupper() and small <= _SMALL * (small + capital)

    def units(self, text: str) -> list[Unit]:
        """The words and names in their order. Of "President Xi Jinping" only the name is left."""
        units: list[Unit] = []
        run: list[str] = []
        matches = list(_WORD.finditer(text))
        for place, match in enumerate(matches):
            word = match[0]
            possessive = bool(_POSSESSIVE.search(word))
            bare = _POSSESSIVE.sub("", word)
            within = bool(run) and _PARTICLE.fullmatch(word) and _goes_on(text, matches, place)
            if run and not within and not _touches(text, matches, place):
                self._end(run, units, possessive=False)
            if within or bare[:1].isupper():
                run.append(bare)
                if possessive:
                    self._end(run, units, possessive=True)
                continue
            self._end(run, units, possessive=False)
            units.append(Unit(bare, False))
        self._end(run, units, possessive=False)
        return units

    def _end(self, run: list[str], units: list[Unit], *, possessive: bool) -> None:
        """The words behind the last one that is no name are the name; without any they are words."""
        if not run:
            return
        known = [self.is_name(word) or bool(_PARTICLE.fullmatch(word)) for word in run]
        begin = max((place + 1 for place, is_name in enumerate(known) if not is_name), default=0)
        name = run[begin:]
        if name:
            units.append(Unit(" ".join(name), True, possessive))
        else:
            units += (Unit(word, False) for word in run)
        run.clear()


class FullNames:
    """Which names of several words a single word stands for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._of: defaultdict[str, set[str]] = defaultdict(set)
        for name in names:
            parts = name.split()
            if len(parts) > 1:
                self._of[parts[0]].add(name)
                self._of[parts[-1]].add(name)

    def of(self, name: str) -> str | None:
        """The only one that it can be; None where there is none or there are several."""
        if " " in name:
            return name
        found = self._of.get(name, set())
        return next(iter(found)) if len(found) == 1 else None


def _touches(text: str, matches: list[re.Match[str]], place: int) -> bool:
    """Whether nothing but a blank stands between a word and the one before it."""
    return text[matches[place - 1].end() : matches[place].start()].strip(" \u00a0") == ""


def _goes_on(text: str, matches: list[re.Match[str]], place: int) -> bool:
    """Whether a small word is followed by another one of a name, or by a capital."""
    following = matches[place + 1][0] if place + 1 < len(matches) else ""
    return _touches(text, matches, place) and bool(following[:1].isupper() or _PARTICLE.fullmatch(following))
