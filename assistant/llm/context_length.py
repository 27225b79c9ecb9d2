"""Context length of a model: as its endpoint says, or as was learnt from a prompt that was too long."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from assistant.errors import ModelError
from assistant.llm.endpoint import Endpoint
from assistant.llm.failures import Kind, ProviderError
from assistant.llm.scope import QuestionScope
from assistant.llm.transport import Transport

_SECONDS = 10.0
# vLLM; LM Studio; OpenRouter; Groq; Mistral; others. What a server has loaded goes before what a model could have.
_NAMES = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "max_context_length",
    "max_input_tokens",
)


# How providers say that a prompt is too long, and what was the most; the last is Groq's, of a minute's tokens.
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|(?:prompt|input|request|messages?) "
    r"(?:is|are|was) too (?:long|large)|request too large|exceeds? [\w' ]{0,30}(?:context|maximum number of tokens)"
    r"|(?:greater|longer|larger) than [\w' ]{0,30}context|context (?:length|window|size) (?:was |is )?exceeded",
    re.I,
)
_MOST = re.compile(
    r"(?:maximum context length is|\bn_ctx|context (?:window|size|length) of|tokens allowed|>)\W{0,4}(\d{3,8})\b", re.I
)
# No text has more characters a token, and Ollama cuts to just as many tokens as it was set to, a power of two or
# a thousand times one.
_CHARACTERS_A_TOKEN, _LEAST_A_TOKEN, _ROUND = 8, 3, 1024
# Servers that count only what was not in their cache count less than this.
_LEAST_COUNTED = 512


def models(transport: Transport, scope: QuestionScope) -> list[Mapping[str, Any]]:
    """The entries of the endpoint's list of models. Raises `ProviderError`, `ModelError`."""
    listed = transport.get("/models", scope).get("data")
    if not isinstance(listed, list):
        raise ProviderError(Kind.GARBLED)
    return [entry for entry in listed if isinstance(entry, Mapping)]


def is_too_long(refusal: str) -> bool:
    """Whether an error's body is about a prompt that is longer than the context."""
    return bool(_TOO_LONG.search(refusal.replace("\\", "")))


def told_length(refusal: str) -> int | None:
    """The length of the context that it tells, in tokens."""
    found = [int(number) for number in _MOST.findall(refusal.replace("\\", ""))]
    return min(found, default=None)


def was_cut(characters: int, prompt_tokens: int | None, *, fills: bool) -> bool:
    """Whether of a prompt of so many characters only a part was read, going by how many tokens were counted.

    `fills`: a server such as Ollama, which cuts a prompt to just the length of its context without a word.
    """
    if prompt_tokens is None or prompt_tokens < _LEAST_COUNTED:
        return False
    filled = fills and prompt_tokens % _ROUND == 0 and characters > _LEAST_A_TOKEN * prompt_tokens
    return filled or characters > _CHARACTERS_A_TOKEN * prompt_tokens


class ContextLength:
    """Asks the endpoint once, and hears what is learnt. Thread-safe.

    Ollama tells of a model that is loaded, which it is for certain when it has just replied: where it was not before
    the first question, it is asked once more after the first reply.
    """

    def __init__(self, transport: Transport, endpoint: Endpoint) -> None:
        self._transport = transport
        self._endpoint = endpoint
        self._asked = self._replied = False
        self._tokens: int | None = None
        self._learnt: int | None = None
        self._lock = threading.Lock()

    @property
    def cuts_in_silence(self) -> bool:
        """Whether a prompt that is too long is cut to the length of the context without a word."""
        return self._endpoint.is_ollama

    def tokens(self) -> int | None:
        """The context in tokens; None where it is not known, whatever the reason."""
        with self._lock:
            if not self._asked:
                self._tokens = self._loaded() if self._endpoint.is_ollama else self._listed()
                self._asked = True
            return min(filter(None, (self._tokens, self._learnt)), default=None)

    def replied(self) -> None:
        """The model has just replied."""
        with self._lock:
            if self._endpoint.is_ollama and not self._replied and self._tokens is None:
                self._tokens = self._loaded()
                self._asked = True
            self._replied = True

    def learn(self, tokens: int) -> None:
        """A prompt and its reply can have no more than so many tokens."""
        with self._lock:
            self._learnt = min(tokens, self._learnt or tokens)

    def _listed(self) -> int | None:
        try:
            listed = models(self._transport, QuestionScope(_SECONDS))
        except (ProviderError, ModelError):
            return None
        named = [entry for entry in listed if entry.get("id") == self._endpoint.name]
        # llama.cpp serves one model, whatever it is called.
        return _length(named[0] if named else listed[0] if len(listed) == 1 else {})

    def _loaded(self) -> int | None:
        parts = urlsplit(self._endpoint.url or "")
        address = urlunsplit((parts.scheme, parts.netloc, "/api/ps", "", ""))
        try:
            loaded = self._transport.get(address, QuestionScope(_SECONDS)).get("models")
        except (ProviderError, ModelError):
            return None
        entries = [entry for entry in loaded if isinstance(entry, Mapping)] if isinstance(loaded, list) else []
        name = self._endpoint.name
        return _length(next((entry for entry in entries if entry.get("name") in (name, f"{name}:latest")), {}))


def _length(entry: Mapping[str, Any]) -> int | None:
    meta = entry.get("meta")
    places = [entry, meta if isinstance(meta, Mapping) else {}]
    found = [place.get(name) for place in places for name in (*_NAMES, "n_ctx")]
    return next(
        (value for value in found if isinstance(value, int) and not isinstance(value, bool) and value > 0), None
    )
