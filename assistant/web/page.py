"""Event wiring of the page: what happens on its components, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import gradio as gr

from assistant.errors import INTERNAL_ERROR, AssistantError
from assistant.library.upload_policy import UploadPolicy
from assistant.schema.opening import Phase
from assistant.settings import EMBEDDED
from assistant.web.components import Components
from assistant.web.handlers.change_queue import ChangeQueue
from assistant.web.handlers.chat import Chat
from assistant.web.handlers.library import LibraryHandler
from assistant.web.handlers.newsroom import NewsroomHandler
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.security.browser_id import owner_of
from assistant.web.session import Action, Parts, Session
from assistant.web.views.chat import notice_html, status_html

_log = logging.getLogger(__name__)
_WATCHING_S, _RESTING_S = 1.0, 10.0
# What the newsroom's views show, and the counts beside citations.
_NEWSROOM = (
    *("questions-status", "questions-list", "story-status", "story-result", "draft-status", "draft-result"),
    "carriers",
)
_INSIDE = f"{INTERNAL_ERROR.capitalize()}."


class Page:
    """Routes the events of the components."""

    def __init__(
        self,
        loader: AssistantLoader,
        chat: Chat,
        library_handler: LibraryHandler,
        newsroom: NewsroomHandler,
        uploads: UploadPolicy,
        public: Callable[[str], str],
    ) -> None:
        self._loader = loader
        self._chat = chat
        self._library_handler = library_handler
        self._newsroom = newsroom
        self._public = public
        self._changes = ChangeQueue(loader)
        self._writes = library_handler.writes()
        self._actions = {**chat.actions(), **library_handler.actions(), **newsroom.actions()}
        self._shown = Components(uploads)

    def blocks(self, *, leave: bool) -> gr.Blocks:
        """The page as a Gradio app; `leave`: there is a login, and so a way out."""
        blocks: gr.Blocks
        with gr.Blocks(title="News assistant", analytics_enabled=False, fill_width=True, fill_height=True) as blocks:
            session = gr.State(Session())
            self._shown.lay_out(leave)
            self._route(blocks, session)
        return blocks

    def _route(self, blocks: gr.Blocks, session: gr.State) -> None:
        timer = gr.Timer(_WATCHING_S)
        self._shown.parts["timer"] = timer
        outputs = list(self._shown.parts.values())
        common: dict[str, Any] = {
            "outputs": outputs,
            "show_progress": "hidden",
            "api_visibility": "private",
            "concurrency_limit": None,
        }
        question, upload = self._shown.parts["question"], self._shown.parts["upload"]
        self._shown.bus.act(self._act, [session], trigger_mode="multiple", **common)
        self._shown.bus.go(self._go, [session], trigger_mode="multiple", **common)
        self._shown.bus.find(self._act, [session], trigger_mode="always_last", **common)
        asked = [question.submit, self._shown.parts["send"].click]
        gr.on(asked, self._ask, [question, session], trigger_mode="multiple", **common)
        self._shown.parts["stop"].click(self._stop, [session], trigger_mode="multiple", **common)
        upload.upload(self._upload, [upload, session], **common)
        draft, file = self._shown.parts["draft-text"], self._shown.parts["draft-file"]
        self._shown.parts["check"].click(self._check, [draft, session], trigger_mode="multiple", **common)
        file.upload(self._check_file, [file, session], **common)
        watched = ("status", "timer", "log", "find", "library-list", "timeline", "notice", "announce", *_NEWSROOM)
        timer.tick(self._tick, [session], **{**common, "outputs": [self._shown.parts[name] for name in watched]})
        blocks.load(self._load, [session], **common)

    # -- events -------------------------------------------------------------------------

    async def _act(self, session: Session, event: gr.EventData, request: gr.Request) -> AsyncIterator[dict[Any, Any]]:
        async def act() -> AsyncIterator[Parts]:
            action, owner = Action.of(event._data), owner_of(request)
            if write := self._writes.get(action.name):
                async for parts in self._changes.follow(lambda: write(session, owner, action), owner):
                    yield parts
            elif known := self._actions.get(action.name):
                parts = await anyio.to_thread.run_sync(known, session, owner, action)
                # What it may have begun is looked at by the clock.
                yield {**parts, "timer": gr.Timer(_WATCHING_S)} if self._newsroom.is_on(owner) else parts

        async for parts in self._followed(act):
            yield parts

    async def _go(self, session: Session, event: gr.EventData, request: gr.Request) -> AsyncIterator[dict[Any, Any]]:
        def go() -> AsyncIterator[Parts]:
            action, owner = Action.of(event._data), owner_of(request)
            match action.name:
                case "ask":
                    session.editing = None
                    return self._chat.ask(session, owner, action.text("text"))
                case "retry":
                    return self._chat.again(session, owner)
                case "renew":
                    return self._chat.renew(session, owner, action.number("position"))
                case "open":
                    return self._chat.open(session, owner, action.text("id") or None)
            return _nothing()

        async for parts in self._answered(go):
            yield parts

    async def _ask(self, text: str, session: Session, request: gr.Request) -> AsyncIterator[dict[Any, Any]]:
        async for parts in self._answered(lambda: self._chat.ask(session, owner_of(request), str(text or ""))):
            yield parts

    def _stop(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        # Where nothing is wrong there is nothing to show yet, and Gradio takes an empty one for too few values.
        return self._guarded(lambda: self._chat.stop(session, owner_of(request))) or gr.skip()

    async def _upload(
        self, files: list[str] | None, session: Session, request: gr.Request
    ) -> AsyncIterator[dict[Any, Any]]:
        async def add() -> AsyncIterator[Parts]:
            owner = owner_of(request)
            steps = self._library_handler.add(session, owner, [Path(file) for file in files or ()])
            # A file at a time, and all of them: also where the page is closed or reloaded meanwhile.
            async for parts in self._changes.follow(partial(next, steps, {}), owner, repeat=True):
                yield parts

        async for parts in self._followed(add):
            yield parts

    def _check(self, text: str, session: Session, request: gr.Request) -> dict[Any, Any]:
        return self._guarded(
            lambda: self._watched(self._newsroom.draft.check, session, owner_of(request), str(text or ""))
        )

    def _check_file(self, file: str | None, session: Session, request: gr.Request) -> dict[Any, Any]:
        def check() -> Parts:
            return (
                self._watched(self._newsroom.draft.check_file, session, owner_of(request), Path(file)) if file else {}
            )

        return {**self._guarded(check), self._shown.parts["draft-file"]: None}

    def _watched(self, begin: Callable[..., Parts], session: Session, owner: str, what: object) -> Parts:
        """What is begun is looked at by the clock."""
        return {**begin(session, owner, what), "timer": gr.Timer(_WATCHING_S)}

    def _tick(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        return self._guarded(lambda: self._status(session, owner_of(request)))

    async def _load(self, session: Session, request: gr.Request) -> AsyncIterator[dict[Any, Any]]:
        def opened() -> AsyncIterator[Parts]:
            if session.conversation is not None:
                # Asked before all was loaded: that is what is shown.
                return _nothing()
            return self._chat.open(session, owner_of(request), request.query_params.get("c") or None)

        # Not here, where all events are handled: it reads the library, and may have to open it.
        yield await anyio.to_thread.run_sync(self._guarded, lambda: self._status(session, owner_of(request)))
        yield await anyio.to_thread.run_sync(self._guarded, lambda: self._newsroom.shown(session, owner_of(request)))
        async for parts in self._followed(opened):
            yield parts

    def _status(self, session: Session, owner: str) -> Parts:
        """The status line; the library too, when it is another than this page shows."""
        state, stamp = self._loader.state, self._library_handler.stamp(owner)
        assistant = self._loader.assistant_for(owner) if self._loader.is_open else None
        model = assistant.model.name if assistant else ""
        if model == EMBEDDED:
            model = "embedded model"
        articles = assistant.size().articles if assistant else None
        parts: Parts = {"status": status_html(replace(state, doing=self._public(state.doing)), model, articles)}
        if stamp != session.library:
            session.library = stamp
            parts |= self._library_handler.shown(session, owner)
        parts |= {**self._chat.looked(session, owner), **self._newsroom.followed(session, owner)}
        at_work = self._chat.is_looking(owner) or self._newsroom.is_on(owner)
        at_rest = state.phase in (Phase.READY, Phase.FAILED) and not at_work
        return {**parts, "timer": gr.Timer(_RESTING_S if at_rest else _WATCHING_S)}

    # -- from parts to components ---------------------------------------------------------

    def _guarded(self, work: Callable[[], Parts]) -> dict[Any, Any]:
        try:
            return self._shown.of(work())
        except AssistantError as error:
            return self._shown.of({"notice": notice_html(self._public(str(error)))})
        except Exception:
            _log.exception("a page's request failed")
            return self._shown.of({"notice": notice_html(_INSIDE)})

    async def _followed(self, work: Callable[[], AsyncIterator[Parts]]) -> AsyncIterator[dict[Any, Any]]:
        try:
            async for parts in work():
                # Gradio takes an empty one for too few values.
                if parts:
                    yield self._shown.of(parts)
        except AssistantError as error:
            yield self._shown.of({"notice": notice_html(self._public(str(error)))})
        except Exception:
            _log.exception("a page's request failed")
            yield self._shown.of({"notice": notice_html(_INSIDE)})

    async def _answered(self, work: Callable[[], AsyncIterator[Parts]]) -> AsyncIterator[dict[Any, Any]]:
        async for parts in self._followed(work):
            yield parts
        # What an answer cites is looked at in the background.
        yield self._shown.of({"timer": gr.Timer(_WATCHING_S)})


async def _nothing() -> AsyncIterator[Parts]:
    return
    yield {}
