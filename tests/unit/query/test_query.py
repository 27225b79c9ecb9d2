"""What a question asks of which time, and what may answer it."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.query.query import Query
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("Who met whom?", False),
        ("What do they oppose now?", True),
        ("What is the latest on the talks?", True),
        ("What was the latest agreement of 2017?", False),
        ("How did the last meeting in 2017 differ from the last meeting in 2023?", False),
        ("Who is president now, in 2023?", False),
    ],
)
def test_whether_the_newest_report_is_asked_for(text: str, newest: bool) -> None:
    assert Query.of(text).newest is newest


def test_the_times_it_names_are_known_from_then_on() -> None:
    periods = Query.of("What was agreed on 4 July 2017 and in 2023?").periods
    assert [(period.since, period.until) for period in periods] == [
        (date(2017, 7, 4), date(2017, 7, 4)),
        (date(2023, 1, 1), date(2023, 12, 31)),
    ]


def test_a_day_that_it_is_asked_as_of_bounds_what_is_read_and_names_no_time() -> None:
    day, later = date(2017, 7, 5), date(2018, 1, 1)
    query = Query.of("As of 5 July 2017, what had been agreed in 2016?", ArticleFilter(as_of=later))
    assert query.articles.as_of == day
    assert [period.words for period in query.periods] == ["2016"]
    earlier = ArticleFilter(since=date(2016, 1, 1), as_of=date(2017, 1, 1))
    assert Query.of("What was agreed as of 5 July 2017?", earlier).articles == earlier
    assert Query.of("What was agreed as of 2017?").articles == EVERY_ARTICLE


def test_the_limits_are_the_questions_and_the_text_is_the_one_understood() -> None:
    since, until = date(2017, 1, 1), date(2018, 1, 1)
    chosen = ArticleFilter(since=since, until=until, ids=("a",))
    query = Query.of("What did Xi sign?", chosen)
    assert (query.text, query.articles) == ("What did Xi sign?", chosen)


def test_without_a_question_nothing_is_limited() -> None:
    query = Query.of("Who met?")
    assert (query.articles, query.periods) == (EVERY_ARTICLE, ())
