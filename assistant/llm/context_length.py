"""How many tokens a model's context has, where its endpoint says so."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from assistant.errors import ModelError
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


def models(transport: Transport, scope: QuestionScope) -> list[Mapping[str, Any]]:
    """The entries of the endpoint's list of models. Raises `ProviderError`, `ModelError`."""
    listed = transport.get("/models", scope).get("data")
    if not isinstance(listed, list):
        raise ProviderError(Kind.GARBLED)
    return [entry for entry in listed if isinstance(entry, Mapping)]


class ContextLength:
    """Asks `/models` once. Thread-safe."""

    def __init__(self, transport: Transport, model: str) -> None:
        self._transport = transport
        self._model = model
        self._asked = False
        self._tokens: int | None = None
        self._lock = threading.Lock()

    def tokens(self) -> int | None:
        """The context in tokens; None where it is not told, whatever the reason."""
        with self._lock:
            if not self._asked:
                self._tokens = self._ask()
                self._asked = True
            return self._tokens

    def _ask(self) -> int | None:
        try:
            listed = models(self._transport, QuestionScope(_SECONDS))
        except (ProviderError, ModelError):
            return None
        named = [entry for entry in listed if entry.get("id") == self._model]
        # llama.cpp serves one model, whatever it is called.
        return _length(named[0] if named else listed[0] if len(listed) == 1 else {})


def _length(entry: Mapping[str, Any]) -> int | None:
    meta = entry.get("meta")
    places = [entry, meta if isinstance(meta, Mapping) else {}]
    found = [place.get(name) for place in places for name in (*_NAMES, "n_ctx")]
    return next(
        (value for value in found if isinstance(value, int) and not isinstance(value, bool) and value > 0), None
    )
