"""Is this sentence stated in that paragraph? Decided from words, before anything is shown.

The language model is not asked: a small one says yes to its own inventions (see docs/measured.md).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.articles.dateline import MONTHS
from assistant.articles.speakers import attributed
from assistant.dates import in_words
from assistant.schema import Passage, Quote
from assistant.sentences import split_sentences
from assistant.words import STOP_WORDS, Word, content_words, fold, negations, spelled_out, stem, stems, words

THRESHOLD = 0.7
_IMPORTED = 0.7
_PAIR_GAIN = 0.15
_HALF = 0.85
_HALF_WORDS = 3
_JOINT = re.compile(r"[;,]\s+(?:and\s+|while\s+|but\s+)?|\s+(?:and|while|but)\s+")
_NOTHING_CLAIMED = 0.5
_COUNTED = 3
_CLAUSES = re.compile(r"[,;:—–]|\b(?:but|while|although|though|and)\b")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The paragraph that states a sentence best, the words to quote, and how well it does.

    `support` in [0, 1] is the share of what the sentence claims that the quote states, times 0.7
    for each word that neither the article nor the question has: "congratulated" for "met" makes
    another story of the same names. Names of the people the quote calls "he", and the outlet and
    date over it, are no claims but must be right: it is 0 when a number, a name or a speaker is
    not the quote's, or a negation differs; `problems` says which. `relevance` breaks ties: words
    of the sentence and of the question.
    """

    passage: Passage
    quote: Quote
    support: float
    problems: tuple[str, ...] = ()
    relevance: float = 0.0
    claims: int = 0

    @property
    def holds(self) -> bool:
        """True when the sentence may be shown with this citation."""
        return self.support >= THRESHOLD

    @property
    def rank(self) -> tuple[float, float]:
        """Best evidence sorts highest."""
        return self.support, self.relevance


class Support:
    """Checks one sentence of an answer against the passages it was written from."""

    def check(self, sentence: str, passages: Sequence[Passage], question: str = "") -> tuple[Evidence, ...]:
        """The paragraph that states the sentence best, or two that each state one half of it.

        Empty when there is no passage. Two paragraphs whose words merely add up to the sentence
        do not state it: that is how a small model's inventions look.
        """
        whole = _best(_Claim(sentence, question, passages), passages)
        if whole is None or whole.holds:
            return (whole,) if whole else ()
        for place in _JOINT.finditer(sentence):
            halves = [
                _best(_Claim(half, question, passages), passages)
                for half in (sentence[: place.start()], sentence[place.end() :])
            ]
            pair = tuple(half for half in halves if half and half.support >= _HALF and half.claims >= _HALF_WORDS)
            if len(pair) == 2 and _is_pair(*pair):
                return tuple(sorted(pair, key=lambda half: half.passage.paragraph.number))
        return (whole,)


def quotable(passage: Passage) -> list[tuple[int, int]]:
    """(start, end) of the paragraph's sentences, its dateline left out."""
    skip = passage.paragraph.dateline
    return [(start + skip, end + skip) for start, end in split_sentences(passage.paragraph.text[skip:])]


class _Claim:
    """A sentence taken apart once: its content words, its names and who it says is speaking."""

    def __init__(self, sentence: str, question: str, passages: Sequence[Passage]) -> None:
        self.sentence = sentence
        self.words = content_words(sentence)
        self._all = words(sentence)
        self._names = _names(sentence, question)
        self._passages = passages
        self._known = stems(" ".join([question, *(passage.paragraph.text for passage in passages)]))
        self._asked = {word.stem for word in content_words(question)}
        speaker = attributed(sentence, claim=True)
        self._speaker = stems(speaker[0]) if len(speaker) == 1 else set()

    def judge(self, text: str, passage: Passage) -> tuple[float, tuple[str, ...], float, int]:
        """Support in [0, 1] by `text`, a quote from `passage`; problems; relevance; how much is claimed."""
        stated = stems(text)
        stated |= spelled_out(self.words, stated)
        around = _when_and_where(passage)
        named_before = self._named_before(passage)
        problems: list[str] = []
        claims = matched = imported = 0
        for word in self.words:
            if word.stem in stated:
                claims += 1
                matched += 1
                if word.is_number and not _counts_the_same(word, self.sentence, text):
                    problems.append(f"{word.written!r} counts something else")
            elif self._is_placed(word, around, passage) or (word.start in self._names and word.stem in named_before):
                continue
            elif word.is_number:
                problems.append(f"{word.written!r} is not stated")
            elif word.start in self._names:
                problems.append(f"{word.written!r} is not named")
            else:
                claims += 1
                imported += word.stem not in self._known
        if not _denies_alike(self.sentence, text):
            problems.append("one denies what the other states")
        said_by = passage.paragraph.speaker
        if said_by and self._speaker and not self._speaker & stems(said_by):
            problems.append(f"it is {said_by} who says so")
        support = matched / claims if claims else _NOTHING_CLAIMED if self.words else 0.0
        relevance = matched + len(self._asked & (stated | placing(passage)))
        return (0.0 if problems else support * _IMPORTED**imported), tuple(problems), relevance, claims

    def _is_placed(self, word: Word, around: set[str], passage: Passage) -> bool:
        """True where what stands over the paragraph states the word: its day, its place, its outlet."""
        if word.is_number:
            return word.stem.removesuffix("th") in around and self._is_date(word)
        return bool({word.stem, *_month(word)} & (around | self._outlet(passage)))

    def _is_date(self, number: Word) -> bool:
        """True for a year, and for a number beside a month: "22 statements" is no 22 March."""
        if _YEAR.fullmatch(number.stem):
            return True
        others = [word for word in self._all if word.stem != "of"]
        place = next(i for i, word in enumerate(others) if word.start == number.start)
        beside = others[max(0, place - 1) : place] + others[place + 1 : place + 2]
        return any(fold(word.written) in MONTHS for word in beside)

    def _outlet(self, passage: Passage) -> set[str]:
        """Stems of the outlet's and the agency's name, where the sentence has all of it."""
        said = {word.stem for word in self._all}
        names = (stems(name) for name in (passage.source, passage.via) if name)
        return {word for name in names if name <= said for word in name}

    def _named_before(self, cited: Passage) -> set[str]:
        """Stems of the names in the title and in the article up to here: who "he" is stands before."""
        texts = [cited.title]
        for passage in self._passages:
            if passage.article_id == cited.article_id and passage.paragraph.number <= cited.paragraph.number:
                texts.append(passage.paragraph.text)
        return {word.stem for text in texts for word in words(text) if word.is_capitalised}


def _candidates(claim: _Claim, passage: Passage) -> list[Evidence]:
    spans = quotable(passage)
    single = [_evidence(claim, passage, span) for span in spans]
    enough = max((item.support for item in single), default=0.0) + _PAIR_GAIN
    pairs = (_evidence(claim, passage, (first[0], second[1])) for first, second in pairwise(spans))
    return single + [pair for pair in pairs if pair.support >= enough]


def _evidence(claim: _Claim, passage: Passage, span: tuple[int, int]) -> Evidence:
    start, end = span
    text = passage.paragraph.text[start:end]
    return Evidence(passage, Quote(text, start, end), *claim.judge(text, passage))


def _best(claim: _Claim, passages: Sequence[Passage]) -> Evidence | None:
    found = [evidence for passage in passages for evidence in _candidates(claim, passage)]
    return max(found, key=lambda evidence: evidence.rank, default=None)


def _is_pair(first: Evidence, second: Evidence) -> bool:
    return first.passage.article_id == second.passage.article_id and first.passage is not second.passage


def _counts_the_same(number: Word, sentence: str, text: str) -> bool:
    """False where "2 hours" meets no more than "two leaders": the counted thing must be the same.

    Years count nothing, and a number that ends its clause has nothing to be compared.
    """
    if _YEAR.fullmatch(number.stem):
        return True
    clause = re.split(r"[,;:.()–—](?!\d)", sentence[number.end :])[0]
    counted = [word.stem for word in words(clause)[:_COUNTED] if fold(word.written) not in STOP_WORDS]
    if not counted:
        return True
    theirs = words(text)
    near = (theirs[place + 1 : place + 2 + _COUNTED] for place, word in enumerate(theirs) if word.stem == number.stem)
    return any({word.stem for word in follow} & set(counted) for follow in near)


def _denies_alike(sentence: str, quoted: str) -> bool:
    """False where one denies what the other states.

    A negation of the quote counts only in the clause that the sentence repeats.
    """
    said = {word.stem for word in content_words(sentence)}
    denying: list[int] = [0]
    stating: list[int] = [0]
    for clause in _CLAUSES.split(quoted):
        shared = len({word.stem for word in content_words(clause)} & said)
        (denying if negations(clause) else stating).append(shared)
    if negations(sentence):
        return max(denying) > 0 and max(denying) >= max(stating) // 2
    return max(denying) < max(2, len(said) // 2)


def _names(sentence: str, question: str) -> set[int]:
    """Where the words stand that are names.

    A sentence's first word is capitalised anyway; it is a name in capitals throughout, before
    another name, "and" or a possessive, and where the question writes it with a capital too.
    """
    asked = {fold(word.written) for word in words(question)[1:] if word.is_capitalised}
    found: set[int] = set()
    all_words = words(sentence)
    for position, word in enumerate(all_words):
        folded = fold(word.written)
        if not word.is_capitalised or folded in STOP_WORDS:
            continue
        after = all_words[position + 1] if position + 1 < len(all_words) else None
        leads_on = after is not None and (after.is_capitalised or after.written == "and")
        possessive = word.written.endswith(("'s", "’s", "'", "’"))
        if position or word.written.isupper() or leads_on or possessive or folded in asked:
            found.add(word.start)
    return found


def _month(word: Word) -> set[str]:
    """The stem of the month that a word is short for."""
    number = MONTHS.get(fold(word.written))
    return {stem(calendar.month_name[number])} if number else set()


def placing(passage: Passage) -> set[str]:
    """Stems of what stands over a paragraph: its outlet, its date, and the dateline's place."""
    return _when_and_where(passage) | stems(f"{passage.source or ''} {passage.via or ''}")


def _when_and_where(passage: Passage) -> set[str]:
    day = f"{in_words(passage.published)} {passage.published.isoformat()}" if passage.published else ""
    dateline = passage.paragraph.text[: passage.paragraph.dateline]
    return stems(f"{day} {dateline}")
