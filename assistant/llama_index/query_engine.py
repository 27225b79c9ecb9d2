"""Adapter: the whole assistant as a llama-index query engine."""

from __future__ import annotations

import asyncio

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from assistant.api import Assistant
from assistant.llama_index.nodes import nodes_of_answer
from assistant.llama_index.retriever import ArticleRetriever
from assistant.llm.scope import QuestionScope
from assistant.schema.answers import Question
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter


class AssistantQueryEngine(BaseQueryEngine):
    """Answers with checked citations: `source_nodes` are the cited paragraphs with the words quoted from each.

    `metadata` is the object of docs/json.md. A refusal (`metadata["refused"]`) has no source nodes.
    `query` raises `QuestionError` and `ModelError`.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        articles: ArticleFilter = EVERY_ARTICLE,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """Answers come from these articles."""
        super().__init__(callback_manager)
        self._assistant = assistant
        self._articles = articles

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The paragraphs nearest to the question, whether an answer would cite them or not."""
        retriever = ArticleRetriever(self._assistant, articles=self._articles, callback_manager=self.callback_manager)
        return retriever.retrieve(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        # Its prompts are files, and checked as a whole.
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        return self._ask(query_bundle, QuestionScope())

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        scope = QuestionScope()
        try:
            return await asyncio.to_thread(self._ask, query_bundle, scope)
        except asyncio.CancelledError:
            # The thread cannot be ended, but what it waits for can.
            scope.cancel()
            raise

    def _ask(self, query_bundle: QueryBundle, scope: QuestionScope) -> Response:
        question = Question(query_bundle.query_str, articles=self._articles)
        answer = self._assistant.ask(question, scope=scope)
        return Response(response=answer.answer, source_nodes=nodes_of_answer(answer), metadata=answer.to_dict())
