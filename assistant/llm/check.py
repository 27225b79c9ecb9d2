"""Capability check of an endpoint: a few short requests, to say what works there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from assistant.errors import ModelContextError, ModelError
from assistant.llm.chat_model import Message
from assistant.llm.dialect import Dialect
from assistant.llm.remote import EndpointModel

_FACT = "The ferry to Holm leaves at nine."
_ASKED = "\n\nQuestion: {question}\nIs the answer to this question stated in the paragraphs? Reply yes or no."
_STATED, _NOT_STATED = "When does the ferry to Holm leave?", "What does the ferry to Holm cost?"
# The tokens that are read together where neither the settings nor an endpoint say how many; read from its beginning
# on, or not.
_TOKENS, _BYTES_A_TOKEN, _WORD = 8000, 3, "heliotrope"
# Tokens that stay free for the question and the reply.
_ROOM = 1500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: its name, what came of it, whether the assistant can work with that."""

    name: str
    text: str
    good: bool = True


def check_endpoint(model: EndpointModel, found: Callable[[Finding], None], *, tokens: int | None = None) -> bool:
    """Try everything anew, telling each finding as it is made; whether a question can be answered there.

    `tokens` of paragraphs are to be read together, None: as many as is sensible.
    """
    model.forget()
    good = True
    for try_out in (_judgements, _sentence, partial(_whole_prompt, wanted=tokens or _TOKENS)):
        try:
            for finding in try_out(model):
                found(finding)
                good = good and finding.good
        except ModelError as error:
            found(Finding("failed", str(error), good=False))
            return False
    found(Finding("parameters", _parameters(model.dialect)))
    return good


def _judgements(model: EndpointModel) -> list[Finding]:
    began = time.monotonic()
    yes, no = (
        model.probability_yes(_messages(_FACT + _ASKED.format(question=question)))
        for question in (_STATED, _NOT_STATED)
    )
    taken = time.monotonic() - began
    right = yes > 0.5 > no
    judged = "right" if right else "WRONG: a stated fact and one that is not were not told apart"
    said = f"{judged}, {taken / 2:.1f} s each"
    measured = f"given: P(yes) {yes:.2f} and {no:.2f}" if model.has_probabilities else "none: a yes or no is one word"
    return [Finding("judgement", said, right), Finding("logprobs", measured)]


def _sentence(model: EndpointModel) -> list[Finding]:
    began = time.monotonic()
    first: float | None = None
    pieces = 0
    text = ""
    for piece in model.stream(_messages(f"{_FACT}\n\nSay that in other words, in one sentence."), max_tokens=120):
        first = first or time.monotonic() - began
        pieces += 1
        text += piece
    whole = "stream" in model.dialect.dropped
    how = "refused: a reply comes as a whole" if whole else f"first words after {first or 0:.1f} s, {pieces} pieces"
    return [Finding("sentence", " ".join(text.split())[:200]), Finding("streaming", how)]


def _whole_prompt(model: EndpointModel, wanted: int) -> list[Finding]:
    filler = "The ferry calls at Vik and turns back. "
    tokens = model.context_length()
    # Where it is told, no more than that is read.
    long = _BYTES_A_TOKEN * min(wanted, model.prompt_length(_ROOM) or wanted)
    prompt = (
        f"The code word is {_WORD}.\n\n{filler * (long // len(filler))}\n\nWhat is the code word? Reply with it alone."
    )
    size = f"{tokens:,} tokens, as the endpoint says" if tokens else "of a size that the endpoint does not say"
    try:
        text = model.complete(_messages(prompt), 20)
    except ModelContextError as error:
        return [Finding("context", f"{size}; {error}", good=False)]
    if _WORD in text.lower():
        return [Finding("context", f"{size}; {long:,} characters were read whole")]
    remedy = "raise its context (Ollama: num_ctx)"
    return [Finding("context", f"{size}; of {long:,} characters the BEGINNING WAS NOT READ; {remedy}", good=False)]


def _parameters(dialect: Dialect) -> str:
    parts = [f"limit as {dialect.limit}" if dialect.limit else "no limit of tokens"]
    if left_out := sorted(dialect.dropped - {"max_tokens", "max_completion_tokens"}):
        parts.append(f"left out: {', '.join(left_out)}")
    if not dialect.takes_system:
        parts.append("no system message")
    parts.append(f"thinks first: gets {dialect.room:,} tokens for it" if dialect.needs_room else "does not think first")
    return "; ".join(parts)


def _messages(text: str) -> list[Message]:
    return [{"role": "system", "content": "You answer questions about texts."}, {"role": "user", "content": text}]
