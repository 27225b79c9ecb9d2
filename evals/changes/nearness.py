"""Which articles come near which questions: no language model is asked."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llama_index.core.embeddings import BaseEmbedding

from assistant.library.index import ArticleIndex
from assistant.newsroom.evidence.nearness import near_articles
from assistant.schema.articles import Article, Paragraph
from evals.changes.rows import LATER, ChangeRow, article_of
from evals.datasets.bundles import Bundle

# The embedding model keeps the vectors of so many questions.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Nearness:
    """Of the pairs of a question and an article that answers it, and of one that is about something else: how many
    come near, and how many there are; and the rows that say otherwise and do not come near."""

    answering: tuple[int, int]
    others: tuple[int, int]
    missed: tuple[str, ...]


def nearness(rows: Sequence[ChangeRow], bundles: Sequence[Bundle], embedder: BaseEmbedding) -> Nearness:
    """Which articles come near which questions, each article as though it came alone."""
    questions = [
        (item.asked, {(bundle.name, answer.article) for answer in item.answers})
        for bundle in bundles
        for item in bundle.items
        if item.answerable
    ]
    near: dict[bool, list[bool]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        index = ArticleIndex(Path(folder) / "index.sqlite3", embedder)
        index.add([_of_bundle(bundle, number) for bundle in bundles for number in range(len(bundle.articles))])
        index.add([article_of(row.id, row.later, LATER) for row in rows])
        for begin in range(0, len(questions), _AT_ONCE):
            some = questions[begin : begin + _AT_ONCE]
            for name, key in ((bundle.name, article.id) for bundle in bundles for article in bundle.articles):
                found = near_articles(
                    [question for question, _ in some], [f"{name}/{key}"], index.store, embedder.get_query_embedding
                )
                for (_, gold), articles in zip(some, found, strict=True):
                    answers = (name, key) in gold
                    if answers or all(bundle != name for bundle, _ in gold):
                        near[answers].append(bool(articles))
        missed = [
            row.id
            for row in rows
            if row.stale and not near_articles([row.question], [row.id], index.store, embedder.get_query_embedding)[0]
        ]
        index.close()
    answering, others = ((near[answers].count(True), len(near[answers])) for answers in (True, False))
    return Nearness(answering, others, tuple(missed))


def _of_bundle(bundle: Bundle, number: int) -> Article:
    article = bundle.articles[number]
    key = f"{bundle.name}/{article.id}"
    paragraphs = tuple(Paragraph(f"{key}#p{place}", place, text) for place, text in enumerate(article.paragraphs, 1))
    return Article(key, article.title, article.source, article.published, paragraphs)
