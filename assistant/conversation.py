"""A follow-up question → a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing

from assistant.llm import ChatModel
from assistant.overview import overview
from assistant.prompts import Prompts
from assistant.schema import Turn
from assistant.words import content_words, fold, words

_LEANING = frozenset(
    """
    he him his she her hers it its they them their theirs that this those these there then one ones
    former latter same other others again else
    """.split()
)
_ONE = frozenset("it this that them then".split())
_ELLIPSIS = re.compile(r"\s*(?:and|but|or|so|also|what about|how about|why|how so|who else|what else|when)\b", re.I)
_SHORT = 3
_TURNS_SHOWN = 6
_ANSWER_SHOWN = 400
_JOINED = 200
_MAX_TOKENS = 80
_REFUSED = re.compile(r"\b(?:(?:do|does|did|can)(?: not|n['’]t) (?:say|know|find|have)|cannot answer|sorry)\b", re.I)
_MARK = re.compile(r"\s*\[\d+\]")


class Contextualiser:
    """Rewrites a question that leans on earlier turns; leaves every other question untouched."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question as understood. Never brings in a word from outside the conversation."""
        if not history or not leans(question):
            return question
        shown = "\n".join(_line(turn) for turn in history[-_TURNS_SHOWN:])
        prompt = self._prompts.render("rewrite", history=shown, question=question)
        rewritten = self._questions(prompt, max(1, question.count("?"))).strip().strip('"')
        # A small model would sometimes rather answer than ask.
        asks = "?" in rewritten or "?" not in question
        if rewritten and asks and _only_known_words(rewritten, question, shown):
            return rewritten
        return _joined(question, history)

    def _questions(self, prompt: str, number: int) -> str:
        """What the model writes until it has asked so many questions: then it may go on to answer them."""
        reply = ""
        messages = [{"role": "user", "content": prompt}]
        with closing(self._model.stream(messages, max_tokens=_MAX_TOKENS, stop=["\n"])) as pieces:
            for piece in pieces:
                reply += piece
                if reply.count("?") >= number:
                    break
        return "".join(re.findall(r"[^?]*\?", reply)[:number]) or reply


def leans(question: str) -> bool:
    """True when the question has a pronoun or an ellipsis that earlier turns must resolve."""
    found = [fold(word.written) for word in words(question)]
    if overview(question) is not None:
        # "These articles" are the library's.
        return any(word in _ONE for word in found)
    return (
        any(word in _LEANING for word in found)
        or bool(_ELLIPSIS.match(question) and len(found) <= 8)
        or len(content_words(question)) < _SHORT
    )


def _only_known_words(rewritten: str, question: str, shown: str) -> bool:
    known = {word.stem for word in words(f"{question} {shown}")}
    return all(word.stem in known for word in content_words(rewritten))


def _joined(question: str, history: Sequence[Turn]) -> str:
    """Where the rewriting cannot be trusted: the last question, its answer if it had one, and this question."""
    last = max((place for place, turn in enumerate(history) if turn.role == "user"), default=None)
    if last is None:
        return question
    turns = [turn for turn in history[last:] if turn.role == "user" or not _REFUSED.search(turn.content)]
    before = " ".join(_MARK.sub("", turn.content).strip()[:_JOINED] for turn in turns)
    return f"{before} {question}"


def _line(turn: Turn) -> str:
    speaker = "User" if turn.role == "user" else "Assistant"
    text = " ".join(_MARK.sub("", turn.content).split())
    return f"{speaker}: {text[:_ANSWER_SHOWN]}"
