"""The baseline: llama-index's own `CitationQueryEngine`, in the harness of the assistant.

Its prompts and settings are its defaults (`citation_chunk_size` 512, `COMPACT`), over a dense
index of the same paragraphs with the same embeddings, five of them an answer. Follow-ups are
first condensed by llama-index's own prompt, as its `CondenseQuestionChatEngine` does it.
The language model and the embeddings are passed in everywhere: the global `Settings` would
otherwise ask for an OpenAI key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from llama_index.core import QueryBundle, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.generic_utils import messages_to_history_str
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.chat_engine.condense_question import DEFAULT_PROMPT as CONDENSE_PROMPT
from llama_index.core.llms.custom import CustomLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode
from pydantic import PrivateAttr

from assistant.retrieval.passages import passages_of
from assistant.schema.answers import Timing
from assistant.schema.articles import Article, Passage, iso_day, passage_to_dict
from evals.baseline.reply import Source, to_answer
from evals.runs.askers import Reply
from evals.schema import Case

CITATION_CHUNK_SIZE = 512
PASSAGES = 5
CONTEXT_WINDOW = 8192
MAX_TOKENS = 256

_HEADING = re.compile(r"Source \d+:\n")  # what CitationQueryEngine writes before each source


class CompletionModel(Protocol):
    """What is needed of `assistant.llm.chat_model.ChatModel`."""

    def complete(self, messages: Sequence[dict[str, str]], max_tokens: int) -> str:
        """The whole reply to OpenAI messages."""
        ...


class HarnessLLM(CustomLLM):
    """The assistant's model as llama-index calls it: chat messages go through as they are."""

    _model: Any = PrivateAttr()

    def __init__(self, model: CompletionModel) -> None:
        super().__init__()
        self._model = model

    @property
    def metadata(self) -> LLMMetadata:
        """llama-index's own defaults are those of a completion model with 3,900 tokens."""
        return LLMMetadata(context_window=CONTEXT_WINDOW, num_output=MAX_TOKENS, is_chat_model=True)

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """Overridden, since `CustomLLM.chat` would flatten the roles into one text."""
        plain = [{"role": message.role.value, "content": message.content or ""} for message in messages]
        return ChatResponse(
            message=ChatMessage(role=MessageRole.ASSISTANT, content=self._model.complete(plain, max_tokens=MAX_TOKENS))
        )

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        """A prompt as the one user message."""
        response = self.chat([ChatMessage(role=MessageRole.USER, content=prompt)])
        return CompletionResponse(text=response.message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        """The whole reply as one piece; the baseline does not stream."""
        response = self.complete(prompt)
        response.delta = response.text
        yield response


class CitationBaseline:
    """`CitationQueryEngine` over some articles, as an `Asker`."""

    def __init__(
        self, articles: Sequence[Article], *, embedder: BaseEmbedding, model: CompletionModel, model_name: str
    ) -> None:
        self._passages = {one.paragraph.id: one for article in articles for one in passages_of(article)}
        self._model_name = model_name
        self._llm = HarnessLLM(model)
        # by length, so that the embedder pads little: it takes its batches in this order
        ordered = sorted(self._passages.values(), key=lambda passage: len(passage.paragraph.text))
        index = VectorStoreIndex(
            [_node(passage) for passage in ordered],
            embed_model=embedder,
            transformations=[SentenceSplitter()],  # unused for nodes; without it `Settings` would be filled
        )
        self._engine = CitationQueryEngine.from_args(
            index, llm=self._llm, citation_chunk_size=CITATION_CHUNK_SIZE, similarity_top_k=PASSAGES
        )

    def ask(self, case: Case) -> Reply:
        """The engine's reply as the JSON contract's object, and the paragraphs it found."""
        begun = time.perf_counter()
        question = self._condense(case)
        query = QueryBundle(question)
        retrieving = time.perf_counter()
        # retrieve + synthesize is what query() does; apart, the search can be timed
        found = self._engine.retrieve(query)
        retrieved = time.perf_counter()
        response = self._engine.synthesize(query, found)
        total = round((time.perf_counter() - begun) * 1000)
        passages = tuple(self._passage(node) for node in found)
        text = str(response)
        answer = to_answer(
            case,
            text,
            [self._source(node) for node in response.source_nodes],
            passages,
            model=self._model_name,
            standalone=question,
            # nothing is shown before the whole reply is there
            timings={
                Timing.RETRIEVE: round((retrieved - retrieving) * 1000),
                Timing.FIRST_TOKEN: total,
                Timing.TOTAL: total,
            },
        )
        return answer.to_dict(), tuple(passage_to_dict(passage) for passage in passages)

    def _condense(self, case: Case) -> str:
        if not case.history:
            return case.question
        turns = [ChatMessage(role=MessageRole(turn.role), content=turn.content) for turn in case.history]
        rewritten = self._llm.predict(
            CONDENSE_PROMPT, question=case.question, chat_history=messages_to_history_str(turns)
        )
        return rewritten.strip() or case.question

    def _passage(self, node: NodeWithScore) -> Passage:
        passage = self._passages[node.node.metadata["paragraph_id"]]
        score = node.score or 0.0
        return replace(passage, score=score, dense_score=score)

    def _source(self, node: NodeWithScore) -> Source:
        passage = self._passage(node)
        chunk = _HEADING.sub("", node.node.get_content(), count=1).strip()
        return Source(passage, *_locate(chunk, passage.paragraph.text))


def _locate(chunk: str, paragraph: str) -> tuple[int, int]:
    """Where a chunk lies in its paragraph; the splitter may have changed white space."""
    start = paragraph.find(chunk)
    if start >= 0:
        return start, start + len(chunk)
    match = re.search(r"\s+".join(map(re.escape, chunk.split())), paragraph)
    return match.span() if match else (0, len(paragraph))


def _node(passage: Passage) -> TextNode:
    """A paragraph with the metadata that a llama-index user gives it. By llama-index's defaults
    they are embedded with the text and, since `CitationQueryEngine` copies them to each source,
    printed above it in the prompt."""
    day = iso_day(passage.published)
    shown = {"title": passage.title, "source": passage.source, "published": day}
    metadata = {key: value for key, value in shown.items() if value}
    return TextNode(
        id_=passage.paragraph.id,
        text=passage.paragraph.text,
        metadata={**metadata, "paragraph_id": passage.paragraph.id},
        excluded_embed_metadata_keys=["paragraph_id"],
        excluded_llm_metadata_keys=["paragraph_id"],
    )
