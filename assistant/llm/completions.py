"""Client of one endpoint's chat completions: requests put as they are taken there, retried where that helps."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from assistant.errors import ModelError
from assistant.llm.context_length import ContextLength, is_too_long, told_length, was_cut
from assistant.llm.dialect import Dialect, Request
from assistant.llm.dialect_store import DialectStore
from assistant.llm.failures import Explainer, Kind, ProviderError, provider_words
from assistant.llm.replies import Part, read_part
from assistant.llm.retry import Retries
from assistant.llm.scope import QuestionScope
from assistant.llm.thoughts import ThoughtFilter
from assistant.llm.transport import DONE, Transport
from assistant.text.size import tokens_of
from assistant.util.redact import SecretFilter

_LEARNABLE = (400, 422)


@dataclass(slots=True)
class Ending:
    """How a reply ended, filled in while it is read. `finish` None: it was not read to its end."""

    finish: str | None = None
    thought: bool = False
    refusal: str = ""
    top_logprobs: tuple[tuple[str, float], ...] | None = None
    prompt_tokens: int | None = None


class Completions:
    """Asks one model at one endpoint. Thread-safe."""

    def __init__(
        self,
        transport: Transport,
        model: str,
        dialects: DialectStore,
        explainer: Explainer,
        *,
        options: Mapping[str, Any] | None = None,
        retries: Callable[[], Retries],
        context: ContextLength | None = None,
        on_timings: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """`retries` makes the account of one request's attempts; `context` learns from prompts that were too long;
        `on_timings` hears what llama.cpp reports.
        """
        self._transport = transport
        self._model = model
        self._dialects = dialects
        self._explainer = explainer
        self._options = options or {}
        self._retries = retries
        self._context = context
        self._on_timings = on_timings

    def text(self, request: Request, scope: QuestionScope, ending: Ending) -> Generator[str, None, None]:
        """The reply's text without thoughts and secrets, as it comes; `ending` is complete with the last piece.

        Raises `ModelError`, at its end also where only a part of the prompt was read.
        """
        known = self._dialects.current()
        # The first reply of an endpoint is read whole: a thought may be told by its end alone.
        thoughts = ThoughtFilter(hold=known.opens_in_thought is not False)
        shown = SecretFilter(self._explainer.secrets)
        wrote = False
        with closing(self._parts(request, scope)) as parts:
            for part in parts:
                _note(part, ending)
                if visible := shown.feed(thoughts.feed(part.text)):
                    wrote = True
                    yield visible
        if rest := shown.feed(thoughts.end()) + shown.end():
            wrote = True
            yield rest
        ending.thought = ending.thought or thoughts.thought
        self._learn(ending, unopened=thoughts.unopened, wrote=wrote)
        if self._context:
            self._context.replied()
        if self._context and was_cut(_characters(request), ending.prompt_tokens, fills=self._context.cuts_in_silence):
            raise self._too_long(request, ending.prompt_tokens, "only {} of them were read")

    def line(self, request: Request, scope: QuestionScope, ending: Ending) -> Generator[str, None, None]:
        """The reply's first line, as it comes, of a model of this program's own; `ending.top_logprobs` are those of the
        token after it, None where they are not told. Raises `ModelError`.
        """
        line_ended = word_read = False
        with closing(self._parts(request, scope)) as parts:
            for part in parts:
                if line_ended:
                    if part.text and not word_read:
                        ending.top_logprobs, word_read = part.top_logprobs, True
                    continue
                line, newline, rest = part.text.partition("\n")
                line_ended, word_read = bool(newline), bool(rest)
                if line:
                    yield line

    def whole(self, request: Request, scope: QuestionScope) -> tuple[str, Ending]:
        """The reply's text without thoughts, and how it ended. Raises `ModelError`."""
        ending = Ending()
        return "".join(self.text(request, scope, ending)), ending

    def _learn(self, ending: Ending, *, unopened: bool, wrote: bool) -> None:
        if ending.thought:
            self._dialects.learn(lambda known: replace(known, needs_room=True))
        if unopened:
            self._dialects.learn(lambda known: replace(known, opens_in_thought=True))
        elif wrote and ending.finish != "length":
            self._dialects.learn(
                lambda known: known if known.opens_in_thought else replace(known, opens_in_thought=False)
            )

    def _parts(self, request: Request, scope: QuestionScope) -> Generator[Part, None, None]:
        """The reply's parts, after as many attempts as it takes."""
        retries = self._retries()
        dialect = known = self._dialects.current()
        while True:
            body = dialect.body(request, self._model, self._options)
            wrote = False
            try:
                with closing(self._once(body, scope)) as parts:
                    for part in parts:
                        if dialect != known:
                            known = dialect = self._remember(dialect)
                        wrote = wrote or bool(part.text)
                        yield part
                return
            except ProviderError as failure:
                if wrote:
                    raise self._explainer.error(failure) from failure
                learnt = _learnt(dialect, failure, body, self._options)
                if learnt is not None:
                    dialect = learnt
                elif self._context and failure.kind is Kind.REFUSED and is_too_long(failure.body):
                    raise self._too_long(request, told_length(failure.body), "it takes {}", failure.body) from failure
                elif not retries.wait(failure, scope, self._reason(failure)):
                    raise self._explainer.error(failure) from failure

    def _once(self, body: Mapping[str, Any], scope: QuestionScope) -> Generator[Part, None, None]:
        """The parts of one attempt. Raises `ProviderError`, also where the reply has no end."""
        begun = ended = False
        other: Mapping[str, Any] = {}
        with closing(self._transport.complete(body, scope)) as events:
            for event in events:
                if event is DONE:
                    ended = begun
                    break
                part = read_part(event)
                if part is None:
                    # A ping, or what only some gateway knows.
                    other = event
                    continue
                begun = True
                ended = ended or part.finish is not None
                if part.timings and self._on_timings:
                    self._on_timings(part.timings)
                if part.finish == "error":
                    raise ProviderError(Kind.BROKEN_OFF)
                yield part
        if not begun:
            raise ProviderError(Kind.GARBLED, body=json.dumps(other))
        if not ended:
            raise ProviderError(Kind.BROKEN_OFF)

    def _too_long(self, request: Request, length: int | None, how: str, body: str = "") -> ModelError:
        """The error of a prompt that the context, `length` or less than this, does not hold; `body` says so."""
        assert self._context is not None
        sent = tokens_of("".join(message["content"] for message in request.messages))
        self._context.learn(length or sent // 2)
        told = how.format(f"{length:,}" if length else "fewer")
        return self._explainer.context(f"the prompt has about {sent:,} tokens and {told}", body)

    def _remember(self, tried: Dialect) -> Dialect:
        """What was tried and taken is known from now on."""
        return self._dialects.learn(lambda known: replace(tried, needs_room=known.needs_room or tried.needs_room))

    def _reason(self, failure: ProviderError) -> str:
        words = self._explainer.clean(provider_words(failure.body))
        return f"{self._model}: {words or failure.status or 'the connection failed'}"

    def empty(self, ending: Ending) -> ModelError:
        """The error of a reply in which nothing was written, or nothing more than a refusal."""
        if ending.refusal:
            return self._explainer.reply(f'the model declined to answer: "{self._explainer.clean(ending.refusal)}"')
        if ending.finish == "content_filter":
            return self._explainer.reply("the provider's content filter withheld the reply; put the question otherwise")
        if ending.finish == "tool_calls":
            return self._explainer.reply("it called a tool instead of answering; name a model that replies in text")
        if ending.thought and ending.finish == "length":
            return self._explainer.reply(
                "it thought until its tokens were used up and wrote no answer; let it think less, "
                'for example with ASSISTANT_MODEL_OPTIONS={"reasoning_effort": "low"}'
            )
        if ending.thought:
            return self._explainer.reply("it thought and wrote no answer; ask again, or try another model")
        return self._explainer.reply(
            "the reply is empty; the prompt may be longer than its context: see assistant model --check"
        )

    def unclear(self, text: str) -> ModelError:
        """The error of a reply that should have been a yes or a no."""
        return self._explainer.reply(
            f'asked for yes or no, it replied "{self._explainer.clean(text)[:80]}"; ask again, or try another model'
        )

    def cut_off(self, tokens: int) -> ModelError:
        """The error of a reply that has no end."""
        return self._explainer.reply(
            f"the reply was cut off after {tokens} tokens or less; raise the limit with "
            f'ASSISTANT_MODEL_OPTIONS={{"max_tokens": {4 * tokens}}}'
        )


def _learnt(
    known: Dialect, failure: ProviderError, body: Mapping[str, Any], options: Mapping[str, Any]
) -> Dialect | None:
    """The dialect to try next; None where the failure tells nothing new."""
    if failure.kind is not Kind.REFUSED:
        return None
    if failure.status in _LEARNABLE:
        return known.after(failure.body, body, options)
    # A chat template's complaint is a 500 of llama.cpp's.
    return known.without_system(failure.body)


def _note(part: Part, ending: Ending) -> None:
    ending.thought = ending.thought or part.thought
    ending.finish = part.finish or ending.finish
    ending.refusal += part.refusal
    ending.top_logprobs = ending.top_logprobs or part.top_logprobs
    ending.prompt_tokens = part.prompt_tokens or ending.prompt_tokens


def _characters(request: Request) -> int:
    return sum(len(message["content"]) for message in request.messages)
