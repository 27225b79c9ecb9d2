"""Questions in flight: put to the assistant, followed by whoever opens their conversation, kept when answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.schema.answers import Answer, Question, Turn
from assistant.schema.articles import scope_of, scope_to_dict
from assistant.schema.events import Done, Event
from assistant.web.jobs.live_answer import LiveAnswer
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import Job, JobQueue
from assistant.web.session import Session
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.messages import Message

_log = logging.getLogger(__name__)
_MOST_AT_ONCE = 3


class MovedOnError(UsageError):
    """A message was to be replaced that is no longer the last one of its conversation."""


@dataclass(frozen=True, slots=True)
class Running:
    """A question that is being answered.

    `position`, where it takes the place of the messages from there on; `renewed`, where it is the message there that
    gets another answer.
    """

    owner: str
    job: Job[Event]
    live: LiveAnswer
    position: int | None = None
    renewed: int | None = None

    @property
    def is_on(self) -> bool:
        """False once it is answered, stopped or has failed."""
        return not (self.job.over or self.job.cancelled or self.live.answer)


class Asking:
    """The questions that are being answered, at most one a conversation and a few a person."""

    def __init__(self, loader: AssistantLoader, queue: JobQueue, conversations: ConversationStore) -> None:
        self._loader = loader
        self._queue = queue
        self._conversations = conversations
        self._running: dict[str, Running] = {}
        self._submitting = threading.Lock()

    def of(self, conversation: str | None, owner: str) -> Running | None:
        """What is being answered in a conversation of the owner's."""
        running = self._running.get(conversation or "")
        return running if running and running.owner == owner and running.is_on else None

    def is_on(self, conversation: str) -> bool:
        """Whether something is being answered in this conversation."""
        return conversation in self._running and self._running[conversation].is_on

    def stop(self, conversation: str | None, owner: str) -> None:
        """Stop what is being answered there."""
        running = self.of(conversation, owner)
        if running is not None:
            running.job.cancel()

    def submit(self, session: Session, owner: str, text: str, replaced: Message | None) -> Running:
        """Begin to answer, in the session's conversation or in a new one.

        `replaced`, where given, is the last message, whose place it takes once there is an answer. Raises
        `AssistantError`; `MovedOnError` where that is no longer the last, so that nothing is lost that was not seen.
        """
        # Two that come at the same moment must not both be the last that is allowed.
        with self._submitting:
            self._check(session, owner)
            if replaced is not None:
                self._check_last(session, owner, replaced)
            position = replaced.position if replaced else None
            question = Question(text, history=self._history(session, owner, position), articles=session.articles)
            written = self._write(owner, question)
            if session.conversation is None:
                session.conversation = self._conversations.create(owner).id
            keep = partial(self._conversations.append, owner, session.conversation, text, at=position)
            return self._begin(session.conversation, written, keep, partial(Running, owner, position=position))

    def renew(self, session: Session, owner: str, conversation: str, message: Message) -> Running:
        """Begin to answer a kept question anew, of the same articles; its answer is kept. Raises `AssistantError`."""
        with self._submitting:
            self._check(session, owner)
            history = self._history(session, owner, message.position)
            question = Question(message.question, history=history, articles=scope_of(message.answer.get("scope")))
            keep = partial(self._conversations.renew, owner, conversation, message.position)
            running = partial(Running, owner, renewed=message.position)
            return self._begin(conversation, self._write(owner, question), keep, running)

    def _history(self, session: Session, owner: str, before: int | None) -> tuple[Turn, ...]:
        if session.conversation is None:
            return ()
        return self._conversations.history(owner, session.conversation, before=before)

    def _check(self, session: Session, owner: str) -> None:
        """Raises `UsageError` where the owner may not ask now."""
        if self.of(session.conversation, owner):
            raise UsageError("your last question is still being answered; wait for it, or stop it")
        self._running = {key: running for key, running in self._running.items() if running.is_on}
        if sum(running.owner == owner for running in self._running.values()) >= _MOST_AT_ONCE:
            raise UsageError(f"{_MOST_AT_ONCE} of your questions are being answered; wait for one of them, or stop it")

    def _check_last(self, session: Session, owner: str, message: Message) -> None:
        last = self._conversations.messages(owner, session.conversation)[-1:] if session.conversation else ()
        if [(one.position, one.asked_at) for one in last] != [(message.position, message.asked_at)]:
            raise MovedOnError(
                "this conversation has changed meanwhile, perhaps on another page, so nothing was replaced; "
                "look at what is there now and ask again"
            )

    def _write(self, owner: str, question: Question) -> _Written:
        """Raises `AssistantError` for what cannot be asked."""
        assistant = self._loader.assistant_for(owner)
        live = LiveAnswer(question.text)

        def warn(text: str) -> None:
            _log.warning(text)
            live.wait_for(text)

        scope = QuestionScope(notify=live.wait_for, warn=warn)
        return _Written(question, assistant.stream(question, scope=scope), live, scope, assistant.revision())

    def _begin(
        self,
        conversation: str,
        written: _Written,
        keep: Callable[..., object],
        running: Callable[[Job[Event], LiveAnswer], Running],
    ) -> Running:
        """`keep` takes the answer's record, and as `library` the state of the library that it is of."""

        def take(event: Event) -> None:
            written.live.take(event)
            if isinstance(event, Done):
                keep(_record(written.question, event.answer), library=written.library)

        job = self._queue.submit(lambda: written.events, take, written.scope.cancel)
        begun = self._running[conversation] = running(job, written.live)
        return begun


@dataclass(frozen=True, slots=True)
class _Written:
    """A question whose answer can be written."""

    question: Question
    events: Iterator[Event]
    live: LiveAnswer
    scope: QuestionScope
    library: str


def _record(question: Question, answer: Answer) -> dict[str, Any]:
    return {**answer.to_dict(), "steps": answer.steps.to_dict(), "scope": scope_to_dict(question.articles)}
