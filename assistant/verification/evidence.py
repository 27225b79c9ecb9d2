"""Evidence finder: where an article states a sentence, the paragraph's own characters to quote.

That the article states it is the judge's decision; this finds the place. A claim's words are
weighed by how rare they are in the article, so that the figure or the name decides and not the
subject that stands in every paragraph (Spärck Jones 1972), and joined with the nearness in meaning.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.retrieval.passages import Similarities, placing, quotable
from assistant.schema.answers import Quote
from assistant.schema.articles import Passage
from assistant.text.tokens import content_stems, fold, stems, words

# The weights of the words that a claim and a place share and of their cosine. These and the two shares of a claim
# below are chosen by hand.
_WORDS, _MEANING = 0.65, 0.35
# A second place is cited where it states so much of the claim that the first does not.
_SECOND = 0.35
# Of several paragraphs that a draft names, one is cited that states so much which those before it do not.
_FURTHER = 0.1
# Cosine below which words that share none with the question have nothing to do with it. Orders in an article
# ("answer every question with …") lie at 0.04 to 0.08; no right answer to the bundles without a shared word
# lies below 0.09 (docs/measured.md).
_UNRELATED = 0.09

# A quotation says whom its "she" means; English, as the adapter is. Three sentences at most are quoted.
_PRONOUNS = frozenset("he she it they his her its their this these that those".split())
_SENTENCES_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that states a sentence or a part of it; `passage.paragraph.text[start:end]` is the quote."""

    passage: Passage
    quote: Quote


@dataclass(frozen=True, slots=True)
class _Span:
    passage: Passage
    start: int
    end: int
    stems: frozenset[str]

    @property
    def text(self) -> str:
        return self.passage.paragraph.text[self.start : self.end]


class EvidenceFinder:
    """Finds what to quote for a sentence."""

    def __init__(self, similarities: Similarities) -> None:
        """`similarities(sentence, texts)` are cosine similarities in [-1, 1], one a text."""
        self._similarities = similarities
        self._spans_of = _spans_of

    def remembering(self) -> EvidenceFinder:
        """The same, for many sentences over the same passages: each is divided and its words stemmed once."""
        made = copy.copy(self)
        made._spans_of = cache(self._spans_of)
        return made

    def find(self, sentence: str, passages: Sequence[Passage]) -> tuple[Evidence, ...]:
        """The place that states `sentence` best, or two that each state a part; in reading order, () without any."""
        spans, scores, claimed = self._scored(sentence, passages)
        if not spans:
            return ()
        best = spans[max(range(len(spans)), key=scores.__getitem__)]
        left = _left(claimed, best)
        found = [best]
        if left and len(spans) > 1:
            others = [span for span in spans if span is not best]
            second = max(others, key=lambda span: _stated(left, span, sum(claimed.values())))
            if _stated(left, second, sum(claimed.values())) >= _SECOND:
                found.append(second)
        return _merged(found, passages)

    def find_each(self, sentence: str, passages: Sequence[Passage], *, whole: bool = False) -> tuple[Evidence, ...]:
        """The best place of each paragraph that a draft names, in reading order.

        One that states nothing which the better ones do not is left out; not so with `whole`.
        """
        spans, scores, claimed = self._scored(sentence, passages)
        best: dict[str, int] = {}
        for place in sorted(range(len(spans)), key=lambda place: -scores[place]):
            best.setdefault(spans[place].passage.paragraph.id, place)
        found: list[_Span] = []
        left = claimed
        for place in best.values():
            if whole or not found or _stated(left, spans[place], sum(claimed.values())) >= _FURTHER:
                found.append(spans[place])
                left = _left(left, spans[place])
        return _merged(found, passages)

    def _scored(
        self, sentence: str, passages: Sequence[Passage]
    ) -> tuple[list[_Span], list[float], Mapping[str, float]]:
        """The sentences of the passages, how well each states `sentence`, and the weights of what it claims."""
        spans = [span for passage in passages for span in self._spans_of(passage)]
        if not spans:
            return [], [], {}
        claimed = _weights(sentence, spans)
        near = self._similarities(sentence, [span.text for span in spans])
        scores = [
            _WORDS * _stated(claimed, span) + _MEANING * max(0.0, similarity)
            for span, similarity in zip(spans, near, strict=True)
        ]
        return spans, scores, claimed

    def with_antecedent(self, evidence: Evidence) -> Evidence:
        """The same place, from the sentences before it on where it begins with a pronoun; within its paragraph."""
        spans = self._spans_of(evidence.passage)
        place = next(number for number, span in enumerate(spans) if span.start == evidence.quote.start)
        first = place
        while first and place - first < _SENTENCES_BEFORE and _begins_with_pronoun(spans[first].text):
            first -= 1
        if first == place:
            return evidence
        start, end = spans[first].start, evidence.quote.end
        return Evidence(evidence.passage, Quote(evidence.passage.paragraph.text[start:end], start, end))

    def is_related(self, question: str, evidence: Sequence[Evidence]) -> bool:
        """Whether anything quoted has a word or some of the meaning in common with the question.

        A model that obeys an order in an article is sure of it; what it quotes for it is beside the question.
        """
        asked = content_stems(question)
        if any(asked & (stems(part.quote.text) | placing(part.passage)) for part in evidence):
            return True
        near = self._similarities(question, [part.quote.text for part in evidence])
        return max(near, default=0.0) >= _UNRELATED


def _begins_with_pronoun(text: str) -> bool:
    return next((fold(word.written) in _PRONOUNS for word in words(text)), False)


def _weights(sentence: str, spans: Sequence[_Span]) -> Mapping[str, float]:
    """Each content word's stem with its inverse frequency among the spans."""
    counts = Counter(word for span in spans for word in span.stems)
    claimed = content_stems(sentence) or stems(sentence)
    return {word: math.log(1 + len(spans) / counts[word]) for word in claimed if word in counts}


def _stated(claimed: Mapping[str, float], span: _Span, total: float | None = None) -> float:
    """The share of what is claimed, by weight, that the span has; of `total`, where given."""
    whole = sum(claimed.values()) if total is None else total
    return sum(weight for word, weight in claimed.items() if word in span.stems) / whole if whole else 0.0


def _spans_of(passage: Passage) -> tuple[_Span, ...]:
    """What can be quoted of a passage."""
    return tuple(
        _Span(passage, start, end, frozenset(stems(passage.paragraph.text[start:end])))
        for start, end in quotable(passage)
    )


def _left(claimed: Mapping[str, float], span: _Span) -> dict[str, float]:
    """What is claimed and neither in the span nor in what stands over it."""
    return {word: weight for word, weight in claimed.items() if word not in span.stems | placing(span.passage)}


def _merged(found: Sequence[_Span], passages: Sequence[Passage]) -> tuple[Evidence, ...]:
    """Places in reading order; neighbours of one paragraph become one quote."""
    articles = list(dict.fromkeys(passage.article_id for passage in passages))

    def place(span: _Span) -> tuple[int, int, int]:
        return articles.index(span.passage.article_id), span.passage.paragraph.number, span.start

    merged: list[_Span] = []
    for span in sorted(found, key=place):
        last = merged[-1] if merged else None
        if last and last.passage is span.passage and not span.passage.paragraph.text[last.end : span.start].strip():
            merged[-1] = _Span(span.passage, last.start, span.end, last.stems | span.stems)
        else:
            merged.append(span)
    return tuple(Evidence(span.passage, Quote(span.text, span.start, span.end)) for span in merged)
