"""Handler of the chat: ask, stop, ask again, edit; open, find, name and delete conversations; rate an answer.

Every method gives the parts of the page that changed, by name. No method knows Gradio.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

from assistant.errors import UsageError
from assistant.schema.articles import EVERY_ARTICLE
from assistant.web.examples import example_questions
from assistant.web.handlers.newest import newest_first
from assistant.web.handlers.scope import ScopeHandler
from assistant.web.jobs.answering import Asking, MovedOnError, Running
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stale_watch import StaleWatch
from assistant.web.session import Action, Parts, Session
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.feedback import Asked, FeedbackStore
from assistant.web.storage.messages import Message
from assistant.web.views.chat import (
    conversations_html,
    live_html,
    log_html,
    notice_html,
    unkept_html,
    welcome_html,
)
from assistant.web.views.plain_text import answer_text

_LOOK_S = 0.08
_EXAMPLES_FROM = 12


class Chat:
    """Handler of the chat of every page; what differs between pages is in their `Session`."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        conversations: ConversationStore,
        feedback: FeedbackStore,
        public: Callable[[str], str] = str,
        *,
        watch: StaleWatch | None = None,
    ) -> None:
        """`public` makes of an error's message what may be shown; `watch` looks whether kept answers still hold."""
        self._loader = loader
        self._scope = ScopeHandler(loader)
        self._asking = Asking(loader, queue, conversations)
        self._watch = watch or StaleWatch(loader, queue, conversations)
        self._conversations = conversations
        self._feedback = feedback
        self._public = public

    # -- what is shown ------------------------------------------------------------------

    def shown(self, session: Session, owner: str) -> Parts:
        """The whole chat as it is now."""
        messages = self._messages(session, owner)
        session.marks = _marks(messages)
        running = self._asking.of(session.conversation, owner)
        if running and running.position is not None:
            messages = [message for message in messages if message.position < running.position]
        rated = {message.position: self._feedback.verdict(owner, message.answer) for message in messages}
        kept = log_html(messages, rated, session.conversation or "")
        empty = not messages and not running
        return {
            "log": welcome_html(self._examples(owner), self._articles(owner)) if empty else kept,
            "live": self._live(running) if running else "",
            "side": self._side(session, owner),
            "scope": self._scope.shown(session, owner),
        }

    def _messages(self, session: Session, owner: str) -> list[Message]:
        if session.conversation is None:
            return []
        try:
            return list(self._conversations.messages(owner, session.conversation))
        except UsageError:
            session.conversation = None
            return []

    def _look(self, session: Session, owner: str) -> None:
        """Begin to look whether the answers that are shown still hold."""
        session.looked = self._revision(owner)
        if session.conversation is not None:
            with suppress(UsageError):
                self._watch.look(owner, session.conversation)

    def _revision(self, owner: str) -> str | None:
        return self._loader.assistant_for(owner).revision() if self._loader.is_open else None

    def looked(self, session: Session, owner: str) -> Parts:
        """What was found meanwhile of the answers that are shown, and why they could not be looked at.

        Where the library is another than it was, they are looked at anew.
        """
        if session.looked != self._revision(owner):
            self._look(session, owner)
        parts: Parts = {}
        if error := self._watch.take_error(owner):
            words = f"Whether these answers still hold could not be looked at: {self._public(error)}"
            parts["notice"] = notice_html(words)
        if session.conversation is not None and _marks(self._messages(session, owner)) != session.marks:
            parts["log"] = self.shown(session, owner)["log"]
        return parts

    def is_looking(self, owner: str) -> bool:
        """Whether answers are being looked at."""
        return self._watch.is_on(owner)

    def _side(self, session: Session, owner: str) -> str:
        listed = [
            one for one in self._conversations.list(owner, session.search) if one.messages or self._asking.is_on(one.id)
        ]
        return conversations_html(listed, session.conversation, searched=bool(session.search))

    def _live(self, running: Running) -> str:
        return live_html(running.live.record(), running.live.doing, running.job.place)

    def _articles(self, owner: str) -> int | None:
        return self._loader.assistant_for(owner).size().articles if self._loader.is_open else None

    def _examples(self, owner: str) -> list[str]:
        if not self._loader.is_open:
            return []
        assistant = self._loader.assistant_for(owner)
        return example_questions(
            assistant.article(header.id) for header in newest_first(assistant, EVERY_ARTICLE, _EXAMPLES_FROM)
        )

    # -- asking -------------------------------------------------------------------------

    async def ask(self, session: Session, owner: str, text: str) -> AsyncIterator[Parts]:
        """Ask, and follow the answer. Raises `AssistantError` when it cannot be asked."""
        text = text.strip()
        if not text:
            return
        try:
            running = await asyncio.to_thread(self._asking.submit, session, owner, text, session.editing)
        except MovedOnError as error:
            # What came meanwhile is shown; the question stays in its box, to be asked after that.
            session.editing = None
            yield {**await asyncio.to_thread(self.shown, session, owner), "notice": notice_html(str(error))}
            return
        session.editing = None
        async for parts in self._follow(session, owner, running, {"question": "", "notice": ""}):
            yield parts

    async def again(self, session: Session, owner: str) -> AsyncIterator[Parts]:
        """Ask the last question again; its answer is kept until there is another."""
        messages = await asyncio.to_thread(self._messages, session, owner)
        if not messages:
            return
        last = messages[-1]
        running = await asyncio.to_thread(self._asking.submit, session, owner, last.question, last)
        async for parts in self._follow(session, owner, running, {"notice": ""}):
            yield parts

    async def renew(self, session: Session, owner: str, position: int) -> AsyncIterator[Parts]:
        """Ask a kept question again; its answer is kept beside the new one. Raises `UsageError`."""
        messages = await asyncio.to_thread(self._messages, session, owner)
        message = next((one for one in messages if one.position == position), None)
        if message is None or session.conversation is None:
            raise UsageError("this answer is not kept any more; reload the page")
        running = await asyncio.to_thread(self._asking.renew, session, owner, session.conversation, message)
        async for parts in self._follow(session, owner, running, {"notice": ""}):
            yield parts

    async def open(self, session: Session, owner: str, conversation: str | None) -> AsyncIterator[Parts]:
        """Show a conversation, and follow what is still being answered in it. Raises `UsageError`."""
        if conversation is not None:
            await asyncio.to_thread(self._conversations.get, owner, conversation)
        session.conversation, session.editing = conversation, None
        await asyncio.to_thread(self._look, session, owner)
        running = self._asking.of(session.conversation, owner)
        if running is None:
            yield {**await asyncio.to_thread(self.shown, session, owner), "notice": "", "announce": ""}
            return
        async for parts in self._follow(session, owner, running, {"notice": ""}):
            yield parts

    def stop(self, session: Session, owner: str) -> Parts:
        """Stop answering; the question goes back to where it was written."""
        self._asking.stop(session.conversation, owner)
        return {}

    async def _follow(self, session: Session, owner: str, running: Running, first: Parts) -> AsyncIterator[Parts]:
        conversation, job = session.conversation, running.job
        try:
            yield {**await asyncio.to_thread(self.shown, session, owner), **first, "announce": running.live.doing}
            seen: object = None
            while not (job.over or job.cancelled):
                now = (job.version, job.place, running.live.doing)
                if now != seen and session.conversation == conversation:
                    seen = now
                    yield {"live": self._live(running), "announce": running.live.doing}
                await asyncio.sleep(_LOOK_S)
        finally:
            # A page that was closed gives up its place in the line; what is being answered is kept for its return.
            if job.place:
                job.cancel()
        yield await asyncio.to_thread(self._ended, session, owner, conversation, running)

    def _ended(self, session: Session, owner: str, conversation: str | None, running: Running) -> Parts:
        here = session.conversation == conversation
        at_the_end = running.position is None and running.renewed is None
        if running.live.answer is None and at_the_end and conversation:
            with suppress(UsageError):
                if not self._conversations.get(owner, conversation).messages:
                    self._conversations.delete(owner, conversation)
        if not here:
            return {"side": self._side(session, owner)}
        parts = self.shown(session, owner)
        answer = running.live.answer
        back = {"question": running.live.question} if running.renewed is None else {}
        if running.job.cancelled and not answer:
            stopped = "Stopped. Your question is back in its box." if back else "Stopped. The answer is as it was."
            return {**parts, **back, "notice": notice_html(stopped, "info"), "announce": ""}
        if running.job.error:
            back = {"live": unkept_html(answer.to_dict())} if answer else back
            return {**parts, **back, "notice": notice_html(self._public(running.job.error)), "announce": ""}
        return {**parts, "announce": f"Answered. {answer_text(answer.to_dict())}" if answer else ""}

    # -- everything else ----------------------------------------------------------------

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {
            "edit": self._edit,
            "edit-cancel": self._edit_cancel,
            "rename": self._rename,
            "delete": self._delete,
            "conversations": self._search,
            "feedback": self._rate,
            **self._scope.actions(),
            "dismiss": lambda _session, _owner, _action: {"notice": ""},
        }

    def _edit(self, session: Session, owner: str, _: Action) -> Parts:
        messages = self._messages(session, owner)
        if not messages:
            return {}
        session.editing = messages[-1]
        return {"question": messages[-1].question, "scope": self._scope.shown(session, owner)}

    def _edit_cancel(self, session: Session, owner: str, _: Action) -> Parts:
        session.editing = None
        return {"question": "", "scope": self._scope.shown(session, owner)}

    def _rename(self, session: Session, owner: str, action: Action) -> Parts:
        self._conversations.rename(owner, action.text("id"), action.text("title"))
        return {"side": self._side(session, owner), "notice": ""}

    def _delete(self, session: Session, owner: str, action: Action) -> Parts:
        conversation = action.text("id")
        self._asking.stop(conversation, owner)
        self._watch.stop(owner, conversation)
        self._conversations.delete(owner, conversation)
        if session.conversation == conversation:
            session.conversation, session.editing = None, None
        return {**self.shown(session, owner), "notice": notice_html("The conversation is deleted.", "info")}

    def _search(self, session: Session, owner: str, action: Action) -> Parts:
        session.search = action.text("words")
        return {"side": self._side(session, owner)}

    def _rate(self, session: Session, owner: str, action: Action) -> Parts:
        verdict, position = action.text("verdict"), action.number("position")
        messages = self._messages(session, owner)
        rated = next((message for message in messages if message.position == position), None)
        if rated is None or session.conversation is None:
            raise UsageError("this answer is not kept any more, so it cannot be rated")
        asked = Asked(
            self._conversations.history(owner, session.conversation, before=position),
            self._loader.assistant.settings,
            rated.answer.get("scope"),
            conversation=session.conversation,
            position=position,
        )
        self._feedback.add(owner, rated.answer, verdict=verdict, comment=action.text("comment"), asked=asked)
        return {"log": self.shown(session, owner)["log"], "notice": notice_html("Thank you; it is kept.", "info")}


def _marks(messages: Sequence[Message]) -> object:
    """Another value where another answer is marked, or for something else."""
    return [(message.position, message.asked_at, message.changes) for message in messages if message.changes]
