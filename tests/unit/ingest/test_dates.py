"""Days of other calendars and shapes, in names and addresses, and whose order the other rows tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.dates import day_in_address, day_in_name, numeric_day, parse_published
from assistant.ingest.discover import list_files
from assistant.ingest.rows_day_order import with_sure_days
from assistant.schema.articles import Article

DAY = date(2021, 6, 9)


@pytest.mark.parametrize(
    "value",
    [
        "09.06.21", "9-Jun-21", "9 Jun '21", "44356", 44356, 44356.5, "9 มิถุนายน 2564", "9 มิ.ย. 2564", "2564-06-09",
        "۱۹ خرداد ۱۴۰۰", "چهارشنبه ۱۹ خرداد ۱۴۰۰", "۱۴۰۰/۰۳/۱۹", "28 شوال 1442 هـ", "١٤٤٢/١٠/٢٨", "民國110年6月9日",
        "9 tháng Sáu, 2021", "Thứ Tư, ngày 9 tháng 6 năm 2021 08:10 GMT+7", "Thứ Tư, 09/06/2021",
        "9 มิ.ย. 64", "9 جون، 2021", "09\u200f/06\u200f/2021 Wed",
        "Wednesday, 09/06/2021", "mercredi 06/09/2021", "2021 m. birželio 9 d.", "2021. gada 9. jūnijs",
        "9 జూన్ 2021",
        "9 HAZİRAN 2021", "9 Ιουνίου 2021", "9. lipnja 2021.", "9 czerwca 2021",
        "2021. június 9., szerda 10:30 CET",
        "2021. 6. 9.", "9th of June 2021", "9-Jun-2021", "९ जून २०२१",
    ],
)  # fmt: skip
def test_other_shapes_and_calendars(value: object) -> None:
    assert parse_published(value) == DAY


@pytest.mark.parametrize("value", ["06/09/21", "25-03-24", "12345", "99999", "२०७८-०२-२६", "2564", "11-12-13-14"])
def test_what_may_be_several_days_or_is_none(value: object) -> None:
    assert parse_published(value) is None


def test_a_month_that_languages_name_alike_is_told_by_the_full_stop() -> None:
    assert parse_published("17. listopada 2021.") == date(2021, 10, 17)
    assert parse_published("17 listopada 2021") == date(2021, 11, 17)


def test_a_weekday_that_fits_neither_or_both_tells_nothing() -> None:
    assert parse_published("Friday, 06/09/2021") is None


def test_a_day_far_ahead_is_none() -> None:
    assert parse_published((date.today() + timedelta(days=500)).isoformat()) is None
    assert parse_published((date.today() + timedelta(days=20)).isoformat()) is not None


@pytest.mark.parametrize(
    "name",
    [
        "20210609-tides.txt", "tides_2021_06_09.md", "09.06.2021 tides.txt", "9-June-2021.txt", "june 9, 2021.txt",
        "2021/06/09/tides.txt", "in/2021-06-09/tides.txt", "20210609T0705.txt",
    ],
)  # fmt: skip
def test_days_in_names_of_files_and_folders(name: str) -> None:
    assert day_in_name(name) == DAY


@pytest.mark.parametrize(
    "name",
    ["06-09-2021.txt", "tides 1.6.2021.5.txt", "1202106091.txt", "Tides (9.6.2021 07_05_33).html", "2021/06/tides.txt",
     "backup-2021-06-09/in/tides.txt", "a-2078-06-09.txt"],
)  # fmt: skip
def test_names_without_a_sure_day_of_publication(name: str) -> None:
    assert day_in_name(name) is None


def test_days_in_addresses() -> None:
    assert day_in_address("https://e.org/2021/06/09/tides?d=2020-01-01") == DAY
    assert day_in_address("https://e.org/world/2021/jun/09/tides") == DAY
    assert day_in_address("https://2021-06-09.org/tides") is None
    assert day_in_address(None) is None


def story(written: str) -> Story:
    return Story(("It rose.",), Fields(published=parse_published(written), written_day=written), written)


def days(*written: str) -> list[date | None]:
    found = with_sure_days(map(story, written))
    return [item.fields.published for item in found if isinstance(item, Story)]


def test_other_rows_tell_whether_the_day_stands_first() -> None:
    assert days("06/09/2021", "25/09/2021") == [date(2021, 9, 6), date(2021, 9, 25)]
    assert days("09/25/2021", "06/09/2021") == [date(2021, 9, 25), DAY]


def test_rows_that_tell_nothing_or_contradict_each_other_leave_it_open() -> None:
    assert days("06/09/2021", "07/09/2021") == [None, None]
    assert days("25/09/2021", "09/25/2021", "06/09/2021") == [date(2021, 9, 25), date(2021, 9, 25), None]
    assert days("06/09/2021", "09/25/2021", "07/09/2021", "25/09/2021")[::2] == [None, None]


def test_only_so_many_rows_wait_and_those_before_tell_the_order() -> None:
    dated = days("25/09/2021", *["06/09/2021"] * 1_001, "09/25/2021", "06/09/2021")
    assert (dated[1], dated[-1]) == (date(2021, 9, 6), None)


def test_rows_keep_their_order_and_problems_stay() -> None:
    items = [story("06/09/2021"), Problem("x"), story("25/09/2021")]
    assert [getattr(item, "key", "x") for item in with_sure_days(items)] == ["06/09/2021", "x", "25/09/2021"]


@pytest.mark.parametrize("value", ["2021-06-09", "09.06.2021", "9 June 2021", "45/45/2021", 5, None])
def test_days_whose_order_is_plain_are_not_asked_about(value: object) -> None:
    assert numeric_day(value) is None


def test_a_table_is_dated_by_its_other_rows(write_articles: Callable[..., Path]) -> None:
    table = "date,title,text\n06/09/2021,A,It rose.\n25/09/2021,B,It fell.\n"
    (file,) = list_files(write_articles({"a.csv": table}))
    found = [article.published for article in file.articles() if isinstance(article, Article)]
    assert found == [date(2021, 9, 6), date(2021, 9, 25)]
