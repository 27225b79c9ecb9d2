"""Prefilter of articles near a question, by vectors and words that are there: no language model is asked.

The bar lets through 155 of 163 pairs of a question and an article that answers it, and of the articles of other
bundles 1.7 in 100 (evals/news/bundles, 16 bundles, all-MiniLM-L6-v2; it was chosen on these: `python -m evals.changes
--near`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from assistant.schema.articles import Passage
from assistant.stores.base import Store
from assistant.text.tokens import content_stems, stems

# An article comes near by the cosine of its nearest paragraph and, at half weight, by the greatest share of the
# question's words that a paragraph has.
_BAR, _WORDS = 0.44, 0.5
# The words are weighed as BM25 weighs them (Robertson & Zaragoza 2009), as though there were so many more paragraphs
# that have none of them: in one paragraph alone every word that it has would look common.
_OTHERS = 20
# Of one run; the retriever's passages are from no more.
_MOST = 10


def near_ids(question: str, found: Sequence[Passage]) -> tuple[str, ...]:
    """The articles, best first, of those passages that the retriever found which come near the question."""
    shares = _shares(question, [stems(f"{passage.paragraph.text} {passage.title}") for passage in found])
    cosines = [passage.dense_score or 0.0 for passage in found]
    return _near([passage.article_id for passage in found], cosines, shares)


def near_passages(question: str, found: Sequence[Passage]) -> list[Passage]:
    """Those of the passages that the retriever found, in their order, whose article comes near the question."""
    near = set(near_ids(question, found))
    return [passage for passage in found if passage.article_id in near]


def near_articles(
    questions: Sequence[str], ids: Sequence[str], store: Store, embed: Callable[[str], Sequence[float]]
) -> list[tuple[str, ...]]:
    """For each question those of the articles `ids` that come near it, best first, `_MOST` at the most.

    `embed` gives a question's vector, of unit length as those of the store.
    """
    if not questions or not ids:
        return [() for _ in questions]
    vectors = np.asarray([embed(question) for question in questions], dtype=np.float32)
    asked = set[str]().union(*map(content_stems, questions))
    owners: list[str] = []
    held: list[set[str]] = []
    cosines = [np.empty((len(questions), 0), dtype=np.float32)]
    for article_id in ids:
        nodes, stored = store.nodes_of(article_id), store.vectors_of(article_id)
        if not nodes or len(nodes) != len(stored):
            # Removed or replaced meanwhile; what took its place is new the next time.
            continue
        owners += [article_id] * len(nodes)
        held += [asked & stems(f"{node.text} {node.metadata['title']}") for node in nodes]
        cosines.append(vectors @ np.asarray(stored, dtype=np.float32).T)
    similar = np.concatenate(cosines, axis=1).tolist()
    return [
        _near(owners, own, _shares(question, held))[:_MOST] for question, own in zip(questions, similar, strict=True)
    ]


def _near(owners: Sequence[str], cosines: Sequence[float], shares: Sequence[float]) -> tuple[str, ...]:
    """The articles that come near by their paragraphs, best first."""
    meaning: dict[str, float] = {}
    words: dict[str, float] = {}
    for article_id, cosine, share in zip(owners, cosines, shares, strict=True):
        meaning[article_id] = max(meaning.get(article_id, 0.0), cosine)
        words[article_id] = max(words.get(article_id, 0.0), share)
    scores = {article_id: meaning[article_id] + _WORDS * words[article_id] for article_id in meaning}
    return tuple(sorted((key for key in scores if scores[key] >= _BAR), key=lambda key: -scores[key]))


def _shares(question: str, paragraphs: Sequence[Iterable[str]]) -> list[float]:
    """The share in [0, 1] of the question's words that each paragraph has, by weight."""
    asked = content_stems(question)
    held = [asked.intersection(words) for words in paragraphs]
    counts = Counter(word for words in held for word in words)
    among = len(held) + _OTHERS
    weights = {word: math.log(1 + (among - counts[word] + 0.5) / (counts[word] + 0.5)) for word in asked}
    total = sum(weights.values())
    return [sum(weights[word] for word in words) / total if total else 0.0 for words in held]
