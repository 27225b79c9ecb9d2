"""A question on its way from the thread that answers it to the client that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.http.answers import Running
from assistant.http.errors import ApiError
from assistant.llm.scope import QuestionScope
from assistant.schema.events import Done, Event

DONE = Done(SimpleNamespace(refused=False))  # type: ignore[arg-type]


class OverAtTheLook:
    """A line whose job is over at the very moment that it is looked at, having told `last` just before."""

    def __init__(self, last: Event | None) -> None:
        self._last = last

    def submit(
        self,
        work: Callable[[], Iterator[Event]],
        on_event: Callable[[Event], None],
        on_cancel: Callable[[], None] | None = None,
    ) -> Any:
        self._tell = on_event
        return self

    @property
    def over(self) -> bool:
        if self._last is not None:
            self._tell(self._last)
            self._last = None
        return True

    def cancel(self) -> None: ...


async def _events(line: OverAtTheLook) -> tuple[list[Event], list[str]]:
    outcomes: list[str] = []
    running = Running(lambda _running, outcome, _seconds: outcomes.append(outcome))
    running.begin(line, iter(()), QuestionScope())
    return [event async for event in running.events() if event is not None], outcomes


def test_an_answer_that_comes_while_it_is_looked_whether_the_job_is_over_is_not_lost() -> None:
    assert asyncio.run(_events(OverAtTheLook(DONE))) == ([DONE], ["answered"])


def test_a_job_that_is_over_without_an_answer_was_ended_by_the_server() -> None:
    with pytest.raises(ApiError, match="about to end"):
        asyncio.run(_events(OverAtTheLook(None)))
