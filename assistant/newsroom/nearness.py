"""Which articles come near a question, by vectors and words that are there: no language model is asked.

The bars let through 94 of 100 articles that answer a question of the bundles, and 11 of 100 of other bundles
(evals/news/bundles, 8 bundles, all-MiniLM-L6-v2).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.schema.articles import Passage
from assistant.text.tokens import content_words, stems

# Cosine of a paragraph to the question, and the share of the question's words that it has, weighed as BM25 weighs
# words (Robertson & Zaragoza 2009): either is enough.
_MEANING, _WORDS = 0.3, 0.4


def near_passages(question: str, found: Sequence[Passage]) -> tuple[str, ...]:
    """The articles, best first, of those passages that the retriever found which come near the question."""
    shares = _shares(question, [stems(f"{passage.paragraph.text} {passage.title}") for passage in found])
    near = [
        passage.article_id
        for passage, share in zip(found, shares, strict=True)
        if (passage.dense_score or 0.0) >= _MEANING or share >= _WORDS
    ]
    return tuple(dict.fromkeys(near))


def _shares(question: str, paragraphs: Sequence[Iterable[str]]) -> list[float]:
    """The share in [0, 1] of the question's words that each paragraph has, by weight."""
    asked = {word.stem for word in content_words(question)}
    held = [asked.intersection(words) for words in paragraphs]
    counts = Counter(word for words in held for word in words)
    weights = {word: math.log(1 + (len(held) - counts[word] + 0.5) / (counts[word] + 0.5)) for word in asked}
    total = sum(weights.values())
    return [sum(weights[word] for word in words) / total if total else 0.0 for words in held]
