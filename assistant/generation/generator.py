"""Draft generator of one article: a question and an article → a draft of two sentences at most."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from assistant.llm.chat_model import ChatModel, Message, SelfJudging
from assistant.llm.prompts import Prompts
from assistant.retrieval.context import ArticleContext
from assistant.schema.events import Token
from assistant.settings import Settings
from assistant.text.sentences import split_sentences

_MAX_TOKENS = 120
# The taught model was taught to write one. It hardly ever writes a second (3 of 276 drafts), and one obeyed an order
# in a hostile article, which the first did not.
_MAX_SENTENCES, _MAX_TAUGHT = 2, 1


@dataclass(frozen=True, slots=True)
class Written:
    """A whole draft, "" where there is none; `right`: the writer's own P(it answers rightly), None where not told."""

    text: str
    right: float | None = None


class DraftGenerator:
    """Asks the model for one short sentence; never tells it that it may refuse."""

    def __init__(self, model: ChatModel, prompts: Prompts, *, judged: bool = False) -> None:
        """`judged`: the model was taught to judge what it writes by these prompts."""
        self._model = model
        self._prompts = prompts
        self._judged = judged

    def write(self, question: str, context: ArticleContext) -> Iterator[Token | Written]:
        """`Token` pieces as they are written, and at the end the whole draft."""
        shown = context.context(self._prompts)
        messages = self._prompts.messages("answer", context=shown, question=question)
        draft, right = "", None
        most = _MAX_TAUGHT if self._judged else _MAX_SENTENCES
        with closing(self._pieces(messages, shown, keep=context.whole)) as pieces:
            for piece in pieces:
                if isinstance(piece, float):
                    right = piece
                    continue
                draft += piece
                yield Token(piece)
                if len(_spans(draft)) > most:
                    break
        spans = _spans(draft)
        kept = spans[:most]
        # A verdict is on all that was written.
        yield Written(draft[kept[0][0] : kept[-1][1]] if kept else "", right if kept == spans else None)

    def _pieces(self, messages: list[Message], shown: str, *, keep: bool) -> Generator[str | float, None, None]:
        if self._judged and isinstance(self._model, SelfJudging):
            return self._model.stream_judged(messages, max_tokens=_MAX_TOKENS, prefix=shown, keep_prefix=keep)
        return self._model.stream(messages, max_tokens=_MAX_TOKENS, stop=["\n"], prefix=shown, keep_prefix=keep)


def generators_of(model: ChatModel, settings: Settings) -> tuple[DraftGenerator, ...]:
    """Who writes, in turn: a taught model as it was taught, then as it is; another model once."""
    ways = (True, False) if model.taught else (False,)
    return tuple(DraftGenerator(model, Prompts.of(settings.prompts, taught=taught), judged=taught) for taught in ways)


def _spans(text: str) -> list[tuple[int, int]]:
    return split_sentences(text) if text.strip() else []
