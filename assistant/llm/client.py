"""The one client for every language model: an OpenAI-compatible endpoint, embedded or not."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelConnectionError, ModelError
from assistant.llm.endpoint import Endpoint
from assistant.llm.llamacpp.model_file import Progress
from assistant.llm.llamacpp.prompt_cache import PromptCache, StateFiles
from assistant.llm.llamacpp.select import adapter_of, local_model
from assistant.llm.llamacpp.server import SLOTS, EmbeddedEngine
from assistant.llm.llamacpp.token_budget import TokenBudget
from assistant.llm.special_tokens import without_control_tokens
from assistant.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

Message = dict[str, str]
_TOP_LOGPROBS = 20
_SEED = 7
# Beside its content a message takes its role and marks, and a draft is written ahead of what is kept.
_TOKENS_AROUND, _TOKENS_AHEAD = 16, 64


@dataclass(frozen=True, slots=True)
class Timings:
    """What the embedded engine did for one request: tokens read, written and reused, and milliseconds for each."""

    prompt_n: int
    prompt_ms: float
    predicted_n: int
    predicted_ms: float
    cache_n: int


class ChatModel:
    """A chat model behind an endpoint. The embedded one is started when first needed. Thread-safe."""

    def __init__(
        self,
        endpoint: Endpoint,
        settings: Settings,
        *,
        on_timings: Callable[[Timings], None] | None = None,
        speculation: bool = True,
    ) -> None:
        """`on_timings` is told of each request to the embedded engine; `speculation`: it drafts from the prompt."""
        self.endpoint = endpoint
        self._settings = settings
        self._on_timings = on_timings
        self._speculation = speculation
        self._engine: EmbeddedEngine | None = None
        self._slots: PromptCache | None = None
        self._client: OpenAI | None = None
        self._budget = TokenBudget(settings.context)
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        """What answers are signed with."""
        return self.endpoint.name

    @property
    def taught(self) -> bool:
        """True for the embedded model with the adapter that was trained for it: it knows the short prompts."""
        return self.adapter is not None

    @property
    def adapter(self) -> Path | None:
        """The file of that adapter, where it is applied."""
        return adapter_of(self.endpoint, self._settings)

    def start(self, progress: Progress | None = None) -> None:
        """Begin loading an embedded model, joining its file first where needed."""
        with self._lock:
            if self.endpoint.url is not None or self._engine is not None:
                return
            file, server = local_model(self.endpoint, self._settings, progress)
            files = StateFiles(self._settings.home / "prefixes")
            folder = files.folder if files.open() else None
            self._engine = EmbeddedEngine(
                file,
                context=self._settings.context,
                threads=self._settings.threads,
                states=folder,
                speculation=self._speculation,
                server=server,
                adapter=self.adapter,
            )
            self._slots = PromptCache(
                self._engine,
                files if folder else None,
                slots=SLOTS,
                timeout=self._settings.timeout,
                on_reply=self._report,
            )
            self._engine.start()

    def wait(self) -> None:
        """Return when an embedded model is loaded; at once for a server elsewhere. Raises `ModelError`."""
        self._connect()

    def close(self) -> None:
        """Stop the embedded engine, if it runs, and drop the connections."""
        with self._lock:
            client, self._client = self._client, None
            engine, self._engine = self._engine, None
            self._slots = None
        if client is not None:
            client.close()
        if engine is not None:
            engine.stop()

    def listed(self) -> list[str] | None:
        """The names of the models that the endpoint lists; None where it has no such list. Raises `ModelError`."""
        import openai

        try:
            return [model.id for model in self._connect().models.list()]
        except (openai.APIConnectionError, openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise self._explain(error) from error
        except (openai.APIError, ValueError, AttributeError, TypeError):
            return None

    def probability_yes(
        self, messages: Sequence[Message], *, prefix: str | None = None, keep_prefix: bool = True
    ) -> float:
        """P(yes) / (P(yes) + P(no)) of the next word, from the first token's log-probabilities.

        An endpoint that gives none is asked for the word itself, which counts as 0.95 or 0.05.
        `prefix`: how the last message begins whatever is asked; the embedded engine reads it once, and
        with `keep_prefix` keeps it on disk for later.
        """
        with self._asking(messages, prefix, 1, keep_prefix) as (safe, options):
            reply = self._create(safe, max_tokens=1, logprobs=True, top_logprobs=_TOP_LOGPROBS, **options)
        self._report(reply)
        if not getattr(reply, "choices", None):
            raise self._garbled()
        choice = reply.choices[0]
        if choice.logprobs and choice.logprobs.content:
            yes, no = _yes_and_no(choice.logprobs.content[0].top_logprobs)
            if yes + no > 0:
                return yes / (yes + no)
        word = (choice.message.content or "").strip().lower()
        return 0.95 if word.startswith("y") else 0.05

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        prefix: str | None = None,
        keep_prefix: bool = True,
    ) -> Generator[str, None, None]:
        """The reply's text, piece by piece. Closing the iterator cancels the request.

        `prefix` and `keep_prefix` as in `probability_yes`.
        """
        with self._asking(messages, prefix, max_tokens, keep_prefix) as (safe, options):
            response = self._create(safe, max_tokens=max_tokens, stop=list(stop) or None, stream=True, **options)
            yield from self._pieces(response)

    def _pieces(self, response: Any) -> Iterator[str]:
        import openai

        understood = False
        try:
            for chunk in response:
                understood = True
                self._report(chunk)
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

    @contextmanager
    def _asking(
        self, messages: Sequence[Message], prefix: str | None, max_tokens: int, keep_prefix: bool
    ) -> Iterator[tuple[list[Message], dict[str, Any]]]:
        """The messages as they are sent, and what only the embedded engine is told; its slot is lent meanwhile."""
        safe = [{**message, "content": without_control_tokens(message["content"])} for message in messages]
        if self.endpoint.url is not None:
            yield safe, {}
            return
        self._connect()
        with self._lock:
            slots = self._slots
        if slots is None:
            raise self._closed()
        needed = self._most_tokens(slots, safe) + max_tokens + _TOKENS_AHEAD
        beginning = without_control_tokens(prefix) if prefix else None
        with self._budget.reserve(needed), slots.lease(safe, beginning, keep=keep_prefix) as slot:
            place = {} if slot is None else {"id_slot": slot}
            yield safe, {"extra_body": {"cache_prompt": True, **place}}

    def _most_tokens(self, slots: PromptCache, messages: Sequence[Message]) -> int:
        text = "\n".join(message["content"] for message in messages)
        # No token is less than a byte; where that bound would keep others waiting they are counted.
        tokens = len(text.encode())
        if tokens > self._settings.context // SLOTS:
            tokens = slots.count(text) or tokens
        return tokens + _TOKENS_AROUND * len(messages)

    def _create(self, messages: Sequence[Message], **options: Any) -> Any:
        import openai

        options = {key: value for key, value in options.items() if value is not None}
        sent: list[Any] = list(messages)
        try:
            return self._connect().chat.completions.create(
                model=self.name,
                messages=sent,
                temperature=0,
                seed=_SEED,
                **options,
            )
        except openai.APIError as error:
            raise self._explain(error) from error
        except json.JSONDecodeError as error:
            raise self._garbled() from error

    def _report(self, reply: Any) -> None:
        if self._on_timings is None:
            return
        found = reply.get("timings") if isinstance(reply, Mapping) else getattr(reply, "timings", None)
        if isinstance(found, Mapping):
            names = ("prompt_n", "prompt_ms", "predicted_n", "predicted_ms", "cache_n")
            self._on_timings(Timings(*(found.get(name, 0) for name in names)))

    def _connect(self) -> OpenAI:
        with self._lock:
            client = self._client
        # Not under the lock: the engine may take seconds to load, and must be stopped at once all the same.
        return client or self._new_client(*self._address())

    def _address(self) -> tuple[str, str]:
        if self.endpoint.url is not None:
            return self.endpoint.url, self.endpoint.key or "none"
        self.start()
        with self._lock:
            engine = self._engine
        if engine is None:
            raise self._closed()
        # Takes a second, while the engine loads in its own process.
        import openai  # noqa: F401

        return engine.base_url, engine.key

    def _new_client(self, url: str, key: str) -> OpenAI:
        import openai

        # A proxy from the environment must not see what is said to a model on this machine.
        local = re.match(r"https?://(127\.|localhost|\[::1\])", url) is not None
        client = openai.OpenAI(
            base_url=url,
            api_key=key,
            timeout=self._settings.timeout,
            max_retries=0 if local else 2,
            http_client=openai.DefaultHttpxClient(trust_env=not local, timeout=self._settings.timeout),
        )
        with self._lock:
            current = self.endpoint.url is not None or (self._engine is not None and self._engine.key == key)
            if current and self._client is None:
                self._client = client
            kept = self._client
        if kept is client:
            return client
        client.close()
        if kept is None:
            raise self._closed()
        return kept

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

    def _closed(self) -> ModelError:
        return ModelError(f"{self._where()}: was closed while it was asked; ask again")

    def _where(self) -> str:
        return f"model {self.name}" + (f" at {self.endpoint.url}" if self.endpoint.url else "")


def _yes_and_no(alternatives: Sequence[Any]) -> tuple[float, float]:
    totals = {"yes": 0.0, "no": 0.0}
    for item in alternatives:
        word = item.token.strip().lower()
        if word in totals:
            totals[word] += math.exp(item.logprob)
    return totals["yes"], totals["no"]
