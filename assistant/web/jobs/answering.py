"""Questions on their way: put to the assistant, followed by whoever opens their conversation, kept when answered."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.schema.answers import Answer, Question
from assistant.schema.events import Done, Event
from assistant.web.handlers.session import Session, scope_to_dict
from assistant.web.jobs.live_answer import LiveAnswer
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import Job, JobQueue
from assistant.web.storage.conversations import ConversationStore

_log = logging.getLogger(__name__)
_MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Running:
    """A question that is being answered; `position`, where it takes the place of the messages from there on."""

    owner: str
    job: Job
    live: LiveAnswer
    position: int | None

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

    def submit(self, session: Session, owner: str, text: str, position: int | None) -> Running:
        """Begin to answer, in the session's conversation or in a new one.

        `position`, where given, is the message whose place it takes, with all after it, once there is an
        answer. Raises `AssistantError`.
        """
        # Two that come at the same moment must not both be the last that is allowed.
        with self._submitting:
            return self._submit(session, owner, text, position)

    def _submit(self, session: Session, owner: str, text: str, position: int | None) -> Running:
        assistant = self._loader.assistant_for(owner)
        if self.of(session.conversation, owner):
            raise UsageError("your last question is still being answered; wait for it, or stop it")
        self._running = {key: running for key, running in self._running.items() if running.is_on}
        if sum(running.owner == owner for running in self._running.values()) >= _MOST_AT_ONCE:
            raise UsageError(f"{_MOST_AT_ONCE} of your questions are being answered; wait for one of them, or stop it")
        history = self._conversations.history(owner, session.conversation) if session.conversation else ()
        before = history[:-2] if position is not None else history
        question = Question(text, history=before, articles=session.scope)
        live = LiveAnswer(text)

        def warn(text: str) -> None:
            _log.warning(text)
            live.wait_for(text)

        limits = QuestionScope(notify=live.wait_for, warn=warn)
        events = assistant.stream(question, scope=limits)
        if session.conversation is None:
            session.conversation = self._conversations.create(owner).id
        conversation = session.conversation

        def take(event: Event) -> None:
            live.take(event)
            if isinstance(event, Done):
                self._keep(owner, conversation, question, event.answer, position)

        running = Running(owner, self._queue.submit(lambda: events, take, limits.cancel), live, position)
        self._running[conversation] = running
        return running

    def _keep(self, owner: str, conversation: str, question: Question, answer: Answer, position: int | None) -> None:
        record = {**answer.to_dict(), "steps": answer.steps.to_dict(), "scope": scope_to_dict(question.articles)}
        self._conversations.append(owner, conversation, question.text, record, at=position)
