"""Draft generator of one article: a question and an article → a draft of two sentences at most."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.llm.chat_model import ChatModel
from assistant.llm.prompts import Prompts
from assistant.retrieval.context import ArticleContext
from assistant.schema.events import Token
from assistant.settings import Settings
from assistant.text.sentences import split_sentences

_MAX_TOKENS = 120
_MAX_SENTENCES = 2


class DraftGenerator:
    """Asks the model for one short sentence; never tells it that it may refuse."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def write(self, question: str, context: ArticleContext) -> Iterator[Token | str]:
        """`Token` pieces as they are written, and at the end the whole draft as a `str`, "" where there is none."""
        shown = context.context(self._prompts)
        messages = self._prompts.messages("answer", context=shown, question=question)
        draft = ""
        for piece in self._model.stream(
            messages, max_tokens=_MAX_TOKENS, stop=["\n"], prefix=shown, keep_prefix=context.whole
        ):
            draft += piece
            yield Token(piece)
            if len(_spans(draft)) > _MAX_SENTENCES:
                break
        spans = _spans(draft)[:_MAX_SENTENCES]
        yield draft[spans[0][0] : spans[-1][1]] if spans else ""


def generators_of(model: ChatModel, settings: Settings) -> tuple[DraftGenerator, ...]:
    """Who writes, in turn: a taught model as it was taught, then as it is; another model once."""
    ways = (True, False) if model.taught else (False,)
    return tuple(DraftGenerator(model, Prompts.of(settings.prompts, taught=taught)) for taught in ways)


def _spans(text: str) -> list[tuple[int, int]]:
    return split_sentences(text) if text.strip() else []
