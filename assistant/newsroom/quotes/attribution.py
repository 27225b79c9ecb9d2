"""Quote attribution: the speaker of a quotation, by position, and by how the library itself puts such sentences.

A quotation and a name stand in one of a few shapes:

    “…,” said Berg.      “…,” Berg said.      “…,” Berg told Dahl.      Berg said: “…”

Which words join them is not listed here, for any language: those that stand in these shapes in the library are known
to, and are then recognised where more follows ("“…,” Berg said on Monday in Lund"). What fits no shape is left out, and
so is what may be another's whose name follows ("Berg said that Dahl had told her: “…”").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.text.names import FullNames, NameStatistics, Unit
from assistant.text.quotations import Quotation, quotations

_FEWEST_WORDS = 4
_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"(?:[^,.;:!?()\[\]\n—–…“”„«»\"]|(?<=\b[^\W\d_])\.(?=\s?\w))*")
# On to the end of the sentence, or to what is quoted next.
_SENTENCE = re.compile(r"(?:[^.!?\n…“”„«»\"]|(?<=\b[^\W\d_])\.(?=\s?\w))*")
_LAST_CLAUSE = re.compile(rf"({_CLAUSE.pattern})[,:]\s*$")
_SENTENCE_END = re.compile(r"[.!?…][”“»\"’)]*\s+")
# What divides a quotation from who says it; it stands within or behind the marks.
_DIVIDES = (",", "—", "–")
_LONGEST = 300
# So large a share of its occurrences in these shapes makes a word one that joins.
_OFTEN = 0.005
_TITLE = 0.6


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a quotation: the clause before it, if a comma or colon divides the two, and the one after.

    `divided`: a comma or a dash stands before the one after, so that it is no sentence of its own. `rest` is what
    follows that one in its sentence; behind a full stop the sentence that begins there.
    """

    before: str
    colon: bool
    after: str
    divided: bool
    rest: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """What stands around a quotation, the clauses as their words and names."""

    before: tuple[Unit, ...]
    colon: bool
    after: tuple[Unit, ...]
    divided: bool
    rest: tuple[tuple[Unit, ...], ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """A quotation and the name that it is given to, as written there."""

    quotation: Quotation
    speaker: str


class Attributor:
    """Reads paragraphs, once the library's words and shapes are known to it."""

    def __init__(self, statistics: NameStatistics) -> None:
        """`statistics` are of the same library, and complete before `attributions` is asked."""
        self._statistics = statistics
        self._seen: Counter[str] = Counter()

    def learn(self, text: str) -> bool:
        """Take note of the clauses around the speech in this paragraph; True where there is any."""
        spoken = _spoken(text)
        for quotation in spoken:
            around = _around(text, quotation)
            self._seen.update(filter(None, (around.before, around.after if around.divided else "")))
        return bool(spoken)

    @cached_property
    def _joining(self) -> Counter[str]:
        """How often a word joins a name and a quotation beyond doubt: asked once all clauses have been seen."""
        found: Counter[str] = Counter()
        for clause, times in self._seen.items():
            units = self._statistics.units(clause)
            # "said" of "Berg said" and of "Berg told Dahl", not of "by Berg", which names an author too.
            if [unit.is_name for unit in units[:2]] == [True, False] and _are_names(units[2:3]) and len(units) <= 3:
                found[units[1].text.casefold()] += times
        self._seen.clear()
        return found

    def attributions(self, text: str, names: FullNames) -> Iterator[Attribution]:
        """The quotations of a paragraph whose speaker is certain, with the speaker's full name."""
        # The last one whose speaker stands behind it.
        last: tuple[Quotation, str] | None = None
        for quotation in _spoken(text):
            clauses = self._clauses(text, quotation)
            before, after = self._before(clauses), self._after(clauses)
            written = before or after
            speaker = names.of(written) if written else None
            if speaker and self._may_be_anothers(clauses, speaker, names, before=bool(before)):
                speaker = None
            if last is not None and not clauses.before and not clauses.after and _goes_on(text, last[0], quotation):
                beside = (place for clause in clauses.rest for place in self._others(clause, last[1], names))
                speaker = last[1] if next(beside, None) is None else None
            if speaker:
                yield Attribution(quotation, speaker)
            last = (quotation, speaker) if speaker and after and not before else None

    def names(self, text: str) -> Iterator[str]:
        """The names of several words outside the quotations of a paragraph."""
        end = 0
        for quotation in [*quotations(text), Quotation(len(text), len(text))]:
            for unit in self._statistics.units(text[end : quotation.start]):
                if unit.is_name and " " in unit.text:
                    yield unit.text
            end = quotation.end

    def _clauses(self, text: str, quotation: Quotation) -> Clauses:
        around, units = _around(text, quotation), self._statistics.units
        rest = tuple(tuple(units(clause[0])) for clause in _CLAUSE.finditer(around.rest))
        return Clauses(tuple(units(around.before)), around.colon, tuple(units(around.after)), around.divided, rest)

    def _before(self, clauses: Clauses) -> str | None:
        """ "Berg said:", "Berg said on Monday in Lund:"."""
        units = clauses.before
        if len(units) < 2 or not _is_speaker(units[0]) or units[1].is_name:
            return self._inverted(units)
        whole = len(units) == 2
        return units[0].text if whole or (clauses.colon and self._joins(units[1])) else None

    def _after(self, clauses: Clauses) -> str | None:
        units = clauses.after
        if len(units) < 2:
            return None
        first, second = units[:2]
        if _is_speaker(first) and not second.is_name:
            # "Berg said", "Berg told Dahl"; with more behind it where the word is known.
            whole = clauses.divided and (len(units) == 2 or (len(units) == 3 and units[2].is_name))
            return first.text if whole or self._joins(second) else None
        return self._inverted(units)

    def _inverted(self, units: Sequence[Unit]) -> str | None:
        """ "said Berg", with more behind it too, where the word is known."""
        if len(units) < 2 or units[0].is_name or not _is_speaker(units[1]):
            return None
        return units[1].text if self._joins(units[0]) else None

    def _may_be_anothers(self, clauses: Clauses, speaker: str, names: FullNames, *, before: bool) -> bool:
        """ "Berg said that Carl Dahl had told her", "said Berg, citing Carl Dahl"."""
        own, rest = (clauses.before, ()) if before else (clauses.after, clauses.rest)
        for place, has_verb in self._others(own, speaker, names):
            # Right behind the verb it is who was told: "Berg told Carl Dahl on Monday".
            if has_verb or (place != 2 and place + 1 < len(own)):
                return True
        return any(
            has_verb or (place == 1 and len(clause) == 2)
            for clause in rest
            for place, has_verb in self._others(clause, speaker, names)
        )

    def _others(self, clause: Sequence[Unit], speaker: str, names: FullNames) -> Iterator[tuple[int, bool]]:
        """Where names stand that may be another speaker's, and whether a word that is known to join follows."""
        for place, unit in enumerate(clause):
            full = names.of(unit.text)
            if _is_speaker(unit) and full != speaker:
                has_verb = any(not one.is_name and self._joins(one) for one in clause[place + 1 : place + 3])
                if full or has_verb:
                    yield place, has_verb

    def _joins(self, unit: Unit) -> bool:
        """Whether a word is known to join; “…,” Berg the baker. does not make it of "the"."""
        seen = self._joining[unit.text.casefold()]
        return seen > 0 and seen >= _OFTEN * self._statistics.small(unit.text)


def _around(text: str, quotation: Quotation) -> _Around:
    nearest = max(0, quotation.start - _LONGEST)
    begin = max((match.end() for match in _SENTENCE_END.finditer(text, nearest, quotation.start)), default=nearest)
    before = _LAST_CLAUSE.search(text[begin : quotation.start])
    inner, behind = text[: quotation.end - 1].rstrip(), text[quotation.end :].lstrip(" \u00a0")
    divided = behind.startswith(_DIVIDES) or inner.endswith(_DIVIDES)
    # “Why?” asked Berg. But behind a full stop a new sentence begins: “… .” Dahl disagreed.
    sentence = _SENTENCE.match(behind.lstrip(",—– \u00a0"))
    follows = sentence[0] if sentence else ""
    after = _CLAUSE.match(follows) if divided or inner.endswith(("!", "?", "…")) else None
    end = after.end() if after else 0
    return _Around(
        before[1] if before else "",
        bool(before and before[0].rstrip().endswith(":")),
        follows[:end],
        divided,
        follows[end:],
    )


def _spoken(text: str) -> list[Quotation]:
    """The quotations that are speech by their length, and no titles by their capitals."""
    return [one for one in quotations(text) if _is_speech(text[one.start + 1 : one.end - 1])]


def _is_speech(quoted: str) -> bool:
    words = _WORD.findall(quoted)
    long = [word for word in words if len(word) > 3]
    capitals = sum(word[0].isupper() for word in long)
    return len(words) >= _FEWEST_WORDS and capitals <= _TITLE * max(1, len(long))


def _is_speaker(unit: Unit) -> bool:
    return unit.is_name and not unit.possessive


def _are_names(units: Iterable[Unit]) -> bool:
    return all(unit.is_name for unit in units)


def _goes_on(text: str, last: Quotation, quotation: Quotation) -> bool:
    """Whether a quotation goes on with the one before it: one clause stands between them, and ends there.

    “It is hard,” said Berg. “It takes years.”
    """
    between = text[last.end : quotation.start].strip()
    clause = between.rstrip(".,").lstrip(", ")
    return between.endswith((".", ",")) and len(_WORD.findall(clause)) <= 6 and bool(_CLAUSE.fullmatch(clause))
