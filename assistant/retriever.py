"""A question → the passages that may answer it, by BM25 and embeddings fused, through llama-index."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import Any

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
from assistant.reports import Report, group
from assistant.schema import Passage
from assistant.words import stems

_DEPTH = 20
_VOCABULARIES_KEPT = 1000


class Retriever:
    """Hybrid retrieval over one index; a period that the question names is respected."""

    def __init__(self, index: ArticleIndex, *, passages: int, whole_below: int = 0) -> None:
        """`passages` are returned at most; a library of up to `whole_below` characters is read whole."""
        self._index = VectorStoreIndex.from_vector_store(index.store, embed_model=index.embedder)
        self._store = index.store
        self._passages = passages
        self._whole_below = whole_below
        self._size: tuple[int, int] | None = None
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

    def reports(self, passages: Sequence[Passage]) -> list[Report]:
        """The passages by article, the article of the best one first.

        In a small library a report holds its whole article: its prompt then always begins the
        same, so that the engine reads it once and only the question is new.
        """
        reports = group(passages)
        small = self.reads_whole()
        return [
            Report(
                self._complete(report) if small else report.passages,
                report.rank,
                self._vocabulary(report),
                whole=small,
            )
            for report in reports
        ]

    def reads_whole(self) -> bool:
        """True for a library so small that each report is its whole article."""
        generation = self._store.generation()
        if self._size is None or self._size[0] != generation:
            (characters,) = self._store.read("SELECT coalesce(sum(length(text)), 0) FROM paragraphs")[0]
            self._size = (generation, characters)
        return self._size[1] <= self._whole_below

    def _complete(self, report: Report) -> tuple[Passage, ...]:
        found = {passage.paragraph.id: passage for passage in report.passages}
        rows = self._store.read(
            "SELECT id, text, metadata FROM paragraphs WHERE article_id = ? ORDER BY row",
            (report.passages[0].article_id,),
        )
        return tuple(
            found.get(node_id) or _from_row(node_id, text, json.loads(metadata)) for node_id, text, metadata in rows
        )

    def _vocabulary(self, report: Report) -> frozenset[str]:
        article_id = report.passages[0].article_id
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
        """Reports of the named times, taken in turns, and paragraphs that name the year themselves."""
        by_period = [
            self._search(
                question,
                max(filter(None, (since, period.since))),
                min(filter(None, (until, period.until))),
            )
            for period in periods
        ]
        if not any(by_period):
            return found
        years = {str(period.since.year) for period in periods}
        mentioned = [passage for passage in found if any(year in passage.paragraph.text for year in years)]
        if len(by_period) == 1:
            order = {passage.paragraph.id: rank for rank, passage in enumerate(found)}
            in_turn = sorted(
                [*by_period[0], *mentioned], key=lambda passage: order.get(passage.paragraph.id, len(order))
            )
        else:
            in_turn = [passage for turn in zip_longest(*by_period) for passage in turn if passage] + mentioned
        return list({passage.paragraph.id: passage for passage in in_turn}.values())

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
    return replace(
        _from_row(found.node.node_id, found.node.get_content(), found.node.metadata),
        score=found.score or 0.0,
        dense_score=found.node.metadata["dense_score"],
        bm25_score=found.node.metadata["bm25_score"],
    )


def _from_row(node_id: str, text: str, metadata: Mapping[str, Any]) -> Passage:
    published = metadata["published"]
    return Passage(
        paragraph=to_paragraph(node_id, text, metadata),
        article_id=metadata["article_id"],
        title=metadata["title"],
        source=metadata["source"],
        via=metadata["via"],
        published=date.fromisoformat(published) if published else None,
    )
