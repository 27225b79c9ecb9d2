"""Long work takes turns with questions."""

from __future__ import annotations

import threading
from collections.abc import Generator

from assistant.errors import ModelError
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stepped import SteppedJob


class Steps:
    """Numbers, each when it is let go."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.at = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.closed = threading.Event()

    def __call__(self) -> Generator[int, None, None]:
        try:
            for step in range(self.number):
                self.at.release()
                assert self.go.acquire(timeout=60)
                yield step
        finally:
            self.closed.set()


def test_a_question_comes_between_two_steps() -> None:
    queue, steps, order = JobQueue(1), Steps(3), []
    long = SteppedJob(queue, steps(), order.append)
    assert steps.at.acquire(timeout=60)
    question = queue.submit(lambda: iter(["question"]), order.append)
    assert question.place == 1
    steps.go.release(3)
    assert long.wait(60)
    assert question.wait(60)
    assert order == [0, "question", 1, 2]
    assert (long.error, long.cancelled, steps.closed.is_set()) == (None, False, True)


def test_it_is_stopped_in_the_midst_of_a_step() -> None:
    steps, seen = Steps(9), []
    long = SteppedJob(JobQueue(1), steps(), seen.append, lambda: steps.go.release(9))
    assert steps.at.acquire(timeout=60)
    long.cancel()
    assert long.wait(60)
    assert seen == []
    assert steps.closed.wait(60)


def test_it_is_stopped_while_it_waits() -> None:
    queue, first, second = JobQueue(1), Steps(1), Steps(1)
    running = SteppedJob(queue, first(), lambda _: None)
    assert first.at.acquire(timeout=60)
    waiting = SteppedJob(queue, second(), lambda _: None)
    waiting.cancel()
    assert waiting.wait(60)
    first.go.release()
    assert running.wait(60)
    assert not second.at.acquire(blocking=False)


def test_an_error_ends_it_and_is_told() -> None:
    def steps() -> Generator[int, None, None]:
        yield 1
        raise ModelError("model fake: nothing answers there")

    seen: list[int] = []
    long = SteppedJob(JobQueue(1), steps(), seen.append)
    assert long.wait(60)
    assert (seen, long.error) == ([1], "model fake: nothing answers there")


def test_a_full_line_is_tried_again() -> None:
    queue, first, seen = JobQueue(1, most_waiting=1), Steps(1), []
    running = SteppedJob(queue, first(), seen.append)
    assert first.at.acquire(timeout=60)
    waiting = queue.submit(lambda: iter([]), lambda _: None)
    late = SteppedJob(queue, iter_of("late"), seen.append, again=0.01)
    assert not late.wait(0.05)
    first.go.release()
    assert late.wait(60)
    assert waiting.wait(60)
    assert running.wait(60)
    assert seen == [0, "late"]
    assert late.error is None


def iter_of(*steps: str) -> Generator[str, None, None]:
    yield from steps
