"""Query rewriting: a follow-up question → a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.llm.chat_model import ChatModel
from assistant.llm.prompts import Prompts
from assistant.schema.answers import Turn
from assistant.text.citation_marks import without_citation_marks

TURNS_SHOWN = 6
"""Turns of a conversation that are read."""
_ANSWER_SHOWN = 400
_JOINED = 200
_MAX_TOKENS = 80
_NUMBER = re.compile(r"\d+")


class QuestionRewriter:
    """Asks the model for the question as it would be put without the conversation."""

    def __init__(self, model: ChatModel, prompts: Prompts, *, exact: bool) -> None:
        """`exact`: a rewriting must not bring in a figure that nobody mentioned.

        So for a small model; a capable one reckons rightly what "six years earlier" is.
        """
        self._model = model
        self._prompts = prompts
        self._exact = exact

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question as understood; one that leans on nothing comes back as it is."""
        if not history:
            return question
        shown = "\n".join(turn_line(turn) for turn in history[-TURNS_SHOWN:])
        messages = self._prompts.messages("rewrite", history=shown, question=question)
        reply = "".join(self._model.stream(messages, max_tokens=_MAX_TOKENS, stop=["\n"]))
        rewritten = " ".join(reply.split()).strip('"')
        known = set(_NUMBER.findall(f"{question} {shown}"))
        if rewritten and (not self._exact or set(_NUMBER.findall(rewritten)) <= known):
            return rewritten
        return _joined(question, history)


def turn_line(turn: Turn) -> str:
    """A turn as the prompt shows it, without citation marks."""
    speaker = "User" if turn.role == "user" else "Assistant"
    text = " ".join(without_citation_marks(turn.content).split())
    return f"{speaker}: {text[:_ANSWER_SHOWN]}"


def _joined(question: str, history: Sequence[Turn]) -> str:
    """Where the rewriting cannot be trusted: the last question and what was answered, then this one."""
    last = max((place for place, turn in enumerate(history) if turn.role == "user"), default=None)
    before = history[last:] if last is not None else []
    return " ".join([*(without_citation_marks(turn.content).strip()[:_JOINED] for turn in before), question])
