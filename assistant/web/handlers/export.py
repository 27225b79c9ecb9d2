"""Export of conversations: a fact check in every format of `assistant export`; or all that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from assistant.errors import UsageError
from assistant.newsroom.answers.file import SavedAnswer
from assistant.newsroom.export.formats import export
from assistant.newsroom.export.kinds import ExportFormat
from assistant.newsroom.export.spreadsheet import in_file
from assistant.text.unicode import storable
from assistant.web.jobs.carrier_counts import CarrierCounts
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.stories import Stories
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.messages import Message
from assistant.web.storage.saved import saved_answer

# How a file's name ends, and its media type.
_KINDS: Mapping[str, tuple[str, str]] = {
    **{form: (form.suffix, form.media_type) for form in ExportFormat},
    "json": ("json", "application/json"),
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be offered; it is made in memory and kept nowhere."""

    name: str
    media_type: str
    text: str


TIMELINE = "timeline"
"""Stands for the owner's timeline where a conversation is named."""


class Exports:
    """Makes files of an owner's conversations and timeline, from what is there: nothing is asked again."""

    def __init__(
        self,
        loader: AssistantLoader,
        conversations: ConversationStore,
        stories: Stories,
        counts: CarrierCounts,
        public: Callable[[str], str] = str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`counts` are those of who carries what is cited. `public` makes of an error's message what may be shown."""
        self.public = public
        self._stories = stories
        self._counts = counts
        self._loader = loader
        self._conversations = conversations
        self._now = now

    def make(self, owner: str, conversation: str, form: str, position: int | None = None) -> Download:
        """The whole conversation, or its answer at `position`; or the timeline. Raises `AssistantError`."""
        if form not in _KINDS:
            raise UsageError(f"format {form[:20]!r} is not known; reload the page")
        suffix, media_type = _KINDS[form]
        if conversation == TIMELINE:
            text = self._written(owner, [self._stories.timeline_answer(owner)], form)
            return Download(f"timeline.{suffix}", media_type, text)
        if form == "json":
            return Download(f"conversation.{suffix}", media_type, self._conversations.export_json(owner, conversation))
        answers = [saved_answer(message) for message in self._messages(owner, conversation, position)]
        name = f"answer-{position}" if position else "conversation"
        return Download(f"{name}.{suffix}", media_type, self._written(owner, answers, form))

    def _written(self, owner: str, answers: Sequence[SavedAnswer], form: str) -> str:
        article_of = self._loader.assistant_for(owner).article
        text = storable(export(answers, article_of, self._now(), form, partial(self._counts.of, owner)))
        return in_file(text) if form == ExportFormat.CSV else text

    def _messages(self, owner: str, conversation: str, position: int | None) -> list[Message]:
        messages = self._conversations.messages(owner, conversation)
        found = [message for message in messages if position is None or message.position == position]
        if not found:
            raise UsageError("there is no such answer any more; reload the page")
        return found
