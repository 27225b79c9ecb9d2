"""Hybrid retriever: BM25 and embeddings fused, through llama-index; a question → the passages that may answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from llama_index.core import VectorStoreIndex
from llama_index.core.retrievers import VectorIndexRetriever
from llama_index.core.schema import BaseNode, NodeWithScore
from llama_index.core.vector_stores.types import VectorStoreQueryMode

from assistant.library.index import ArticleIndex
from assistant.library.mapping import also, to_paragraph
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext, group
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, Passage, day_of
from assistant.stores.filters import to_metadata_filters
from assistant.text.numbers import western_digits
from assistant.text.size import tokens_of

# How many paragraphs each search, by words and by meaning, gives to be fused; chosen by hand.
_DEPTH = 20


class Retriever:
    """Hybrid retrieval over one index; a period that the question names is respected."""

    def __init__(self, index: ArticleIndex, *, passages: int, whole_below: int = 0) -> None:
        """`passages` are returned at most; a library of up to `whole_below` characters is read whole."""
        self._index = VectorStoreIndex.from_vector_store(index.store, embed_model=index.embedder)
        self._store = index.store
        self._passages = passages
        self._depth = max(_DEPTH, passages)
        self._whole_below = whole_below

    def retrieve(self, query: Query) -> tuple[Passage, ...]:
        """The best passages, best first; at most as many as the constructor was told.

        Where the query names a time ("in 2017") and there are reports of that time, only
        they and paragraphs that name the year themselves are returned.
        """
        chosen = self._kept(query.articles)
        found = self._search(query.text, chosen)
        if query.periods:
            found = self._of_periods(query, found, chosen)
        return tuple(replace(passage, also=self._also(passage.article_id)) for passage in found[: self._passages])

    def filled(self, passages: Sequence[Passage], tokens: int) -> tuple[Passage, ...]:
        """The passages, and after them the rest of their articles, the best first, as long as `tokens` hold it."""
        found = {passage.paragraph.id for passage in passages}
        filled = list(passages)
        left = tokens - sum(tokens_of(passage.paragraph.text) for passage in passages)
        for context in group(passages):
            if left <= 0:
                break
            rest = [passage for passage in self._complete(context) if passage.paragraph.id not in found]
            left -= sum(tokens_of(passage.paragraph.text) for passage in rest)
            filled += rest
        return tuple(filled)

    def contexts(self, passages: Sequence[Passage]) -> list[ArticleContext]:
        """The passages by article, the article of the best one first.

        In a small library a report holds its whole article: its prompt then always begins the
        same, so that the engine reads it once and only the question is new.
        """
        contexts = group(passages)
        small = self.reads_whole()
        return [
            replace(context, passages=self._complete(context) if small else context.passages, whole=small)
            for context in contexts
        ]

    def reads_whole(self) -> bool:
        """True for a library so small that each report is its whole article."""
        return self._store.size().characters <= self._whole_below

    def whole_articles(self) -> Iterator[ArticleContext]:
        """Every article of a small library, as `contexts` gives it; none of a large one."""
        if self.reads_whole():
            for rank, article_id in enumerate(self._store.ids(EVERY_ARTICLE)):
                yield ArticleContext(tuple(map(_of_node, self._store.nodes_of(article_id))), rank, whole=True)

    def undated(self, chosen: ArticleFilter) -> int:
        """How many articles are left out because days are given and they have none."""
        if chosen.since is None and chosen.last is None:
            return 0
        any_day = replace(chosen, since=None, until=None, as_of=None)
        return self._store.count(any_day) - self._store.count(replace(any_day, since=date.min))

    def _complete(self, context: ArticleContext) -> tuple[Passage, ...]:
        found = {passage.paragraph.id: passage for passage in context.passages}
        outlets = context.passages[0].also
        return tuple(
            found.get(node.node_id) or replace(_of_node(node), also=outlets)
            for node in self._store.nodes_of(context.passages[0].article_id)
        )

    def _also(self, article_id: str) -> tuple[str, ...]:
        record = self._store.record(article_id)
        return also(record) if record is not None else ()

    def _kept(self, chosen: ArticleFilter) -> ArticleFilter:
        """The same articles by the ids under which their paragraphs are kept, and by days."""
        if not chosen.words and chosen.source is None and chosen.ids is None:
            return chosen
        return replace(chosen, words="", source=None, ids=tuple(self._store.ids(chosen)))

    def _of_periods(self, query: Query, found: list[Passage], chosen: ArticleFilter) -> list[Passage]:
        """Reports of the named times, taken in turns, and paragraphs that name the year themselves."""
        by_period = [self._search(query.text, chosen.within(period.since, period.until)) for period in query.periods]
        if not any(by_period):
            return found
        years = {str(period.since.year) for period in query.periods}
        mentioned = [
            passage for passage in found if any(year in western_digits(passage.paragraph.text) for year in years)
        ]
        if len(by_period) == 1:
            order = {passage.paragraph.id: rank for rank, passage in enumerate(found)}
            in_turn = sorted(
                [*by_period[0], *mentioned], key=lambda passage: order.get(passage.paragraph.id, len(order))
            )
        else:
            in_turn = [passage for turn in zip_longest(*by_period) for passage in turn if passage] + mentioned
        return list({passage.paragraph.id: passage for passage in in_turn}.values())

    def _search(self, question: str, chosen: ArticleFilter) -> list[Passage]:
        retriever = VectorIndexRetriever(
            self._index,
            similarity_top_k=self._depth,
            sparse_top_k=self._depth,
            vector_store_query_mode=VectorStoreQueryMode.HYBRID,
            filters=to_metadata_filters(chosen),
        )
        return [_passage(found) for found in retriever.retrieve(question)]


def _passage(found: NodeWithScore) -> Passage:
    return replace(
        _of_node(found.node),
        score=found.score or 0.0,
        dense_score=found.node.metadata["dense_score"],
        bm25_score=found.node.metadata["bm25_score"],
    )


def _of_node(node: BaseNode) -> Passage:
    metadata = node.metadata
    return Passage(
        paragraph=to_paragraph(node.node_id, node.get_content(), metadata),
        article_id=metadata["article_id"],
        title=metadata["title"],
        source=metadata["source"],
        via=metadata["via"],
        published=day_of(metadata["published"]),
    )
