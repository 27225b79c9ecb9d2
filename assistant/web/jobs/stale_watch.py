"""Background check for stale answers of a conversation, when the library is another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers.stale import Kept, Reason, StaleCheck
from assistant.schema.articles import scope_of
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stepped import SteppedJob
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.messages import Message
from assistant.web.storage.saved import saved_answer

_log = logging.getLogger(__name__)

Reasons = Callable[[Kept], Sequence[Reason]]
Found = tuple[Message, Sequence[Mapping[str, str]]]


def _reasons_of(assistant: Assistant, scope: QuestionScope) -> Reasons:
    return StaleCheck(assistant, scope).reasons


@dataclass(frozen=True, slots=True)
class _Look:
    conversation: str
    job: SteppedJob[Found]


class StaleWatch:
    """Looks at one conversation of each owner at a time; what it finds is kept with the messages."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        conversations: ConversationStore,
        reasons_of: Callable[[Assistant, QuestionScope], Reasons] = _reasons_of,
    ) -> None:
        """`reasons_of` gives what says why a kept answer is stale."""
        self._loader = loader
        self._queue = queue
        self._conversations = conversations
        self._reasons_of = reasons_of
        self._looks: dict[str, _Look] = {}
        self._lock = threading.Lock()

    def look(self, owner: str, conversation: str) -> None:
        """Begin to look at what was not looked at since the library changed; returns at once. Raises `UsageError`."""
        if not self._loader.is_open:
            return
        assistant = self._loader.assistant_for(owner)
        library = assistant.revision()
        todo = [one for one in self._conversations.messages(owner, conversation) if one.checked != library]
        with self._lock:
            self._looks = {key: look for key, look in self._looks.items() if not look.job.over}
            before = self._looks.get(owner)
            if before and (before.conversation != conversation or todo):
                before.job.cancel()
            if todo:
                self._looks[owner] = _Look(conversation, self._begin(assistant, owner, conversation, todo, library))

    def stop(self, owner: str, conversation: str) -> None:
        """Look no further at a conversation."""
        with self._lock:
            # Not before what has just begun is known.
            look = self._looks.get(owner)
        if look and look.conversation == conversation:
            look.job.cancel()

    def is_on(self, owner: str) -> bool:
        """Whether a conversation of the owner's is being looked at."""
        look = self._looks.get(owner)
        return look is not None and not look.job.over

    def take_error(self, owner: str) -> str | None:
        """Why the owner's last look ended early; told once."""
        with self._lock:
            look = self._looks.get(owner)
            if look is None or not look.job.over or look.job.error is None:
                return None
            del self._looks[owner]
        return look.job.error

    def _begin(
        self, assistant: Assistant, owner: str, conversation: str, todo: Sequence[Message], library: str
    ) -> SteppedJob[Found]:
        scope = QuestionScope(warn=_log.warning)

        def keep(found: Found) -> None:
            message, changes = found
            with suppress(UsageError):
                # The conversation may have been deleted meanwhile.
                self._conversations.note_changes(owner, conversation, message, changes, library)

        steps = self._steps(self._reasons_of(assistant, scope), todo)
        return SteppedJob(self._queue, steps, keep, scope.cancel)

    def _steps(self, reasons: Reasons, todo: Sequence[Message]) -> Generator[Found, None, None]:
        """The newest first: it is what is read."""
        for message in reversed(todo):
            try:
                answer = saved_answer(message)
            except UsageError:
                # Kept without what it cites: nothing can be said of it.
                yield message, ()
                continue
            kept = Kept(answer, f"answer {message.position}", message.asked_at, scope_of(message.answer.get("scope")))
            yield message, [_told(reason) for reason in reasons(kept)]


def _told(reason: Reason) -> Mapping[str, str]:
    return {"change": reason.change.value, "article_id": reason.article_id, "detail": reason.detail}
