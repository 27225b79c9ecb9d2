"""Question decomposition: a question that asks several things → a question for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.llm.chat_model import ChatModel
from assistant.llm.prompts import Prompts
from assistant.query.rewrite import QuestionRewriter
from assistant.schema.answers import Turn
from assistant.text.tokens import Word, content_stems, content_words

_MOST = 4
_MAX_TOKENS = 160
# Between right divisions and wrong ones of questions of the training bundles (docs/measured.md).
_SAME = 0.86
# From here on a division is taken to be right where one of its parts is not answered: to answer the other part of a
# wrong one is to answer what was not asked.
_SURELY_SAME = 0.88
# Of the question's words that are no names and no numbers, so many may be left out of all parts: "name", "give".
_LEFT_OUT = 0.3
# Content words without which a part does not stand alone.
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Division:
    """The questions that a question is made of, none where it asks one thing.

    `partly`: an answer to some of them answers a part of it.
    """

    parts: tuple[str, ...] = ()
    partly: bool = False


WHOLE = Division()


class QuestionDivider:
    """Asks the model which questions a question is made of."""

    def __init__(self, model: ChatModel, prompts: Prompts, rewriter: QuestionRewriter) -> None:
        """`rewriter` makes the second part stand alone, as a follow-up of the first."""
        self._model = model
        self._prompts = prompts
        self._rewriter = rewriter

    def divided(self, question: str) -> Division:
        """Two questions or more, which together ask what `question` asks, or none. Raises `ModelError`."""
        question = " ".join(question.split())
        parts = self._written(question)
        if not divides(question, parts) or (same := self._ask_the_same(question, parts)) < _SAME:
            return WHOLE
        first, *others = parts
        alone = (first, *(self._rewriter.standalone(part, (Turn("user", first),)) for part in others))
        told = alone if divides(question, alone) else parts
        # "In which year?" alone asks of nothing in particular: any report answers it.
        if any(len(content_stems(part)) < _FEWEST for part in told):
            return WHOLE
        return Division(told, partly=same >= _SURELY_SAME)

    def _written(self, question: str) -> tuple[str, ...]:
        """The questions that the model writes, below a line that says whether there are any."""
        messages = self._prompts.messages("divide", question=question)
        # Of a question a few words are new to the engine: the examples before it are kept.
        examples = messages[-1]["content"].partition(question)[0].rstrip()
        pieces = self._model.stream(messages, max_tokens=_MAX_TOKENS, stop=["\n\n"], prefix=examples)
        _, *lines = "".join(pieces).strip().splitlines() or [""]
        return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def _ask_the_same(self, question: str, parts: Sequence[str]) -> float:
        """P(the parts ask exactly what the question asks), as the model says."""
        shown = "\n".join(f"- {part}" for part in parts)
        return self._model.probability_yes(self._prompts.messages("divided", question=question, parts=shown))


def divides(question: str, parts: Sequence[str]) -> bool:
    """Whether the parts are the question's own words, each asks for something else, and nothing that matters is lost.

    No part brings in a word or holds all that the question asks; each has a word that no other part has; every name
    and every number of the question is in one of them.
    """
    if not 2 <= len(parts) <= _MOST or not all(_is_part(part, question) for part in parts):
        return False
    held = Counter(stem for part in parts for stem in content_stems(part))
    if not all(any(held[stem] == 1 for stem in content_stems(part)) for part in parts):
        return False
    whole = content_words(question)
    lost = [word for word in whole if word.stem not in held]
    return not any(map(_matters, lost)) and len(lost) <= _LEFT_OUT * len(whole)


def _is_part(line: str, question: str) -> bool:
    return bool(content_stems(line)) and content_stems(line) < content_stems(question)


def _matters(word: Word) -> bool:
    return (word.is_capitalised and word.start > 0) or word.written[0].isdigit()
