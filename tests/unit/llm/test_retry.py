"""How long a failed request is waited for."""

from __future__ import annotations

import pytest

from assistant.llm.endpoint import Endpoint
from assistant.llm.failures import Explainer, Kind, ProviderError, retry_after
from assistant.llm.retry import Retries
from assistant.llm.scope import QuestionScope


class Clock(QuestionScope):
    """A question's time that passes only where it is waited."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.left = seconds
        self.pauses: list[float] = []

    def remaining(self) -> float | None:
        return self.left

    def pause(self, seconds: float, reason: str) -> None:
        self.left -= seconds
        self.pauses.append(seconds)


def pauses(retry_after: str, *, patience: float = 120, seconds: float = 600) -> list[float]:
    """Those that a server is given that is always busy."""
    clock, retries = Clock(seconds), Retries(patience, local=False)
    while len(clock.pauses) < 100 and retries.wait(busy(retry_after), clock, "busy"):
        pass
    return clock.pauses


def busy(retry_after: str) -> ProviderError:
    return ProviderError(Kind.REFUSED, 429, headers={"retry-after": retry_after})


PAST = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize("told", ["0", "0.3", "-5", PAST, "nan", "inf", "-inf", "soon", ""])
def test_a_server_that_names_no_time_to_wait_is_asked_ever_more_seldom_and_not_for_ever(told: str) -> None:
    assert pauses(told) == [1, 2, 4, 8, 16, 30, 30]


def test_one_that_names_a_time_is_waited_for_so_long_as_the_question_may_take() -> None:
    assert pauses("25") == [25] * 23


@pytest.mark.parametrize("told", ["nan", "inf", "-inf", "1e999"])
def test_what_is_no_number_of_seconds_is_not_told(told: str) -> None:
    assert retry_after({"retry-after": told}) is None
    assert retry_after({"retry-after-ms": told, "retry-after": "3"}) == 3


@pytest.mark.parametrize(("told", "words"), [("0", "wait a while"), (PAST, "wait a while"), ("20", "wait 20 s")])
def test_at_last_it_says_that_there_were_too_many_requests(told: str, words: str) -> None:
    explainer = Explainer(Endpoint("m", "http://127.0.0.1:9/v1"), 5)
    assert f"too many requests; {words} and ask again" in str(explainer.error(busy(told)))
