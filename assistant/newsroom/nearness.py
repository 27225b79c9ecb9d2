"""Which articles come near a question, by vectors and words that are there: no language model is asked.

The bars let through 94 of 100 articles that answer a question of the bundles, and 11 of 100 of other bundles
(evals/news/bundles, 8 bundles, all-MiniLM-L6-v2).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from llama_index.core.embeddings import BaseEmbedding

from assistant.schema.articles import Passage
from assistant.stores.base import Store
from assistant.text.tokens import content_words, stems

# Cosine of a paragraph to the question, and the share of the question's words that it has, weighed as BM25 weighs
# words (Robertson & Zaragoza 2009): either is enough.
_MEANING, _WORDS = 0.3, 0.4
# Of one run, the articles that are asked about, as many as the retriever's passages are from at the most.
_MOST = 10
_AT_ONCE = 200

Vectors = npt.NDArray[np.float32]


def near_passages(question: str, found: Sequence[Passage]) -> tuple[str, ...]:
    """The articles, best first, of those passages that the retriever found which come near the question."""
    shares = _shares(question, [stems(f"{passage.paragraph.text} {passage.title}") for passage in found])
    near = [
        passage.article_id
        for passage, share in zip(found, shares, strict=True)
        if (passage.dense_score or 0.0) >= _MEANING or share >= _WORDS
    ]
    return tuple(dict.fromkeys(near))


def near_articles(
    questions: Sequence[str], ids: Sequence[str], store: Store, embedder: BaseEmbedding
) -> list[tuple[str, ...]]:
    """For each question those of the articles `ids` that come near it, best first, 10 at the most."""
    scores: list[dict[str, float]] = [{} for _ in questions]
    if questions:
        asked = np.asarray([embedder.get_query_embedding(question) for question in questions], dtype=np.float32)
        for start in range(0, len(ids), _AT_ONCE):
            _score(questions, asked, list(_paragraphs(ids[start : start + _AT_ONCE], store)), scores)
    return [tuple(sorted(of, key=lambda key: -of[key])[:_MOST]) for of in scores]


def _paragraphs(ids: Iterable[str], store: Store) -> Iterator[tuple[str, frozenset[str], list[float]]]:
    """Article, stems and vector of each paragraph."""
    for article_id in ids:
        for node, vector in zip(store.nodes_of(article_id), store.vectors_of(article_id), strict=True):
            yield article_id, frozenset(stems(f"{node.text} {node.metadata['title']}")), vector


def _score(
    questions: Sequence[str],
    asked: Vectors,
    paragraphs: Sequence[tuple[str, frozenset[str], list[float]]],
    scores: Sequence[dict[str, float]],
) -> None:
    if not paragraphs:
        return
    words = [found for _, found, _ in paragraphs]
    similar = asked @ np.asarray([vector for _, _, vector in paragraphs], dtype=np.float32).T
    for question, cosines, of in zip(questions, similar, scores, strict=True):
        for (article_id, _, _), cosine, share in zip(paragraphs, cosines, _shares(question, words), strict=True):
            if cosine >= _MEANING or share >= _WORDS:
                of[article_id] = max(of.get(article_id, 0.0), float(cosine) + share)


def _shares(question: str, paragraphs: Sequence[Iterable[str]]) -> list[float]:
    """The share in [0, 1] of the question's words that each paragraph has, by weight."""
    asked = {word.stem for word in content_words(question)}
    held = [asked.intersection(words) for words in paragraphs]
    counts = Counter(word for words in held for word in words)
    weights = {word: math.log(1 + (len(held) - counts[word] + 0.5) / (counts[word] + 0.5)) for word in asked}
    total = sum(weights.values())
    return [sum(weights[word] for word in words) / total if total else 0.0 for words in held]
