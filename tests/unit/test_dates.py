from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dates import Period, asks_newest, asks_now, in_words, may_be_of_its_time, named_periods, without_dates


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


def test_both_ends_belong_to_a_period_and_an_unknown_day_to_none() -> None:
    period = Period(date(2017, 1, 1), date(2017, 12, 31), "2017")
    assert period.contains(date(2017, 1, 1))
    assert period.contains(date(2017, 12, 31))
    assert not period.contains(date(2018, 1, 1))
    assert not period.contains(date(2016, 12, 31))
    assert not period.contains(None)


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
    ("question", "text", "year", "expected"),
    [
        ("Who led the club?", "Anna led it in 1999.", 2020, True),
        ("Who led the club in 2001?", "Anna led it in 2001.", None, True),
        ("Who led the club in 2001?", "Anna led it.", 2001, True),
        ("Who led the club in 2001?", "Anna leads it.", 2020, False),
        ("Who led the club in 2001?", "Anna leads it.", None, False),
        ("Who led the club in 2001?", "Anna led it from 1999 to 2004.", None, True),
        ("Who led the club in 2001?", "Anna was born in 1970.", 2020, False),
        ("Who led the club from 2001 to 2005?", "Anna led it in 2003.", None, True),
        ("Who led the club from 2001 to 2005?", "Anna led it since 2003; it has 12000 members.", None, True),
        ("Who led the club from 2001 to 2005?", "Anna led it from 1990 to 1996.", None, False),
        ("What did they say in 2017 and in 2023?", "They met.", 2023, True),
        ("Why did 300 people leave?", "They left.", None, True),
        ("Who has led the club since 2001?", "Anna leads it.", 2020, True),
        ("Who has led the club since the summer of 2001?", "Anna leads it.", 1999, False),
        ("Who led the club from 2001 onwards?", "Anna leads it.", 2020, True),
        ("What happened on the way to 2001?", "They met.", 1990, False),
        ("Who had led the club before 2001?", "Anna led it.", 1990, True),
        ("What must be done by 2030?", "Emissions must fall.", 2023, True),
        ("What must be done by 2030?", "Emissions must fall.", 2035, False),
    ],
)
def test_a_question_that_names_years_is_answered_from_that_time(
    question: str, text: str, year: int | None, expected: bool
) -> None:
    assert may_be_of_its_time(question, text, date(year, 5, 1) if year else None) is expected


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It opened in 2017 and on 4 July 2018.", "It opened   and on  ."),
        ("On July 4 it cost 300.", "On   it cost 300."),
        ("In May 2016 the 12 left.", "In   the 12 left."),
        ("Some 2000 came; in 2000 cases it failed.", "Some 2000 came; in 2000 cases it failed."),
        ("May 1,200 people go?", "May 1,200 people go?"),
    ],
)
def test_dates_are_taken_out_and_numbers_left(text: str, left: str) -> None:
    assert without_dates(text).split() == left.split()


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
    assert asks_newest(question)
    assert asks_now(question)


@pytest.mark.parametrize("question", ["Who is mayor now?", "Does Xi still oppose it?", "What is the current state?"])
def test_what_asks_for_the_present_but_not_only_for_the_newest(question: str) -> None:
    assert asks_now(question)
    assert not asks_newest(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "What was the last meeting in 2017 about?",
        "How did the last meeting in 2017 differ from the last meeting in 2023?",
        "Who is president now, in 2023?",
        "By when at the latest must it be built?",
        "When did the strike last week begin?",
        "How long did the talks go on?",
        "What is known of the visit?",
        "Which currents run there?",
    ],
)
def test_what_asks_for_neither(question: str) -> None:
    assert not asks_now(question)
    assert not asks_newest(question)
