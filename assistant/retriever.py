"""A question → the passages that may answer it, by BM25 and embeddings fused, through llama-index."""

from __future__ import annotations

from datetime import date

from llama_index.core import VectorStoreIndex
from llama_index.core.retrievers import VectorIndexRetriever
from llama_index.core.schema import NodeWithScore
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQueryMode,
)

from assistant.dates import Period, named_periods
from assistant.index import ArticleIndex, to_paragraph
from assistant.schema import Passage
from assistant.words import stems

_DEPTH = 20
_VOCABULARIES_KEPT = 1000


class Retriever:
    """Hybrid retrieval over one index; a period that the question names is respected."""

    def __init__(self, index: ArticleIndex, *, passages: int) -> None:
        self._index = VectorStoreIndex.from_vector_store(index.store, embed_model=index.embedder)
        self._store = index.store
        self._passages = passages
        self._vocabularies: dict[tuple[str, int], frozenset[str]] = {}

    def retrieve(self, question: str, *, since: date | None = None, until: date | None = None) -> tuple[Passage, ...]:
        """The best passages, best first; at most as many as the constructor was told.

        Where the question names a time ("in 2017") and there are reports of that time, only
        they and paragraphs that name the year themselves are returned.
        """
        found = self._search(question, since, until)
        periods = named_periods(question)
        if periods:
            found = self._of_periods(question, periods, found, since, until)
        return tuple(found[: self._passages])

    def vocabulary(self, article_id: str) -> frozenset[str]:
        """The stems of all words of an article, of its title, outlet and date."""
        key = (article_id, self._store.generation())
        if key not in self._vocabularies:
            rows = self._store.read(
                "SELECT text, heading FROM words WHERE rowid IN (SELECT row FROM paragraphs WHERE article_id = ?)",
                (article_id,),
            )
            if len(self._vocabularies) >= _VOCABULARIES_KEPT:
                self._vocabularies.clear()
            self._vocabularies[key] = frozenset(stems(" ".join(part for row in rows for part in row)))
        return self._vocabularies[key]

    def _of_periods(
        self,
        question: str,
        periods: list[Period],
        found: list[Passage],
        since: date | None,
        until: date | None,
    ) -> list[Passage]:
        dated: dict[str, Passage] = {}
        for period in periods:
            begin = max(filter(None, (since, period.since)))
            end = min(filter(None, (until, period.until)))
            for passage in self._search(question, begin, end):
                dated.setdefault(passage.paragraph.id, passage)
        if not dated:
            return found
        years = {str(period.since.year) for period in periods}
        for passage in found:
            if any(year in passage.paragraph.text for year in years):
                dated.setdefault(passage.paragraph.id, passage)
        order = {passage.paragraph.id: rank for rank, passage in enumerate(found)}
        return sorted(dated.values(), key=lambda passage: order.get(passage.paragraph.id, len(order)))

    def _search(self, question: str, since: date | None, until: date | None) -> list[Passage]:
        retriever = VectorIndexRetriever(
            self._index,
            similarity_top_k=_DEPTH,
            sparse_top_k=_DEPTH,
            vector_store_query_mode=VectorStoreQueryMode.HYBRID,
            filters=_date_filters(since, until),
        )
        return [_passage(found) for found in retriever.retrieve(question)]


def _date_filters(since: date | None, until: date | None) -> MetadataFilters | None:
    bounds = ((since, FilterOperator.GTE), (until, FilterOperator.LTE))
    filters = [
        MetadataFilter(key="published", value=day.isoformat(), operator=operator) for day, operator in bounds if day
    ]
    return MetadataFilters(filters=list(filters)) if filters else None


def _passage(found: NodeWithScore) -> Passage:
    metadata = found.node.metadata
    published = metadata["published"]
    return Passage(
        paragraph=to_paragraph(found.node.node_id, found.node.get_content(), metadata),
        article_id=metadata["article_id"],
        title=metadata["title"],
        source=metadata["source"],
        via=metadata["via"],
        published=date.fromisoformat(published) if published else None,
        score=found.score or 0.0,
        dense_score=metadata["dense_score"],
        bm25_score=metadata["bm25_score"],
    )
