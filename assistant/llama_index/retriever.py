"""The assistant's search as a llama-index retriever."""

from __future__ import annotations

import asyncio
from datetime import date

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from assistant.api import Assistant
from assistant.llama_index.nodes import node_of_passage
from assistant.schema.answers import Question
from assistant.schema.articles import ArticleFilter


class ArticleRetriever(BaseRetriever):
    """Finds paragraphs by words and by meaning, the best first, as the assistant does for a question.

    No language model is asked. `retrieve` raises `QuestionError` for a query that is empty or too long.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        limit: int = 10,
        since: date | None = None,
        until: date | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """At most `limit` paragraphs, of articles published from `since` to `until`."""
        super().__init__(callback_manager)
        self._assistant = assistant
        self._limit = limit
        self._since = since
        self._until = until

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        question = Question(query_bundle.query_str, articles=ArticleFilter(since=self._since, until=self._until))
        return [node_of_passage(passage) for passage in self._assistant.search(question, limit=self._limit)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
