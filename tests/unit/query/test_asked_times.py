from __future__ import annotations

from datetime import date

import pytest

from assistant.query.asked_times import as_of_day, asks_now


@pytest.mark.parametrize(
    "question",
    [
        "What is the latest news?",
        "What is the newest report?",
        "When did they meet most recently?",
        "What did he recently say?",
        "When did Xi last travel to Moscow?",
        "When was Xi last in Moscow?",
        "What came of the last talks?",
    ],
)
def test_what_asks_for_the_newest(question: str) -> None:
    assert asks_now(question)


@pytest.mark.parametrize("question", ["Who is mayor now?", "Does Xi still oppose it?", "What is the current state?"])
def test_what_asks_for_the_present(question: str) -> None:
    assert asks_now(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "By when at the latest must it be built?",
        "When did the strike last week begin?",
        "How long did the talks go on?",
        "What is known of the visit?",
        "Which currents run there?",
    ],
)
def test_what_asks_for_neither(question: str) -> None:
    assert not asks_now(question)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("As of 5 July 2017, who led?", date(2017, 7, 5)),
        ("Who led as of July 5, 2017?", date(2017, 7, 5)),
        ("Who led as of the 5th of July 2017?", date(2017, 7, 5)),
        ("Who led as at 2017-07-05?", date(2017, 7, 5)),
        ("Who led as of 5 July 2017 and as of 4 July 2016?", date(2016, 7, 4)),
        ("Who led as of now?", None),
        ("Who led as of 2017?", None),
        ("Who led as of July 2017?", None),
        ("Who led as of 31 June 2017?", None),
        ("Who led on 5 July 2017, by then or at the time?", None),
    ],
)
def test_the_day_that_is_asked_as_of(text: str, day: date | None) -> None:
    period = as_of_day(text)
    assert (period.since if period else None) == day
