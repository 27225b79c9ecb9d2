"""Questions in flight: from the queue before the model, event by event, to the client that waits for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, suppress
from typing import Protocol

from fastapi.sse import EventSourceResponse
from starlette.types import Receive, Scope, Send

from assistant.api import Assistant
from assistant.errors import AssistantError, UsageError
from assistant.http.errors import ApiError, Public
from assistant.http.metrics import Metrics, Outcome
from assistant.llm.scope import QuestionScope
from assistant.schema.answers import Answer, Question
from assistant.schema.events import Done, Event
from assistant.schema.opening import State

_LOOK_S = 0.5
_OPENING_S, _BUSY_S = 5, 10
_ENDING = "the server is about to end; ask again in a moment"

Item = Event | BaseException | None
Gone = Callable[[], Awaitable[bool]]


class Opening(Protocol):
    """An assistant that may still be opening; `assistant` raises `AssistantError` until it is open."""

    @property
    def assistant(self) -> Assistant:
        """The assistant that is open."""

    @property
    def state(self) -> State:
        """How far the opening is."""


class Job(Protocol):
    """A question in the line."""

    @property
    def over(self) -> bool:
        """True when nothing more will happen."""

    def cancel(self) -> None:
        """Stop at once."""


class Line(Protocol):
    """A bounded line before the model; `submit` raises `UsageError` where it is full."""

    def submit(
        self,
        work: Callable[[], Iterator[Event]],
        on_event: Callable[[Event], None],
        on_cancel: Callable[[], None] | None = None,
    ) -> Job:
        """Put a question at the end of the line."""


class Questions:
    """Puts questions into the line; knows which are on their way, so that the server can wait for them at its end."""

    def __init__(self, opening: Opening, line: Line, metrics: Metrics, public: Public) -> None:
        """`public` takes out of a message what is only the server's to know."""
        self.public = public
        self._opening = opening
        self._line = line
        self._metrics = metrics
        self._running: set[Running] = set()
        self.ending = False

    @property
    def assistant(self) -> Assistant:
        """The assistant. Raises 503 while it is not open, or could not be opened."""
        try:
            return self._opening.assistant
        except AssistantError as error:
            raise ApiError(503, self.public(str(error)), _OPENING_S) from error

    @property
    def state(self) -> State:
        """How far the opening is."""
        return self._opening.state

    def submit(self, question: Question) -> Running:
        """Put a question into the line; for the event loop. Raises 503 where that cannot be, and `QuestionError`."""
        if self.ending:
            raise ApiError(503, _ENDING, _BUSY_S)
        scope = QuestionScope()
        events = self.assistant.stream(question, scope=scope)
        running = Running(self._over)
        try:
            running.begin(self._line, events, scope)
        except UsageError as error:
            raise ApiError(503, str(error), _BUSY_S) from error
        self._running.add(running)
        self._metrics.running.set(len(self._running))
        return running

    async def drain(self, seconds: float, hurried: Callable[[], bool] = lambda: False) -> None:
        """Take no more questions; return when those on their way are answered, after `seconds`, or when `hurried`."""
        self.ending = True
        deadline = time.monotonic() + seconds
        while self._running and time.monotonic() < deadline and not hurried():
            await asyncio.sleep(0.05)

    def _over(self, running: Running, outcome: Outcome, seconds: float) -> None:
        self._running.discard(running)
        self._metrics.running.set(len(self._running))
        self._metrics.answered(outcome, seconds)


class Running:
    """One question: its events as they happen. Whoever stops listening stops the work."""

    def __init__(self, over: Callable[[Running, Outcome, float], None]) -> None:
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._report = over
        self._started = time.monotonic()
        self._outcome = Outcome.STOPPED
        self._job: Job

    def begin(self, line: Line, events: Iterator[Event], scope: QuestionScope) -> None:
        """Get into the line; by `scope` what is asked of the model is ended. Raises `UsageError` where it is full."""

        def work() -> Iterator[Event]:
            try:
                yield from events
            except BaseException as error:
                self._tell(error)
                raise

        self._job = line.submit(work, self._tell, scope.cancel)

    def close(self) -> None:
        """Stop the work, if it is not over. Closing twice does nothing."""
        self._job.cancel()
        self._report(self, self._outcome, time.monotonic() - self._started)
        self._report = _nothing

    async def events(self, gone: Gone | None = None) -> AsyncGenerator[Event | None]:
        """The events, `Done` last; None in between, now and then, while there is nothing new.

        `gone` tells whether the client has left: it is asked where nobody else looks, and ends the events.
        Raises what the answer failed with.
        """
        looked = time.monotonic()
        try:
            while True:
                if gone is not None and time.monotonic() >= looked + _LOOK_S:
                    looked = time.monotonic()
                    if await gone():
                        return
                item = await self._next()
                if isinstance(item, BaseException):
                    self._outcome = Outcome.FAILED
                    raise item
                if isinstance(item, Done):
                    self._outcome = Outcome.REFUSED if item.answer.refused else Outcome.ANSWERED
                yield item
                if isinstance(item, Done):
                    return
        finally:
            self.close()

    async def answer(self, gone: Gone) -> Answer | None:
        """The answer; None where the client left before. Raises what the answer failed with."""
        async with aclosing(self.events(gone)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
        return None

    async def _next(self) -> Item:
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._items.get(), _LOOK_S)
        if self._job.over:
            # What it told before it was over is on its way from its thread: let that arrive first.
            await asyncio.sleep(0)
            if self._items.empty():
                # Taken out of the line by the server's end.
                raise ApiError(503, _ENDING, _BUSY_S)
        return None

    def _tell(self, item: Item) -> None:
        # From the thread that works; once the server has ended there is nobody to tell.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)


class Streamed(EventSourceResponse):
    """The events of a question; it is stopped when the response ends, also where the client left before the first."""

    def __init__(self, content: AsyncIterator[bytes], running: Running) -> None:
        super().__init__(content, headers={"cache-control": "no-store"})
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._running.close()


def _nothing(_running: Running, _outcome: Outcome, _seconds: float) -> None:
    pass
