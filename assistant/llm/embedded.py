"""Chat model that runs in this program's own engine."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from assistant.errors import ModelError
from assistant.llm.chat_model import Message, Timings
from assistant.llm.completions import Completions, Ending
from assistant.llm.dialect import Dialect, Request
from assistant.llm.dialect_store import DialectStore
from assistant.llm.endpoint import Endpoint
from assistant.llm.failures import Explainer
from assistant.llm.llamacpp.prompt_cache import PromptCache, StateFiles
from assistant.llm.llamacpp.select import adapter_of, local_model
from assistant.llm.llamacpp.server import SLOTS, EmbeddedEngine
from assistant.llm.llamacpp.token_budget import TokenBudget
from assistant.llm.replies import says_yes, until_stop, yes_and_no
from assistant.llm.retry import Retries
from assistant.llm.scope import QuestionScope
from assistant.llm.special_tokens import without_control_tokens
from assistant.llm.transport import Transport
from assistant.settings import Settings
from assistant.util.progress import Progress

# Beside its content a message takes its role and marks, and a draft is written ahead of what is kept.
_TOKENS_AROUND, _TOKENS_AHEAD = 16, 64
_YES, _NO = 0.95, 0.05
# A line that begins as a sentence does, not as a verdict, and its verdict.
_LINE_AND_VERDICT = 'root ::= [^ \\na-z] [^\\n]* "\\n" ("yes" | "no")'
# Together the two words are what is nearly always next of a model that was taught to judge what it wrote.
_TAUGHT = 0.5
_TIMINGS = ("prompt_n", "prompt_ms", "predicted_n", "predicted_ms", "cache_n")
# A file of the user's own may be of a model that thinks; the context is shared by all slots.
_ROOM = 1024


@dataclass(slots=True)
class _Running:
    """The engine while it runs, and what belongs to it."""

    engine: EmbeddedEngine
    slots: PromptCache
    transport: Transport | None = None
    completions: Completions | None = None


@dataclass(slots=True)
class _Shared:
    """What the views of one model have in common."""

    running: _Running | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


class EmbeddedModel:
    """A `ChatModel` in a child process on this machine, started when first needed."""

    embedded = True
    has_probabilities = True

    def __init__(
        self,
        endpoint: Endpoint,
        settings: Settings,
        *,
        on_timings: Callable[[Timings], None] | None = None,
        speculation: bool = True,
    ) -> None:
        """`on_timings`, to measure, hears of each request to the engine; `speculation`: it drafts from the prompt."""
        self.endpoint = endpoint
        self._settings = settings
        self._on_timings = on_timings
        self._speculation = speculation
        self._shared = _Shared()
        self._budget = TokenBudget(settings.context)
        # A model of this program's own takes all that is sent to it.
        self._dialects = DialectStore(None, endpoint, start=Dialect(opens_in_thought=False, room=_ROOM))
        self._explainer = Explainer(endpoint, settings.timeout)
        self._scope = QuestionScope()

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

    def prompt_length(self, max_tokens: int) -> int:
        """As `ChatModel.prompt_length`, of the context that the settings say."""
        return max(1, self._settings.context - max_tokens - _TOKENS_AHEAD - 2 * _TOKENS_AROUND)

    def start(self, progress: Progress | None = None) -> None:
        """Begin loading the model, joining its file first where needed."""
        with self._shared.lock:
            if self._shared.running is not None:
                return
            file, server = local_model(self.endpoint, self._settings, progress)
            files = StateFiles(self._settings.home / "prefixes")
            folder = files.folder if files.open() else None
            engine = EmbeddedEngine(
                file,
                context=self._settings.context,
                threads=self._settings.threads,
                states=folder,
                speculation=self._speculation,
                server=server,
                adapter=self.adapter,
            )
            slots = PromptCache(
                engine,
                files if folder else None,
                slots=SLOTS,
                timeout=self._settings.timeout,
                on_reply=self._report_reading,
            )
            self._shared.running = _Running(engine, slots)
            engine.start()

    def wait(self) -> None:
        """Return when the model is loaded. Raises `ModelError`."""
        self._connect()

    def close(self) -> None:
        """Stop the engine, if it runs, and drop the connections."""
        with self._shared.lock:
            running, self._shared.running = self._shared.running, None
        if running is None:
            return
        running.engine.stop()
        if running.transport is not None:
            running.transport.close()

    def within(self, scope: QuestionScope) -> Self:
        """The same model, for one question; it may take its time, which is this machine's."""
        own = copy.copy(self)
        own._scope = scope
        return own

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        prefix: str | None = None,
        keep_prefix: bool = True,
    ) -> Generator[str, None, None]:
        """As `ChatModel.stream`; `max_tokens` is the limit, at which the text just ends."""
        with self._asking(messages, prefix, max_tokens, keep_prefix) as (completions, safe, extra):
            request = Request(safe, max_tokens, stop=stop, stream=True, extra=extra)
            with closing(completions.text(request, self._scope, Ending())) as pieces:
                yield from until_stop(pieces, stop) if stop else pieces

    def stream_judged(
        self, messages: Sequence[Message], *, max_tokens: int, prefix: str | None = None, keep_prefix: bool = True
    ) -> Generator[str | float, None, None]:
        """As `SelfJudging.stream_judged`: the verdict is the word after the line, yes or no (docs/training.md).

        The engine gives no probabilities of what it drafted ahead; a verdict is hardly ever among that.
        """
        ending = Ending()
        with self._asking(messages, prefix, max_tokens, keep_prefix) as (completions, safe, extra):
            request = Request(
                safe, max_tokens, stream=True, logprobs=True, extra={**extra, "grammar": _LINE_AND_VERDICT}
            )
            with closing(completions.line(request, self._scope, ending)) as pieces:
                yield from pieces
        yes, no = yes_and_no(ending.top_logprobs or ())
        if yes + no >= _TAUGHT:
            yield yes / (yes + no)

    def complete(self, messages: Sequence[Message], max_tokens: int) -> str:
        """The whole reply."""
        return "".join(self.stream(messages, max_tokens=max_tokens))

    def probability_yes(
        self, messages: Sequence[Message], *, prefix: str | None = None, keep_prefix: bool = True
    ) -> float:
        """As `ChatModel.probability_yes`; the engine always gives probabilities."""
        with self._asking(messages, prefix, 1, keep_prefix) as (completions, safe, extra):
            text, ending = completions.whole(Request(safe, 1, logprobs=True, extra=extra), self._scope)
        yes, no = yes_and_no(ending.top_logprobs or ())
        if yes + no > 0:
            return yes / (yes + no)
        judged = says_yes(text, whole=False)
        if judged is None:
            raise completions.unclear(text) if text.strip() else completions.empty(ending)
        return _YES if judged else _NO

    @contextmanager
    def _asking(
        self, messages: Sequence[Message], prefix: str | None, max_tokens: int, keep_prefix: bool
    ) -> Iterator[tuple[Completions, list[Message], dict[str, Any]]]:
        """Who is asked, the messages as sent, and what only this engine is told; its slot is lent meanwhile."""
        safe = [{**message, "content": without_control_tokens(message["content"])} for message in messages]
        # First: a question that was stopped, as all are when a server ends, must not start the engine again.
        self._scope.remaining()
        completions = self._connect()
        with self._shared.lock:
            running = self._shared.running
        if running is None:
            raise self._closed()
        dialect = self._dialects.current()
        room = dialect.room if dialect.needs_room else 0
        needed = self._most_tokens(running.slots, safe) + max_tokens + room + _TOKENS_AHEAD
        beginning = without_control_tokens(prefix) if prefix else None
        with self._budget.reserve(needed), running.slots.lease(safe, beginning, keep=keep_prefix) as slot:
            place = {} if slot is None else {"id_slot": slot}
            yield completions, safe, {"cache_prompt": True, **place}

    def _most_tokens(self, slots: PromptCache, messages: Sequence[Message]) -> int:
        text = "\n".join(message["content"] for message in messages)
        # No token is less than a byte; where that bound would keep others waiting they are counted.
        tokens = len(text.encode())
        if tokens > self._settings.context // SLOTS:
            tokens = slots.count(text) or tokens
        return tokens + _TOKENS_AROUND * len(messages)

    def _connect(self) -> Completions:
        self.start()
        with self._shared.lock:
            running = self._shared.running
        if running is None:
            raise self._closed()
        # Not under the lock: the engine may take seconds to load, and must be stopped at once all the same.
        url, key = running.engine.base_url, running.engine.key
        with self._shared.lock:
            if self._shared.running is not running:
                raise self._closed()
            if running.completions is None:
                address = Endpoint(self.endpoint.name, url, key)
                running.transport = Transport(address, timeout=self._settings.timeout)
                running.completions = Completions(
                    running.transport,
                    self.endpoint.name,
                    self._dialects,
                    self._explainer,
                    retries=lambda: Retries(0.0, local=True),
                    on_timings=self._report,
                )
            return running.completions

    def _report_reading(self, reply: Mapping[str, Any]) -> None:
        found = reply.get("timings")
        if isinstance(found, Mapping):
            self._report(found)

    def _report(self, timings: Mapping[str, Any]) -> None:
        if self._on_timings is not None:
            self._on_timings(Timings(*(timings.get(name, 0) for name in _TIMINGS)))

    def _closed(self) -> ModelError:
        return ModelError(f"{self._explainer.where}: was closed while it was asked; ask again")
