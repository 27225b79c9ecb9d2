"""Is this sentence stated in that paragraph? Decided from words, before anything is shown.

The language model is not asked: a small one says yes to its own inventions (see docs/measured.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from assistant.dates import in_words
from assistant.schema import Passage, Quote
from assistant.sentences import split_sentences
from assistant.words import STOP_WORDS, Word, content_words, fold, negations, stems, words

THRESHOLD = 0.7
_PAIR_GAIN = 0.15


@dataclass(frozen=True, slots=True)
class Evidence:
    """The paragraph that states a sentence best, the words to quote, and how well it does.

    `support` in [0, 1] is the share of the sentence's content words that the quote, or what
    places it (outlet, date, the people named beside it), contains; 0 when a number or a name is
    not there at all or a negation differs. `problems` says what was missing.
    """

    passage: Passage
    quote: Quote
    support: float
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True when the sentence may be shown with this citation."""
        return self.support >= THRESHOLD


class Support:
    """Checks one sentence of an answer against the passages it was written from."""

    def check(self, sentence: str, passages: Sequence[Passage]) -> tuple[Evidence, ...]:
        """The paragraph that states the sentence best; two where only both together state it.

        Empty when there is no passage. Each paragraph of a pair carries the pair's support.
        """
        claim = _Claim(sentence, _context(passages))
        best = [max(own, key=lambda item: item.support) for own in (_candidates(claim, p) for p in passages) if own]
        best.sort(key=lambda item: -item.support)
        if not best or best[0].holds or len(best) < 2:
            return tuple(best[:1])
        pairs = (_join(claim, first, second) for first, second in combinations(best, 2))
        joined = max(filter(None, pairs), key=lambda pair: pair[0].support, default=None)
        if joined and joined[0].holds and joined[0].support >= best[0].support + _PAIR_GAIN:
            return joined
        return (best[0],)


def best_quote(question: str, passages: Sequence[Passage]) -> Evidence | None:
    """The source sentence that shares most with `question`; its support is that share."""
    asked = {word.stem for word in content_words(question)}
    best: Evidence | None = None
    for passage in passages:
        for start, end in quotable(passage):
            text = passage.paragraph.text[start:end]
            share = len(asked & (stems(text) | _placing(passage))) / max(1, len(asked))
            if best is None or share > best.support:
                best = Evidence(passage, Quote(text, start, end), share)
    return best


def quotable(passage: Passage) -> list[tuple[int, int]]:
    """(start, end) of the paragraph's sentences, its dateline left out."""
    skip = passage.paragraph.dateline
    return [(start + skip, end + skip) for start, end in split_sentences(passage.paragraph.text[skip:])]


class _Claim:
    """A sentence taken apart once: its content words and which of them are names."""

    def __init__(self, sentence: str, context: set[str]) -> None:
        self.sentence = sentence
        self.words = content_words(sentence)
        self._names = _names(sentence)
        self._context = context

    def judge(self, text: str, placing: set[str]) -> tuple[float, tuple[str, ...]]:
        """Support in [0, 1] by `text` and the stems that place it, and the problems found."""
        if not self.words:
            return 0.0, ("it says nothing",)
        stated = stems(text) | placing
        problems: list[str] = []
        matched = 0
        for word in self.words:
            if word.stem in stated:
                matched += 1
            elif word.is_number:
                problems.append(f"{word.written!r} is not stated")
            elif word.start in self._names and word.stem in self._context:
                matched += 1
            elif word.start in self._names:
                problems.append(f"{word.written!r} is not named")
        if bool(negations(self.sentence)) != bool(negations(text)) and _negation_matters(self.sentence, text):
            problems.append("one denies what the other states")
        return (0.0 if problems else matched / len(self.words)), tuple(problems)


def _candidates(claim: _Claim, passage: Passage) -> list[Evidence]:
    spans = quotable(passage)
    single = [_evidence(claim, passage, span) for span in spans]
    enough = max((item.support for item in single), default=0.0) + _PAIR_GAIN
    pairs = (_evidence(claim, passage, (first[0], second[1])) for first, second in pairwise(spans))
    return single + [pair for pair in pairs if pair.support >= enough]


def _evidence(claim: _Claim, passage: Passage, span: tuple[int, int]) -> Evidence:
    start, end = span
    text = passage.paragraph.text[start:end]
    support, problems = claim.judge(text, _placing(passage))
    return Evidence(passage, Quote(text, start, end), support, problems)


def _join(claim: _Claim, first: Evidence, second: Evidence) -> tuple[Evidence, Evidence] | None:
    if first.passage.article_id != second.passage.article_id:
        return None
    text = f"{first.quote.text} {second.quote.text}"
    support, problems = claim.judge(text, _placing(first.passage) | _placing(second.passage))
    if problems:
        return None
    return replace(first, support=support, problems=()), replace(second, support=support, problems=())


def _negation_matters(sentence: str, quoted: str) -> bool:
    """A negation of the quote counts only in the clause that the sentence repeats."""
    if negations(sentence):
        return True
    said = {word.stem for word in content_words(sentence)}
    for clause in re.split(r"[,;:—–]|\b(?:but|while|although|though|and)\b", quoted):
        shared = {word.stem for word in content_words(clause)} & said
        if negations(clause) and len(shared) >= max(2, len(said) // 2):
            return True
    return False


def _names(sentence: str) -> set[int]:
    """Where capitalised words stand that are names: not a sentence's first word unless all of it is."""
    found: set[int] = set()
    for position, word in enumerate(words(sentence)):
        if not word.is_capitalised or fold(word.written) in STOP_WORDS:
            continue
        if position or word.written.isupper() or _is_known_name(word):
            found.add(word.start)
    return found


def _is_known_name(word: Word) -> bool:
    return len(word.written) <= 3


def _placing(passage: Passage) -> set[str]:
    """Stems of what stands over a paragraph: its outlet, its date, and the dateline's place."""
    day = f"{in_words(passage.published)} {passage.published.isoformat()}" if passage.published else ""
    dateline = passage.paragraph.text[: passage.paragraph.dateline]
    return stems(f"{passage.source or ''} {passage.via or ''} {day} {dateline}")


def _context(passages: Sequence[Passage]) -> set[str]:
    """Stems of the names in the passages and their titles: who "he" is stands in a neighbour."""
    texts = [passage.paragraph.text for passage in passages] + [passage.title for passage in passages]
    return {word.stem for text in texts for word in words(text) if word.is_capitalised}
