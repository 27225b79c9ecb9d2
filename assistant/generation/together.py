"""Draft generator over several articles: one prompt → as many sentences as are needed, each with its numbers."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

from assistant.generation.draft import parse_draft
from assistant.llm.chat_model import ChatModel
from assistant.llm.prompts import Prompts
from assistant.retrieval.numbered import NumberedContext
from assistant.schema.answers import Draft
from assistant.schema.events import Token

MAX_TOKENS = 900


class JointGenerator:
    """Asks a capable model once over all articles; it may say that nothing, or a part, is not stated."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def write(self, question: str, context: NumberedContext) -> Generator[Token | Draft, None, None]:
        """`Token` pieces as they are written; after each line that another follows the draft so far, and at the end
        the whole: what it begins with is the draft so far."""
        messages = self._prompts.messages("together", context=context.context(self._prompts), question=question)
        written = ""
        with closing(self._model.stream(messages, max_tokens=MAX_TOKENS)) as pieces:
            for part in (part for piece in pieces for part in piece.splitlines(keepends=True)):
                # The line before is complete: this one has begun.
                if written.endswith("\n") and part.strip():
                    yield parse_draft(written, more=True)
                written += part
                yield Token(part)
        yield parse_draft(written)
