"""All that was found, in one prompt → a draft of as many sentences as the question needs, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.generation.draft import parse_draft
from assistant.llm.chat_model import ChatModel
from assistant.llm.prompts import Prompts
from assistant.retrieval.numbered import NumberedContext
from assistant.schema.answers import Draft
from assistant.schema.events import Token

_MAX_TOKENS = 900


class JointGenerator:
    """Asks a capable model once over all articles; it may say that nothing, or a part, is not stated."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def write(self, question: str, context: NumberedContext) -> Iterator[Token | Draft]:
        """`Token` pieces as they are written, and at the end the draft."""
        messages = [
            {"role": "system", "content": self._prompts.render("system")},
            {
                "role": "user",
                "content": self._prompts.render("together", context=context.context(self._prompts), question=question),
            },
        ]
        written = ""
        for piece in self._model.stream(messages, max_tokens=_MAX_TOKENS):
            written += piece
            yield Token(piece)
        yield parse_draft(written)
