"""Handler of the carriers of what answers cite: has them counted, and shows them when they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from assistant.errors import UsageError
from assistant.newsroom.provenance.independence import Carriage
from assistant.web.jobs.carrier_counts import CarrierCounts
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.session import Parts, Session
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.messages import Message
from assistant.web.storage.saved import saved_answer
from assistant.web.views.carriers import carriers_html
from assistant.web.views.chat import notice_html
from assistant.web.views.html import records_of, text_of, whole_of


class CarriersHandler:
    """Handler of the counts beside the citations of every page."""

    def __init__(
        self,
        loader: AssistantLoader,
        counts: CarrierCounts,
        conversations: ConversationStore,
        public: Callable[[str], str] = str,
    ) -> None:
        """`public` makes of an error's message what may be shown."""
        self._loader = loader
        self._counts = counts
        self._conversations = conversations
        self._public = public

    def followed(self, session: Session, owner: str) -> Parts:
        """What was counted meanwhile of the answers that are shown; what was not is begun."""
        messages = self._messages(session, owner)
        asked = self._asked(session, owner, messages)
        if asked != session.asked_of:
            session.asked_of = asked
            self._counts.count(owner, messages)
        parts: Parts = {}
        if error := self._counts.take_error(owner):
            words = f"How many sources are independent could not be counted: {self._public(error)}"
            parts["notice"] = notice_html(words)
        if (counted := (asked, self._counts.version)) != session.counted:
            session.counted = counted
            parts["carriers"] = carriers_html(list(self._places(owner, messages)))
        return parts

    def is_on(self, owner: str) -> bool:
        """Whether something is being counted."""
        return self._counts.is_on(owner)

    def _messages(self, session: Session, owner: str) -> Sequence[Message]:
        if session.conversation is not None:
            with suppress(UsageError):
                return self._conversations.messages(owner, session.conversation)
        return []

    def _asked(self, session: Session, owner: str, messages: Sequence[Message]) -> object:
        """Another value where there is something else to count."""
        library = self._loader.assistant_for(owner).revision() if self._loader.is_open else None
        return session.conversation, [(message.position, message.asked_at) for message in messages], library

    def _places(self, owner: str, messages: Sequence[Message]) -> Iterator[tuple[str, Carriage]]:
        for message in messages:
            with suppress(UsageError):
                citations = saved_answer(message).citations
                for citation, record in zip(citations, records_of(message.answer, "citations"), strict=True):
                    if carriage := self._counts.of(owner, citation):
                        numbers = whole_of(record, "paragraph"), whole_of(record, "start")
                        yield f"{numbers[0]} {numbers[1]} {text_of(record, 'article_id')}", carriage
