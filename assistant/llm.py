"""The one client for every language model: an OpenAI-compatible endpoint, embedded or not."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine import EmbeddedEngine
from assistant.errors import ModelConnectionError, ModelError, SettingsError
from assistant.model_files import ModelStore, Progress
from assistant.settings import EMBEDDED, Settings

if TYPE_CHECKING:
    from openai import OpenAI

Message = dict[str, str]
_TOP_LOGPROBS = 20
# Qwen, Llama 3 and Phi (<|…|>), Llama 2 and Mistral ([INST], <s>, <<SYS>>), Gemma (<start_of_turn>).
_CONTROL_TOKEN = re.compile(r"<(?=\||/?s>|<SYS|start_of_turn|end_of_turn)|\[(?=/?INST\])")
_SEED = 7
_OLLAMA_URL = "http://127.0.0.1:11434/v1"
_OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is served. `url` None: by the embedded engine, from `file`."""

    name: str
    url: str | None = None
    key: str = ""
    file: Path | None = None


def resolve_endpoint(settings: Settings) -> Endpoint:
    """What `settings.model` means. Raises `SettingsError` when it means nothing."""
    value = settings.model.strip()
    key = settings.api_key.get_secret_value()
    if value == EMBEDDED:
        return Endpoint(EMBEDDED)
    if value.lower().endswith(".gguf"):
        path = Path(value).expanduser()
        if not path.is_file():
            raise SettingsError(f"model {value}: no such file; give the path of a GGUF file")
        return Endpoint(path.stem, file=path)
    name, at, url = value.partition("@")
    if at and name and re.match(r"https?://[^/\s]+", url):
        return Endpoint(name, url.rstrip("/"), key)
    maker, colon, name = value.partition(":")
    if colon and name and maker == "ollama":
        return Endpoint(name, _OLLAMA_URL, key)
    if colon and name and maker == "openai":
        key = key or os.environ.get("OPENAI_API_KEY", "")
        if not key:
            raise SettingsError(f"model {value}: no key; set ASSISTANT_API_KEY or OPENAI_API_KEY")
        return Endpoint(name, _OPENAI_URL, key)
    raise SettingsError(
        f"model {value!r}: not understood; give embedded, FILE.gguf, ollama:NAME, openai:NAME "
        "or NAME@URL (NAME@http://host:8000/v1)"
    )


class ChatModel:
    """A chat model behind an endpoint. The embedded one is started when first needed."""

    def __init__(self, endpoint: Endpoint, settings: Settings) -> None:
        self.endpoint = endpoint
        self._settings = settings
        self._engine: EmbeddedEngine | None = None
        self._client: OpenAI | None = None

    @property
    def name(self) -> str:
        """What answers are signed with."""
        return self.endpoint.name

    def start(self, progress: Progress | None = None) -> None:
        """Begin loading an embedded model, joining its file first where needed."""
        if self.endpoint.url is None and self._engine is None:
            path = self.endpoint.file or ModelStore(self._settings.home / "models").ensure(progress)
            self._engine = EmbeddedEngine(path, context=self._settings.context, threads=self._settings.threads)
            self._engine.start()

    def wait(self) -> None:
        """Return when an embedded model is loaded; at once for a server elsewhere. Raises `ModelError`."""
        self._connect()

    def close(self) -> None:
        """Stop the embedded engine, if it runs, and drop the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._engine is not None:
            self._engine.stop()
            self._engine = None

    def probability_yes(self, messages: Sequence[Message]) -> float:
        """P(yes) / (P(yes) + P(no)) of the next word, from the first token's log-probabilities.

        An endpoint that gives none is asked for the word itself, which counts as 0.95 or 0.05.
        """
        reply = self._create(messages, max_tokens=1, logprobs=True, top_logprobs=_TOP_LOGPROBS)
        if not getattr(reply, "choices", None):
            raise self._garbled()
        choice = reply.choices[0]
        if choice.logprobs and choice.logprobs.content:
            yes, no = _yes_and_no(choice.logprobs.content[0].top_logprobs)
            if yes + no > 0:
                return yes / (yes + no)
        word = (choice.message.content or "").strip().lower()
        return 0.95 if word.startswith("y") else 0.05

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: Sequence[str] = ()) -> Iterator[str]:
        """The reply's text, piece by piece. Closing the iterator cancels the request."""
        import openai

        response = self._create(messages, max_tokens=max_tokens, stop=list(stop) or None, stream=True)
        understood = False
        try:
            for chunk in response:
                understood = True
                if chunk.choices and chunk.choices[0].delta.content:
                    yield chunk.choices[0].delta.content
        except openai.APIError as error:
            raise self._explain(error) from error
        except json.JSONDecodeError as error:
            raise self._garbled() from error
        finally:
            response.close()
        if not understood:
            raise self._garbled()

    def complete(self, messages: Sequence[Message], max_tokens: int) -> str:
        """The whole reply."""
        return "".join(self.stream(messages, max_tokens=max_tokens))

    def _create(self, messages: Sequence[Message], **options: Any) -> Any:
        import openai

        options = {key: value for key, value in options.items() if value is not None}
        safe: list[Any] = [_without_control_tokens(message) for message in messages]
        if self.endpoint.url is None:
            options["extra_body"] = {"cache_prompt": True}
        try:
            return self._connect().chat.completions.create(
                model=self.name,
                messages=safe,
                temperature=0,
                seed=_SEED,
                **options,
            )
        except openai.APIError as error:
            raise self._explain(error) from error
        except json.JSONDecodeError as error:
            raise self._garbled() from error

    def _connect(self) -> OpenAI:
        if self._client is None:
            import openai

            if self.endpoint.url is None:
                self.start()
                assert self._engine is not None
                url, key = self._engine.base_url, self._engine.key
            else:
                url, key = self.endpoint.url, self.endpoint.key or "none"
            # A proxy from the environment must not see what is said to a model on this machine.
            local = re.match(r"https?://(127\.|localhost|\[::1\])", url) is not None
            self._client = openai.OpenAI(
                base_url=url,
                api_key=key,
                timeout=self._settings.timeout,
                max_retries=0 if local else 2,
                http_client=openai.DefaultHttpxClient(trust_env=not local, timeout=self._settings.timeout),
            )
        return self._client

    def _explain(self, error: Exception) -> ModelError:
        import openai

        where = self._where()
        if isinstance(error, openai.APITimeoutError):
            return ModelConnectionError(
                f"{where}: no reply within {self._settings.timeout:g} s; try again, or raise ASSISTANT_TIMEOUT"
            )
        if isinstance(error, openai.APIConnectionError):
            return ModelConnectionError(f"{where}: nothing answers there; start the server or check the address")
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return ModelConnectionError(f"{where}: the key was refused; check ASSISTANT_API_KEY")
        if isinstance(error, openai.NotFoundError):
            return ModelConnectionError(f"{where}: not known there; check the model's name and the address")
        reason = " ".join(str(error).split())[:300]
        return ModelError(f"{where}: {reason}")

    def _garbled(self) -> ModelError:
        return ModelError(f"{self._where()}: the reply is not an OpenAI-compatible server's; check the address")

    def _where(self) -> str:
        return f"model {self.name}" + (f" at {self.endpoint.url}" if self.endpoint.url else "")


def _without_control_tokens(message: Message) -> Message:
    """An article that says <|im_end|> must not end our message: the engine reads such marks as its own."""
    return {**message, "content": _CONTROL_TOKEN.sub(lambda mark: mark[0] + " ", message["content"])}


def _yes_and_no(alternatives: Sequence[Any]) -> tuple[float, float]:
    totals = {"yes": 0.0, "no": 0.0}
    for item in alternatives:
        word = item.token.strip().lower()
        if word in totals:
            totals[word] += math.exp(item.logprob)
    return totals["yes"], totals["no"]
