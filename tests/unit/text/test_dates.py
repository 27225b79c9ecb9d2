from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.dates import as_of_day, asks_now, in_words, named_periods


def periods(text: str) -> list[tuple[str, str]]:
    return [(period.since.isoformat(), period.until.isoformat()) for period in named_periods(text)]


def test_a_day_in_words() -> None:
    assert in_words(date(2017, 7, 4)) == "4 July 2017"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("What happened in 2017?", "2017-01-01", "2017-12-31"),
        ("the 2017 summit", "2017-01-01", "2017-12-31"),
        ("2017's deal", "2017-01-01", "2017-12-31"),
        ("2017’s deal", "2017-01-01", "2017-12-31"),
        ("(2017)", "2017-01-01", "2017-12-31"),
        ("in March 2023", "2023-03-01", "2023-03-31"),
        ("in Feb. 2024", "2024-02-01", "2024-02-29"),
        ("in March of 2023", "2023-03-01", "2023-03-31"),
        ("in december, 2023", "2023-12-01", "2023-12-31"),
        ("as of Dec. 6, 2023", "2023-12-06", "2023-12-06"),
        ("on 22 March 2023", "2023-03-22", "2023-03-22"),
        ("on March 22nd, 2023", "2023-03-22", "2023-03-22"),
        ("on the 4th of July 2017", "2017-07-04", "2017-07-04"),
        ("on 2017-07-04", "2017-07-04", "2017-07-04"),
    ],
)
def test_a_point_in_time(text: str, since: str, until: str) -> None:
    assert periods(text) == [(since, until)]


@pytest.mark.parametrize(
    "text",
    [
        "since 2013",
        "up to 2030",
        "leading up to 2030",
        "by 2030",
        "until 22 March 2023",
        "before March 2023",
        "after 2017-07-04",
        "from 2013 to 2017",
        "between 2013 and 2017",
        "between March 2013 and July 2017",
        "2013-2017",
        "2013–2017",
        "2017-18",
        "in the 1990s",
        "on July 4",
        "on 31 February 2017",
        "on 2017-13-04",
        "2,017 people",
        "in 12017",
        "in 1817",
        "now",
        "",
    ],
)
def test_what_names_no_point_in_time(text: str) -> None:
    assert periods(text) == []


def test_several_points_oldest_first_and_each_once() -> None:
    assert periods("in 2023, and on 4 July 2017 and in May 2019?") == [
        ("2017-07-04", "2017-07-04"),
        ("2019-05-01", "2019-05-31"),
        ("2023-01-01", "2023-12-31"),
    ]


def test_and_joins_two_points_where_no_range_is_opened() -> None:
    assert [since for since, _ in periods("What changed in 2017 and 2023?")] == ["2017-01-01", "2023-01-01"]


def test_the_words_that_named_it() -> None:
    assert [period.words for period in named_periods("as of Dec. 6, 2023 and in 2017's")] == ["2017's", "Dec. 6, 2023"]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day_is_understood_however_written(day: date) -> None:
    expected = [(day.isoformat(), day.isoformat())]
    assert periods(f"on {in_words(day)}?") == expected
    assert periods(f"on {day.isoformat()}?") == expected
    assert periods(f"on {day:%B} {day.day}, {day.year}?") == expected


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert all(period.since <= period.until for period in named_periods(text))


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
