from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.dates import in_words, named_periods


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
        ("on 4–6 July 2017", "2017-07-04", "2017-07-06"),
        ("on July 4th-6th, 2017", "2017-07-04", "2017-07-06"),
        ("习近平2017年访问莫斯科", "2017-01-01", "2017-12-31"),
        ("2017년에", "2017-01-01", "2017-12-31"),
        ("2017г.", "2017-01-01", "2017-12-31"),
        ("2017年7月4日", "2017-07-04", "2017-07-04"),
        ("2017년 7월에", "2017-07-01", "2017-07-31"),
        ("在2017-07-04日", "2017-07-04", "2017-07-04"),
        ("in Auguſt 2017", "2017-08-01", "2017-08-31"),
        ("in APRİL 2017", "2017-04-01", "2017-04-30"),
        ("in aprıl 2017", "2017-04-01", "2017-04-30"),
        ("in early 2017", "2017-01-01", "2017-12-31"),
    ],
)
def test_a_point_in_time(text: str, since: str, until: str) -> None:
    assert periods(text) == [(since, until)]


@pytest.mark.parametrize(
    "text",
    [
        "since 2013",
        "since early 2017",
        "since mid-2017",
        "since the start of 2017",
        "until the end of March 2017",
        "自2017年",
        "2017年以来",
        "2017年7月から",
        "2017년부터",
        "2017年13月",
        "1990年代",
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
        "on 0–2 July 2017",
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
