import threading

import pytest

from assistant.errors import ModelError, UsageError
from assistant.schema.events import Token
from assistant.web.jobs.queue import JobQueue


class Gated:
    """Events that come one by one, each when it is let go; knows whether it was closed."""

    def __init__(self, number=2):
        self.number = number
        self.begun = threading.Event()
        self.go = threading.Semaphore(0)
        self.closed = threading.Event()

    def __call__(self):
        self.begun.set()
        try:
            for place in range(self.number):
                self.go.acquire()
                yield Token(str(place))
        finally:
            self.closed.set()


def test_events_arrive_in_order_and_the_job_ends():
    seen = []
    job = JobQueue().submit(lambda: iter([Token("a"), Token("b")]), seen.append)
    assert job.wait(5)
    assert seen == [Token("a"), Token("b")]
    assert job.error is None
    assert job.version == 3


def test_one_is_answered_at_a_time_and_the_others_know_their_place():
    queue, first, second, third = JobQueue(1), Gated(), Gated(), Gated()
    jobs = [queue.submit(work, lambda _: None) for work in (first, second, third)]
    assert first.begun.wait(5)
    assert [job.place for job in jobs] == [0, 1, 2]
    assert not second.begun.is_set()
    first.go.release(2)
    assert jobs[0].wait(5)
    assert second.begun.wait(5)
    assert [job.place for job in jobs] == [0, 0, 1]
    for work in (second, third):
        work.go.release(2)
    assert all(job.wait(5) for job in jobs)


def test_several_are_answered_at_once_where_that_is_allowed():
    queue, works = JobQueue(2), [Gated(), Gated(), Gated()]
    jobs = [queue.submit(work, lambda _: None) for work in works]
    assert works[0].begun.wait(5)
    assert works[1].begun.wait(5)
    assert jobs[2].place == 1
    queue.close()
    for work in works:
        work.go.release(2)
    assert all(job.wait(5) for job in jobs)


def test_a_stopped_job_closes_its_events_and_makes_room():
    queue, first, second = JobQueue(1), Gated(100), Gated(0)
    seen = []
    job = queue.submit(first, seen.append)
    after = queue.submit(second, seen.append)
    assert first.begun.wait(5)
    job.cancel()
    first.go.release()
    assert first.closed.wait(5)
    assert job.wait(5)
    assert after.wait(5)
    assert seen == []
    assert job.error is None


def test_a_waiting_job_that_is_stopped_is_over_at_once_and_never_begun():
    queue, first, second = JobQueue(1), Gated(), Gated()
    running, waiting = queue.submit(first, lambda _: None), queue.submit(second, lambda _: None)
    waiting.cancel()
    assert waiting.over
    assert waiting.place == 0
    first.go.release(2)
    assert running.wait(5)
    assert not second.begun.is_set()


def test_an_error_of_ours_is_told_and_one_that_is_not_is_kept_to_the_log(caplog):
    def ours():
        raise ModelError("model a: nothing answers there")
        yield

    def not_ours():
        raise KeyError("secret detail")
        yield

    queue = JobQueue()
    first, second = queue.submit(ours, lambda _: None), queue.submit(not_ours, lambda _: None)
    assert first.wait(5)
    assert second.wait(5)
    assert first.error == "model a: nothing answers there"
    assert "secret" not in second.error
    assert "secret detail" in caplog.text


def test_an_error_while_keeping_the_answer_ends_the_job_too():
    def refuse(_):
        raise UsageError("the disk is full")

    job = JobQueue().submit(lambda: iter([Token("a")]), refuse)
    assert job.wait(5)
    assert job.error == "the disk is full"


def test_too_many_are_turned_away():
    queue, first = JobQueue(1, most_waiting=1), Gated()
    running = queue.submit(first, lambda _: None)
    assert first.begun.wait(5)
    waiting = queue.submit(Gated(0), lambda _: None)
    with pytest.raises(UsageError, match="waiting already"):
        queue.submit(Gated(0), lambda _: None)
    first.go.release(2)
    assert running.wait(5)
    assert waiting.wait(5)


def test_once_closed_nothing_waits_begins_or_is_taken():
    """What began after the model was closed opened it again, and the program did not end."""
    queue, first, second = JobQueue(1), Gated(100), Gated()
    running, waiting = queue.submit(first, lambda _: None), queue.submit(second, lambda _: None)
    assert first.begun.wait(5)
    queue.close()
    assert running.cancelled
    assert waiting.over
    with pytest.raises(UsageError, match="about to end"):
        queue.submit(Gated(0), lambda _: None)
    first.go.release()
    assert running.wait(5)
    assert not second.begun.is_set()
