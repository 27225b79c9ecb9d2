"""Error classification: what went wrong with a request, as provider and network tell it, and as the user reads it."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistant.errors import ModelConnectionError, ModelContextError, ModelError, ModelReplyError
from assistant.llm.endpoint import Endpoint
from assistant.util.redact import looks_secret, redact, texts_in

_MOST_SHOWN = 500
_DEEPEST = 6
_REDIRECTS = (301, 302, 303, 307, 308)
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|insufficient (?:credits|balance|funds)", re.I)
_BAD_KEY = re.compile(r"api[_ ]key[_ ](?:not[_ ]valid|invalid)|invalid[_ ]api[_ ]key|incorrect api key", re.I)


class Kind(StrEnum):
    """How a request failed."""

    REFUSED = "refused"  # an error status, or an error in the place of a reply
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # nothing within the time limit
    BROKEN_OFF = "broken off"
    GARBLED = "garbled"  # not in the protocol


@dataclass
class ProviderError(Exception):
    """A request that brought no whole reply; `body` is what the server said, `status` HTTP's or the error's own."""

    kind: Kind
    status: int | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_quota(self) -> bool:
        """Whether what was paid for is used up: waiting does not help."""
        return self.status == 402 or bool(_QUOTA.search(self.body))

    @property
    def is_key(self) -> bool:
        """Whether the key was not taken; Gemini says so with status 400."""
        return self.status in (401, 403) or (self.status == 400 and bool(_BAD_KEY.search(self.body)))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the header asks to wait: a number or a date (RFC 9110, 10.2.3), or OpenAI's milliseconds."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def provider_words(body: str) -> str:
    """The sentence that an error's body holds; "" where it holds none.

    Bodies are OpenAI's `{"error": {"message"}}`, FastAPI's and Mistral's `detail` lists, Gemini's list,
    OpenRouter's with the upstream's body as a string in `metadata.raw`, a page in HTML, or a line of text.
    """
    try:
        value = json.loads(body)
    except ValueError:
        title = _TITLE.search(body)
        return " ".join((title[1] if title else "" if "<html" in body.lower() else body).split())
    found = list(dict.fromkeys(" ".join(part.split()) for part in _sentences(value)))
    return "; ".join(part for part in found if not any(part != other and part in other for other in found))


def _sentences(value: Any, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        inner = _json(value)
        yield from _sentences(inner, depth + 1) if isinstance(inner, dict | list) else filter(str.strip, [value])
    elif isinstance(value, list):
        for item in value:
            yield from _sentences(item, depth + 1)
    elif isinstance(value, Mapping):
        if "msg" in value:
            yield _validation(value)
        for key in ("error", "message", "detail", "metadata", "raw", "base_resp", "status_msg"):
            if key in value:
                yield from _sentences(value[key], depth + 1)


def _validation(found: Mapping[str, Any]) -> str:
    """One complaint of pydantic's, as FastAPI and Mistral send them, after the field it is about."""
    place = ".".join(str(part) for part in found.get("loc") or () if part != "body")
    return f"{place}: {found['msg']}" if place else str(found["msg"])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def shortened(text: str) -> str:
    """At most 500 characters, cut after a word."""
    if len(text) <= _MOST_SHOWN:
        return text
    return text[:_MOST_SHOWN].rpartition(" ")[0].rstrip(",;:") + " …"


class Explainer:
    """Turns what went wrong at one endpoint into an error of one line, without anything secret."""

    def __init__(self, endpoint: Endpoint, timeout: float, options: Mapping[str, Any] | None = None) -> None:
        """`options` are sent with each request; a key may be among them."""
        self._endpoint = endpoint
        self._timeout = timeout
        self.secrets = (*endpoint.secrets, *filter(looks_secret, texts_in(dict(options or {}))))

    def clean(self, text: str) -> str:
        """What a server said, as one line without anything secret."""
        return shortened(redact(" ".join(text.split()), self.secrets))

    def error(self, failure: ProviderError) -> ModelError:
        """The error that says what happened, what the provider says of it and what to do."""
        said = self._said(failure.body)
        match failure.kind:
            case Kind.SILENT:
                return self.connection(f"no reply within {self._timeout:g} s; try again, or raise ASSISTANT_TIMEOUT")
            case Kind.UNREACHABLE:
                return self.connection("nothing answers there; start the server or check the address")
            case Kind.BROKEN_OFF:
                return self.connection(f"the connection broke off in mid-reply; ask again{said}")
            case Kind.GARBLED:
                return self.reply(f"the reply is not an OpenAI-compatible server's; check the address{said}")
        hint = self._hint(failure)
        if hint is not None:
            return self.connection(hint + said)
        status = f"error {failure.status}" if failure.status else "an error"
        words = self.clean(provider_words(failure.body))
        return ModelError(f"{self.where}: {words or f'{status}, with no reason given'}")

    def reply(self, what: str) -> ModelReplyError:
        """A reply that cannot be used."""
        return ModelReplyError(f"{self.where}: {what}")

    def _said(self, body: str) -> str:
        words = self.clean(provider_words(body))
        return f' (the provider says: "{words}")' if words else ""

    def context(self, what: str, body: str = "") -> ModelContextError:
        """A prompt that the model's context does not hold; `body` is what the provider says of it."""
        raised = "OLLAMA_CONTEXT_LENGTH=16384 ollama serve" if self._endpoint.is_ollama else "at the server"
        return ModelContextError(
            f"{self.where}: {what}; raise its context ({raised}), or have less read: ASSISTANT_READING_TOGETHER, "
            f"read apart ASSISTANT_READING and ASSISTANT_WHOLE_BELOW{self._said(body)}"
        )

    def connection(self, what: str) -> ModelConnectionError:
        """A model that cannot be asked."""
        return ModelConnectionError(f"{self.where}: {what}")

    @property
    def where(self) -> str:
        """The model and its address."""
        return f"model {self._endpoint.name}" + (f" at {self._endpoint.url}" if self._endpoint.url else "")

    def _hint(self, failure: ProviderError) -> str | None:
        endpoint = self._endpoint
        if failure.is_key:
            verb = "check" if endpoint.key else "set"
            return f"the key was refused; {verb} {endpoint.key_variable}"
        if failure.is_quota:
            return "the account's quota is used up; add to it, or ask another model"
        if failure.status == 404:
            pull = f", or fetch the model with: ollama pull {endpoint.name}" if endpoint.is_ollama else ""
            return f"not known there; check the model's name and the address{pull}"
        if failure.status == 429:
            told = retry_after(failure.headers)
            return f"too many requests; wait {f'{told:.0f} s' if told and told >= 1 else 'a while'} and ask again"
        if failure.status in (503, 529):
            return "it is not ready; wait a while and ask again"
        if failure.status in _REDIRECTS and (location := failure.headers.get("location")):
            return f"that address is redirected to {self.clean(location)}; give the one that it moved to"
        return None
