"""Judge: what is a matter of meaning is judged by the language model, as a probability.

Three judgements of one article each: is the question answered in it, does it state a sentence, and
is a sentence the right answer to a question. The embedded model was taught them (docs/training.md);
another model is asked in words. One call each, of which only the last lines are new to the engine.
"""

from __future__ import annotations

from typing import Protocol

from assistant.llm.chat_model import ChatModel
from assistant.llm.prompts import Prompts


class Readable(Protocol):
    """What a judgement is about: the paragraphs of an article, or of several."""

    @property
    def whole(self) -> bool:
        """True where it reads the same whatever is asked."""

    def context(self, prompts: Prompts) -> str:
        """What the prompt begins with."""


class Judge:
    """Asks a model yes-or-no questions about what it is given to read."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    @property
    def gives_probabilities(self) -> bool:
        """False where the model was found to give none, so that a judgement is a word."""
        return self._model.has_probabilities is not False

    def answered(self, question: str, context: Readable) -> float:
        """P(the article states the answer to `question`), in [0, 1]."""
        return self._ask("answered", context, question=question)

    def stated(self, sentence: str, context: Readable) -> float:
        """P(the article states all of `sentence`), in [0, 1]."""
        return self._ask("stated", context, sentence=sentence)

    def right(self, question: str, sentence: str, context: Readable) -> float:
        """P(`sentence` answers `question` rightly by the article), in [0, 1]."""
        return self._ask("right", context, question=question, sentence=sentence)

    def _ask(self, name: str, context: Readable, **variables: str) -> float:
        shown = context.context(self._prompts)
        # On one line each: no line of an article or of a draft can pass for one of the prompt's own.
        variables = {name: " ".join(text.split()) for name, text in variables.items()}
        messages = self._prompts.messages(name, context=shown, **variables)
        return self._model.probability_yes(messages, prefix=shown, keep_prefix=context.whole)
