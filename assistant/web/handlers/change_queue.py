"""A queue of changes for each library, one after the other: whoever waits in one holds up no other thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio.to_thread

from assistant.errors import AssistantError, UsageError
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.views.chat import notice_html

_SAID_AFTER_S = 1.0
_MOST_WAITING = 16


@dataclass(slots=True)
class _Line:
    """The queue of one library: whose turn it is, and how many there are, that one too."""

    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    waiting: int = 0


class ChangeQueue:
    """A queue for each library, apart from the threads that everything else on the page shares."""

    def __init__(self, loader: AssistantLoader, said_after: float = _SAID_AFTER_S) -> None:
        """`said_after`: seconds after which a page is told whom it waits for."""
        self._loader = loader
        self._said_after = said_after
        self._lines: dict[str, _Line] = {}

    async def follow(
        self, work: Callable[[], dict[Any, Any]], owner: str, *, repeat: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        """What `work` on the owner's library gives, in a thread as soon as it is its turn; before that, whom it waits
        for, where it does. `repeat`: it is called until it gives nothing, each time at a turn of its own, so that
        others' changes come between.

        Raises `UsageError` when too many wait.
        """
        library = self._loader.library_of(owner)
        line = self._lines.setdefault(library, _Line())
        if line.waiting >= _MOST_WAITING:
            raise UsageError(f"{line.waiting} changes of the library are waiting already; try again in a while")
        line.waiting += 1
        made: asyncio.Queue[dict[Any, Any] | None] = asyncio.Queue()
        # Begun once, it is done to its end also where the page that asked for it is closed meanwhile.
        running = asyncio.create_task(_work_off(line, work, made.put_nowait, repeat=repeat))
        running.add_done_callback(partial(self._ended, library))
        running.add_done_callback(lambda _: made.put_nowait(None))
        more = True
        while more:
            try:
                parts = await asyncio.wait_for(made.get(), self._said_after)
            except TimeoutError:
                yield {"notice": notice_html(await anyio.to_thread.run_sync(self._who, owner), "info")}
                parts = await made.get()
            more = parts is not None
            if parts is not None:
                yield parts
        running.result()

    def _ended(self, library: str, running: asyncio.Task[None]) -> None:
        line = self._lines[library]
        line.waiting -= 1
        if not line.waiting:
            del self._lines[library]
        if not running.cancelled():
            # Told to whoever still waits for it.
            running.exception()

    def _who(self, owner: str) -> str:
        holder = None
        with suppress(AssistantError):
            holder = self._loader.assistant_for(owner).index.holder()
        return f"The library is being changed{f' by {holder}' if holder else ''}; this follows as soon as that is done."


async def _work_off(
    line: _Line, work: Callable[[], dict[Any, Any]], tell: Callable[[dict[Any, Any]], object], *, repeat: bool
) -> None:
    while made := await _run(line, work):
        tell(made)
        if not repeat:
            break


async def _run(line: _Line, work: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    loop = asyncio.get_running_loop()
    async with line.turn:
        result: asyncio.Future[dict[Any, Any]] = loop.create_future()

        def run() -> None:
            try:
                made = work()
            except BaseException as error:
                told = partial(_fail, result, error)
            else:
                told = partial(_give, result, made)
            with suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(told)

        # A thread that the end of the program does not wait for: another process may write for long. What is cut
        # off is undone by the store, or done again by the next update.
        threading.Thread(target=run, name="change", daemon=True).start()
        return await result


def _give(result: asyncio.Future[dict[Any, Any]], made: dict[Any, Any]) -> None:
    if not result.done():
        result.set_result(made)


def _fail(result: asyncio.Future[dict[Any, Any]], error: BaseException) -> None:
    if not result.done():
        result.set_exception(error)
