"""Interface of a chat model, as the rest of the product sees it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from assistant.llm.scope import QuestionScope
from assistant.util.progress import Progress

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Timings:
    """What the embedded engine did for one request: tokens read, written and reused, and milliseconds for each."""

    prompt_n: int
    prompt_ms: float
    predicted_n: int
    predicted_ms: float
    cache_n: int


class ChatModel(Protocol):
    """A language model that is asked in messages; `open_model` makes one. Thread-safe.

    Every call raises `ModelError` in one line that names the model, what happened and the remedy.
    `prefix` says how the last message begins whatever is asked: the embedded engine reads it once and
    with `keep_prefix` keeps it on disk for later; other models take no notice.
    """

    @property
    def name(self) -> str:
        """What answers are signed with."""
        ...

    @property
    def taught(self) -> bool:
        """True for the embedded model with the adapter that was trained for it: it knows the short prompts."""
        ...

    @property
    def adapter(self) -> Path | None:
        """The file of that adapter, where one is applied."""
        ...

    @property
    def embedded(self) -> bool:
        """True for a model that runs in this program's own engine."""
        ...

    @property
    def has_probabilities(self) -> bool | None:
        """Whether `probability_yes` is a probability: False where it is one word; None before that is known."""
        ...

    def prompt_length(self, max_tokens: int) -> int | None:
        """How many tokens a prompt may have whose reply has up to `max_tokens`; None where that is not known."""
        ...

    def start(self, progress: Progress | None = None) -> None:
        """Begin loading an embedded model, joining its file first where needed."""
        ...

    def wait(self) -> None:
        """Return when an embedded model is loaded; for a model elsewhere once anything has answered there.

        Raises `ModelConnectionError` where nothing does.
        """
        ...

    def close(self) -> None:
        """Stop the embedded engine, if it runs, and drop the connections."""
        ...

    def within(self, scope: QuestionScope) -> Self:
        """The same model, asked on behalf of one question: for as long as that may take and until it is stopped."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        prefix: str | None = None,
        keep_prefix: bool = True,
    ) -> Generator[str, None, None]:
        """The reply's text, piece by piece, without what the model thought before it and up to the first of `stop`.

        Closing the iterator cancels the request. An endpoint may write more than `max_tokens`, which
        thoughts would use up; a reply of an endpoint that is empty or cut off raises `ModelReplyError`.
        """
        ...

    def complete(self, messages: Sequence[Message], max_tokens: int) -> str:
        """The whole reply."""
        ...

    def probability_yes(
        self, messages: Sequence[Message], *, prefix: str | None = None, keep_prefix: bool = True
    ) -> float:
        """P(yes) / (P(yes) + P(no)) of the next word, from the first token's log-probabilities.

        A model that gives none is asked for the word, which counts as 0.95 or 0.05: a judgement and no
        probability, as `has_probabilities` then says. Raises `ModelReplyError` for a reply that is neither.
        """
        ...


@runtime_checkable
class SelfJudging(Protocol):
    """A model that can put after a line that it writes whether the line is right."""

    def stream_judged(
        self, messages: Sequence[Message], *, max_tokens: int, prefix: str | None = None, keep_prefix: bool = True
    ) -> Generator[str | float, None, None]:
        """The reply's first line, piece by piece, and then P(yes) of the verdict on it, in [0, 1].

        Without the probability where the line has no end within `max_tokens` or the model was not taught to judge it.
        """
        ...
