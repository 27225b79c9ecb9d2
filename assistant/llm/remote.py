"""Chat model behind an OpenAI-compatible endpoint elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Self

from assistant.errors import ModelConnectionError
from assistant.llm.chat_model import Message
from assistant.llm.completions import Completions, Ending
from assistant.llm.context_length import ContextLength, models
from assistant.llm.dialect import Dialect, Request
from assistant.llm.dialect_store import DialectStore
from assistant.llm.endpoint import Endpoint
from assistant.llm.failures import Explainer, Kind, ProviderError
from assistant.llm.replies import says_yes, until_stop, yes_and_no
from assistant.llm.retry import Retries
from assistant.llm.scope import QuestionScope
from assistant.llm.special_tokens import without_control_tokens
from assistant.llm.transport import Transport
from assistant.settings import Settings
from assistant.util.progress import Progress

# A limit only guards against a reply without end: the program stops reading by itself.
_LEAST_TOKENS = 1024
# One word, and the marks that some put around it.
_WORD_TOKENS = 16
# How much of the first token's probability is on yes and no where it is an answer at all.
_LEAST_MASS = 0.5
_YES, _NO = 0.95, 0.05
_SECONDS_TO_ANSWER = 10.0


class EndpointModel:
    """A `ChatModel` at an endpoint. What it takes of a request is learnt, and kept for later processes."""

    taught = False
    adapter: Path | None = None
    embedded = False

    def __init__(self, endpoint: Endpoint, settings: Settings) -> None:
        assert endpoint.url is not None
        self.endpoint = endpoint
        self._settings = settings
        self._scope: QuestionScope | None = None
        self._transport = Transport(endpoint, timeout=settings.timeout)
        self._dialects = DialectStore(settings.home / "endpoints.json", endpoint, settings.model_options)
        self._context = ContextLength(self._transport, endpoint)
        self._explainer = Explainer(endpoint, settings.timeout, settings.model_options)
        self._completions = Completions(
            self._transport,
            endpoint.name,
            self._dialects,
            self._explainer,
            options=settings.model_options,
            retries=lambda: Retries(settings.timeout, local=endpoint.is_local),
            context=self._context,
        )

    @property
    def name(self) -> str:
        """What answers are signed with."""
        return self.endpoint.name

    @property
    def has_probabilities(self) -> bool | None:
        """Whether the endpoint gives log-probabilities; None before it was asked."""
        return self._dialects.current().gives_logprobs

    @property
    def dialect(self) -> Dialect:
        """What is known of how it is asked."""
        return self._dialects.current()

    def forget(self) -> None:
        """Learn anew what the endpoint takes."""
        self._dialects.forget()

    def context_length(self) -> int | None:
        """Tokens, where the endpoint says or a prompt was too long; None where not."""
        return self._context.tokens()

    def prompt_length(self, max_tokens: int) -> int | None:
        """As `ChatModel.prompt_length`; a model that thinks needs room for it beside the reply."""
        length = self.context_length()
        known = self._dialects.current()
        room = known.room if known.needs_room else 0
        return None if length is None else max(length // 2, length - max(max_tokens, _LEAST_TOKENS) - room)

    def listed(self) -> list[str] | None:
        """The names of the models that the endpoint lists; None where it has no such list. Raises `ModelError`."""
        try:
            return [str(entry.get("id")) for entry in models(self._transport, self._question())]
        except ProviderError as failure:
            has_none = failure.kind is Kind.REFUSED and failure.status not in (401, 403)
            if has_none or failure.kind is Kind.GARBLED:
                return None
            raise self._explainer.error(failure) from failure

    def start(self, progress: Progress | None = None) -> None:
        """Nothing is to be loaded here."""

    def wait(self) -> None:
        """Ask whether anything answers there; whether it is the right thing, a question tells."""
        try:
            self._transport.get("/models", QuestionScope(_SECONDS_TO_ANSWER))
        except ProviderError as failure:
            if failure.kind in (Kind.UNREACHABLE, Kind.SILENT) or failure.status == 401:
                raise self._explainer.error(failure) from failure
        except ModelConnectionError as error:
            raise self._explainer.connection(f"no reply within {_SECONDS_TO_ANSWER:g} s") from error

    def close(self) -> None:
        """Drop the connections, and end what is asked over them."""
        self._transport.close()

    def within(self, scope: QuestionScope) -> Self:
        """The same model, for one question."""
        own = copy.copy(self)
        own._scope = scope.limited_to(self._settings.deadline)
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
        """As `ChatModel.stream`; an empty reply is asked for once more, with room to think."""
        request = Request(_safe(messages), max(max_tokens, _LEAST_TOKENS), stream=True)
        scope = self._question()
        while True:
            had_room = self._dialects.current().needs_room
            wrote = False
            ending = Ending()
            with closing(self._completions.text(request, scope, ending)) as pieces:
                for piece in until_stop(pieces, stop):
                    wrote = True
                    yield piece
            if wrote and ending.finish == "length":
                raise self._completions.cut_off(request.max_tokens)
            if wrote and ending.finish != "content_filter" and not ending.refusal:
                return
            if wrote or had_room or not _wants_room(ending):
                raise self._completions.empty(ending)
            self._give_room()

    def complete(self, messages: Sequence[Message], max_tokens: int) -> str:
        """The whole reply."""
        return "".join(self.stream(messages, max_tokens=max_tokens))

    def probability_yes(
        self, messages: Sequence[Message], *, prefix: str | None = None, keep_prefix: bool = True
    ) -> float:
        """As `ChatModel.probability_yes`."""
        known = self._dialects.current()
        if known.gives_logprobs is not False and not known.needs_room:
            text, ending = self._completions.whole(Request(_safe(messages), 1, logprobs=True), self._question())
            yes, no = yes_and_no(ending.top_logprobs or ())
            if yes + no >= _LEAST_MASS:
                self._dialects.learn(lambda now: replace(now, gives_logprobs=True))
                return yes / (yes + no)
            self._dialects.learn(lambda now: replace(now, gives_logprobs=False))
            judged = says_yes(text, whole=ending.finish != "length")
            if judged is not None:
                return _YES if judged else _NO
        return _YES if self._in_words(messages) else _NO

    def _in_words(self, messages: Sequence[Message]) -> bool:
        """The judgement of a model that gives no probabilities, or thinks first."""
        while True:
            had_room = self._dialects.current().needs_room
            # A thought may take longer than the time limit for a next word: it is streamed.
            request = Request(_safe(messages), _WORD_TOKENS, stream=had_room)
            text, ending = self._completions.whole(request, self._question())
            judged = says_yes(text, whole=ending.finish != "length")
            if judged is not None:
                self._dialects.learn(lambda now: replace(now, gives_logprobs=False))
                return judged
            if had_room or not _wants_room(ending):
                raise self._completions.unclear(text) if text.strip() else self._completions.empty(ending)
            self._give_room()

    def _give_room(self) -> None:
        self._dialects.learn(lambda now: replace(now, needs_room=True))

    def _question(self) -> QuestionScope:
        return self._scope or QuestionScope(self._settings.deadline)


def _wants_room(ending: Ending) -> bool:
    return ending.finish not in ("content_filter", "tool_calls") and not ending.refusal


def _safe(messages: Sequence[Message]) -> list[Message]:
    return [{**message, "content": without_control_tokens(message["content"])} for message in messages]
