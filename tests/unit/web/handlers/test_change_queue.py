"""Changes of the library wait in a queue of their own: nobody's click stops the page for others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import anyio.to_thread
import pytest

from assistant.errors import StorageError, UsageError
from assistant.web.handlers.change_queue import ChangeQueue
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.own_libraries import OwnLibraries

HOLDER = SimpleNamespace(index=SimpleNamespace(holder=lambda: "process 123 (since 12:03:20)"))


def change_queue(said_after: float = 0.02) -> ChangeQueue:
    return ChangeQueue(AssistantLoader.of(HOLDER), said_after)  # type: ignore[arg-type]


async def gather(queue: ChangeQueue, work: Any, owner: str = "me") -> list[dict[str, Any]]:
    return [parts async for parts in queue.follow(work, owner)]


def test_what_is_written_at_once_says_nothing_of_waiting() -> None:
    assert asyncio.run(gather(change_queue(60), lambda: {"library-list": "x"})) == [{"library-list": "x"}]


def test_whoever_waits_is_told_for_whom() -> None:
    go_on = threading.Event()

    async def run() -> list[dict[str, Any]]:
        queue, told = change_queue(), []
        async for parts in queue.follow(lambda: {"library-list": str(go_on.wait(20))}, "me"):
            told.append(parts)
            go_on.set()
        return told

    notice, done = asyncio.run(run())
    assert "process 123" in notice["notice"]
    assert done == {"library-list": "True"}


def test_changes_that_wait_hold_up_no_thread_that_others_need() -> None:
    """F7: forty clicks that waited for another process's lock took all forty threads for ten minutes."""
    go_on = threading.Event()
    running = 0
    most = 0

    def work() -> dict[str, Any]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        assert go_on.wait(20)
        running -= 1
        return {"library-list": "x"}

    async def run() -> tuple[list[Any], int]:
        queue = change_queue()
        waiting = [asyncio.create_task(gather(queue, work)) for _ in range(16)]
        await asyncio.sleep(0.1)
        with pytest.raises(UsageError, match="16 changes of the library are waiting"):
            await gather(queue, work)
        limiter = anyio.to_thread.current_default_thread_limiter()
        # To ask whose library it is takes a thread for a moment.
        for _ in range(1000):
            if not (borrowed := limiter.borrowed_tokens):
                break
            await asyncio.sleep(0.01)
        assert await anyio.to_thread.run_sync(lambda: "answered") == "answered"
        go_on.set()
        return await asyncio.gather(*waiting), int(borrowed)

    told, borrowed = asyncio.run(run())
    assert borrowed == 0
    assert most == 1
    assert [parts[-1] for parts in told] == [{"library-list": "x"}] * 16


@pytest.mark.parametrize(("own", "held_up"), [(True, False), (False, True)])
def test_a_long_change_holds_up_its_own_library_alone(own: bool, held_up: bool) -> None:
    """One user's long upload made everybody wait who has another library."""
    begun, go_on = threading.Event(), threading.Event()

    def long() -> dict[str, Any]:
        begun.set()
        assert go_on.wait(20)
        return {"library-list": "long"}

    async def run() -> bool:
        libraries = OwnLibraries(lambda *_: None) if own else None  # type: ignore[arg-type, return-value]
        queue = ChangeQueue(AssistantLoader.of(HOLDER, libraries), 60)  # type: ignore[arg-type]
        other = asyncio.create_task(gather(queue, long))
        assert await asyncio.to_thread(begun.wait, 20)
        short = asyncio.create_task(gather(queue, lambda: {"library-list": "short"}, "bob"))
        done, _ = await asyncio.wait([short], timeout=0.2 if held_up else 20)
        go_on.set()
        assert [await other, await short] == [[{"library-list": "long"}], [{"library-list": "short"}]]
        return not done

    assert asyncio.run(run()) is held_up


def test_an_error_is_told_and_the_line_goes_on() -> None:
    def fails() -> dict[str, Any]:
        raise StorageError("the disk is full")

    async def run() -> list[dict[str, Any]]:
        queue = change_queue(60)
        with pytest.raises(StorageError, match="disk is full"):
            await gather(queue, fails)
        return await gather(queue, lambda: {"library-list": "x"})

    assert asyncio.run(run()) == [{"library-list": "x"}]


def test_what_a_closed_page_asked_for_is_done_all_the_same() -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> dict[str, Any]:
        assert go_on.wait(20)
        done.set()
        return {}

    async def run() -> None:
        queue = change_queue()
        page = asyncio.create_task(gather(queue, work))
        await asyncio.sleep(0.1)
        page.cancel()
        go_on.set()
        assert await asyncio.to_thread(done.wait, 20)
        assert await gather(queue, lambda: {"library-list": "x"})

    asyncio.run(run())


def test_of_several_steps_all_are_done_where_the_page_is_closed_after_the_first() -> None:
    """Each file of an upload was asked for by the page; the rest was deleted unread when that went."""
    go_on, ended = threading.Event(), threading.Event()
    done: list[int] = []

    def steps() -> Iterator[dict[str, Any]]:
        try:
            for number in range(3):
                assert number == 0 or go_on.wait(20)
                done.append(number)
                yield {"outcomes": str(number)}
        finally:
            ended.set()

    async def run() -> None:
        page = change_queue(60).follow(partial(next, steps(), {}), "me", repeat=True)
        assert await anext(page) == {"outcomes": "0"}
        await page.aclose()  # type: ignore[attr-defined]
        go_on.set()
        assert await asyncio.to_thread(ended.wait, 20)

    asyncio.run(run())
    assert done == [0, 1, 2]


def test_between_the_steps_others_have_their_turn() -> None:
    order: list[str] = []

    def step(name: str, left: list[int]) -> dict[str, Any]:
        order.append(name)
        return {"library-list": name} if left and left.pop() else {}

    async def run() -> None:
        queue = change_queue(60)
        follow = [queue.follow(partial(step, name, [1, 1]), "me", repeat=True) for name in "ab"]

        async def watch(one: AsyncIterator[dict[str, Any]]) -> None:
            assert [parts async for parts in one]

        await asyncio.gather(*map(watch, follow))

    asyncio.run(run())
    assert order == ["a", "b"] * 3
