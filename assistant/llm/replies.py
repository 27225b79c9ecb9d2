"""Parser of replies: a whole body or one chunk of a stream, however its server deviates from OpenAI's."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.llm.failures import Kind, ProviderError

# How the names begin under which models put their thoughts beside their answer: `reasoning_content`, `thinking_blocks`.
_THOUGHTS = ("reasoning", "thinking")
# How a reply ended, by OpenAI's names; other makers' are theirs, which some gateways pass on.
_FINISH = {
    **dict.fromkeys(("max_tokens", "max_output_tokens", "max_length", "model_length"), "length"),
    **dict.fromkeys(
        ("safety", "recitation", "prohibited_content", "blocklist", "sensitive", "refusal", "guardrail_intervened"),
        "content_filter",
    ),
    **dict.fromkeys(("tool_use", "function_call"), "tool_calls"),
}
_YES_OR_NO = re.compile(r"\b(yes|no)\b", re.IGNORECASE)
# Marks before the first word: Markdown, quotation marks, brackets.
_MARKS = " \t\r\n*_`\"'“”‘’«»#>([{-"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a reply that one event adds: text of the answer, or of a thought; how the reply ended, where it has.

    `top_logprobs`: (token, log-probability) of the first token's alternatives, None where none are given;
    `prompt_tokens`: as many were read.
    """

    text: str = ""
    thought: bool = False
    finish: str | None = None
    refusal: str = ""
    top_logprobs: tuple[tuple[str, float], ...] | None = None
    timings: Mapping[str, Any] | None = None
    prompt_tokens: int | None = None


def read_part(event: Mapping[str, Any]) -> Part | None:
    """The part that an event is; one without choices (usage, filters) adds nothing. None: it is no part of a reply.

    Raises `ProviderError` for an error in the place of a reply and for choices that are none.
    """
    _raise_error(event)
    timings = event.get("timings")
    timings = timings if isinstance(timings, Mapping) else None
    thought = _reasoning_tokens(event.get("usage")) > 0
    prompt_tokens = _prompt_tokens(event.get("usage"))
    choices = event.get("choices")
    if not choices:
        if "choices" not in event and timings is None and "usage" not in event:
            return None
        return Part(thought=thought, timings=timings, prompt_tokens=prompt_tokens)
    choice = choices[0] if isinstance(choices, list) else None
    if not isinstance(choice, Mapping):
        raise ProviderError(Kind.GARBLED)
    message = choice.get("delta") or choice.get("message") or {}
    if not isinstance(message, Mapping):
        raise ProviderError(Kind.GARBLED)
    refusal = message.get("refusal")
    text, among = _content(message.get("content"))
    return Part(
        text=text,
        thought=thought or among or any(name.startswith(_THOUGHTS) and value for name, value in message.items()),
        finish=_finish(choice.get("finish_reason")),
        refusal=refusal if isinstance(refusal, str) else "",
        top_logprobs=_first_token(choice.get("logprobs")),
        timings=timings,
        prompt_tokens=prompt_tokens,
    )


def _finish(reason: Any) -> str | None:
    """ "length", "content_filter", "stop" …; None where it goes on. Some send "" until then."""
    if not isinstance(reason, str) or not reason:
        return None
    return _FINISH.get(reason.lower(), reason.lower())


def _raise_error(event: Mapping[str, Any]) -> None:
    error = event.get("error")
    if not error and event.get("object") == "error":
        error = event
    if not error:
        return
    code = error.get("code", error.get("status")) if isinstance(error, Mapping) else None
    status = int(str(code)) if str(code).isdigit() else None
    raise ProviderError(Kind.REFUSED, status, json.dumps({"error": error}))


def _content(content: Any) -> tuple[str, bool]:
    """The text of a message's content, and whether thoughts are among it. Mistral's reasoning models send a list."""
    if isinstance(content, str):
        return content, False
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        return "", False
    parts = [part if isinstance(part, Mapping) else {"type": "text", "text": part} for part in content]
    texts = [part.get("text") for part in parts if part.get("type") in ("text", "output_text", None)]
    thought = any(part.get("type") in ("thinking", *_THOUGHTS) for part in parts)
    return "".join(text for text in texts if isinstance(text, str)), thought


def _first_token(logprobs: Any) -> tuple[tuple[str, float], ...] | None:
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    first = content[0] if isinstance(content, list) and content else None
    top = first.get("top_logprobs") if isinstance(first, Mapping) else None
    if not isinstance(top, list):
        return None
    pairs = [(item.get("token"), item.get("logprob")) for item in top if isinstance(item, Mapping)]
    return tuple(
        (token, float(logprob))
        for token, logprob in pairs
        if isinstance(token, str) and isinstance(logprob, int | float) and not isinstance(logprob, bool)
    )


def _reasoning_tokens(usage: Any) -> int:
    details = usage.get("completion_tokens_details") if isinstance(usage, Mapping) else None
    tokens = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    return tokens if isinstance(tokens, int) else 0


def _prompt_tokens(usage: Any) -> int | None:
    tokens = usage.get("prompt_tokens") if isinstance(usage, Mapping) else None
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) else None


def yes_and_no(alternatives: Iterable[tuple[str, float]]) -> tuple[float, float]:
    """The probabilities of the words yes and no among the first token's alternatives."""
    totals = {"yes": 0.0, "no": 0.0}
    for token, logprob in alternatives:
        word = token.strip().lower()
        if word in totals:
            totals[word] += math.exp(min(logprob, 0.0))
    return totals["yes"], totals["no"]


def says_yes(text: str, *, whole: bool) -> bool | None:
    """Whether a reply in words is a yes or a no; None where it is neither, or both.

    Its first word decides, or the only one of the two that it has, or its last word; without its end (`whole`
    False) only the first.
    """
    found = [match[1].lower() for match in _YES_OR_NO.finditer(text)]
    if not found:
        return None
    if re.match(rf"{found[0]}\b", text.lstrip(_MARKS), re.IGNORECASE):
        return found[0] == "yes"
    last = re.search(rf"\b{found[-1]}\W*$", text, re.IGNORECASE) is not None
    if whole and (len(set(found)) == 1 or last):
        return found[-1] == "yes"
    return None


def until_stop(pieces: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """The text up to the first of `stops`, without white space before it, as it comes.

    Servers elsewhere are not told of stops: some end at a line break before the answer or inside a thought.
    """
    held, begun, longest = "", False, max(map(len, stops), default=1) - 1
    for piece in pieces:
        held += piece
        if not begun:
            held = held.lstrip()
            begun = bool(held)
        ends = [place for stop in stops if stop and (place := held.find(stop)) >= 0]
        if ends:
            if min(ends):
                yield held[: min(ends)]
            return
        ready = len(held) - longest
        if ready > 0:
            yield held[:ready]
            held = held[ready:]
    if held:
        yield held
