"""Adapter: the assistant's search as a llama-index retriever."""

from __future__ import annotations

import asyncio

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from assistant.api import Assistant
from assistant.llama_index.nodes import node_of_passage
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter


class ArticleRetriever(BaseRetriever):
    """Finds paragraphs by words and by meaning, the best first, as the assistant does for a question.

    No language model is asked. `retrieve` raises `QuestionError` for a query that is empty or too long.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        articles: ArticleFilter = EVERY_ARTICLE,
        limit: int = 10,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """At most `limit` paragraphs, of these articles."""
        super().__init__(callback_manager)
        self._assistant = assistant
        self._articles = articles
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._assistant.search(query_bundle.query_str, self._articles, limit=self._limit)
        return [node_of_passage(passage) for passage in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
