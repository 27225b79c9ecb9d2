"""Adapter: the assistant's model, embedded or elsewhere, as a llama-index language model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing, closing
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
    TextBlock,
)
from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.constants import DEFAULT_CONTEXT_WINDOW
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.custom import CustomLLM

from assistant.errors import UsageError
from assistant.llm.chat_model import ChatModel, Message
from assistant.llm.scope import QuestionScope

_log = logging.getLogger(__name__)
_ROLES = (MessageRole.SYSTEM, MessageRole.USER, MessageRole.ASSISTANT)


class AssistantLLM(CustomLLM):
    """Asks a `ChatModel`, such as `Assistant.model`. Texts only; every call raises `ModelError`."""

    max_tokens: int = Field(default=512, description="tokens of a reply, unless the call says otherwise", gt=0)
    _model: ChatModel = PrivateAttr()

    def __init__(self, model: ChatModel, **fields: Any) -> None:
        """`fields` are those of llama-index's `LLM`, and `max_tokens`."""
        super().__init__(**fields)
        self._model = model

    @classmethod
    def class_name(cls) -> str:
        """As llama-index names it where it is stored."""
        return "AssistantLLM"

    @property
    def metadata(self) -> LLMMetadata:
        """What llama-index cuts prompts to fit."""
        prompt = self._model.prompt_length(self.max_tokens)
        return LLMMetadata(
            context_window=DEFAULT_CONTEXT_WINDOW if prompt is None else prompt + self.max_tokens,
            num_output=self.max_tokens,
            is_chat_model=True,
            model_name=self._model.name,
        )

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The whole reply."""
        return _reply("".join(self._pieces(_plain(messages), kwargs)))

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The reply piece by piece; closing the generator stops the model."""
        plain = _plain(messages)

        def responses() -> Generator[ChatResponse, None, None]:
            text = ""
            with closing(self._pieces(plain, kwargs)) as pieces:
                for piece in pieces:
                    text += piece
                    yield _reply(text, piece)

        return responses()

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The reply to a prompt, which is put as a user's message."""
        return CompletionResponse(text="".join(self._pieces([_user(prompt)], kwargs)))

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """The same piece by piece."""

        def responses() -> Generator[CompletionResponse, None, None]:
            text = ""
            with closing(self._pieces([_user(prompt)], kwargs)) as pieces:
                for piece in pieces:
                    text += piece
                    yield CompletionResponse(text=text, delta=piece)

        return responses()

    # The base class's would hold up the event loop.

    @llm_chat_callback()
    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """As `chat`."""
        return _reply(await self._whole(_plain(messages), kwargs))

    @llm_completion_callback()
    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """As `complete`."""
        return CompletionResponse(text=await self._whole([_user(prompt)], kwargs))

    @llm_chat_callback()
    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        """As `stream_chat`."""
        plain = _plain(messages)

        async def responses() -> AsyncGenerator[ChatResponse, None]:
            text = ""
            async with aclosing(self._in_thread(plain, kwargs)) as pieces:
                async for piece in pieces:
                    text += piece
                    yield _reply(text, piece)

        return responses()

    @llm_completion_callback()
    async def astream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseAsyncGen:
        """As `stream_complete`."""

        async def responses() -> AsyncGenerator[CompletionResponse, None]:
            text = ""
            async with aclosing(self._in_thread([_user(prompt)], kwargs)) as pieces:
                async for piece in pieces:
                    text += piece
                    yield CompletionResponse(text=text, delta=piece)

        return responses()

    def _pieces(
        self, messages: Sequence[Message], options: dict[str, Any], scope: QuestionScope | None = None
    ) -> Generator[str, None, None]:
        stop = options.get("stop") or ()
        return self._model.within(scope or QuestionScope()).stream(
            messages,
            max_tokens=options.get("max_tokens") or self.max_tokens,
            stop=[stop] if isinstance(stop, str) else list(stop),
        )

    async def _whole(self, messages: Sequence[Message], options: dict[str, Any]) -> str:
        async with aclosing(self._in_thread(messages, options)) as pieces:
            return "".join([piece async for piece in pieces])

    async def _in_thread(self, messages: Sequence[Message], options: dict[str, Any]) -> AsyncGenerator[str, None]:
        """The pieces, waited for in a thread; whoever stops listening stops the model."""
        scope = QuestionScope()
        pieces = self._pieces(messages, options, scope)
        step: asyncio.Future[str | None] | None = None
        try:
            while True:
                step = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
                piece = await asyncio.shield(step)
                if piece is None:
                    return
                yield piece
        finally:
            scope.cancel()
            if step is not None:
                # A generator cannot be closed while it runs.
                try:
                    await step
                except Exception:
                    _log.debug("the model failed after nobody listened", exc_info=True)
            pieces.close()


def _user(prompt: str) -> Message:
    return {"role": "user", "content": prompt}


def _plain(messages: Sequence[ChatMessage]) -> list[Message]:
    for message in messages:
        if message.role not in _ROLES:
            raise UsageError(f"a message of {message.role.value!r} cannot be asked; give system, user and assistant")
        if not all(isinstance(block, TextBlock) for block in message.blocks):
            raise UsageError("the assistant's model takes texts only; leave out images, audio and documents")
    return [{"role": message.role.value, "content": message.content or ""} for message in messages]


def _reply(text: str, delta: str | None = None) -> ChatResponse:
    return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=delta)
