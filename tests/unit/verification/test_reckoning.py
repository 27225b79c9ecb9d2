"""Figures that follow from what is stated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from answer_samples import passage

from assistant.verification.reckoning import follow


@pytest.mark.parametrize(
    ("value", "follows"),
    [("19", True), ("5", True), ("84", False), ("12", False), ("1.7", False)],
)
def test_sums_and_differences_of_two_figures(value: str, follows: bool) -> None:
    texts = passage("The north has 12 boats.", 1, published=None), passage("The south has 7.", 2, published=None)
    assert follow([Decimal(value)], texts) is follows


@pytest.mark.parametrize(
    ("value", "follows"), [("6", True), ("5", True), ("2087", True), ("68", True), ("8", False), ("7", False)]
)
def test_the_time_between_two_reports(value: str, follows: bool) -> None:
    first = passage("They met.", 1, "old", date(2017, 7, 4))
    second = passage("They met again.", 1, "new", date(2023, 3, 22))
    assert follow([Decimal(value)], [first, second]) is follows


def test_months_follow_beside_the_years_that_are_told() -> None:
    first = passage("They met.", 1, "old", date(2017, 7, 4))
    second = passage("They met again.", 1, "new", date(2023, 3, 22))
    assert follow([Decimal(8)], [first, second], beside=[Decimal(5), Decimal(8)])
    assert not follow([Decimal(8)], [first, second], beside=[Decimal(4), Decimal(8)])


def test_from_a_row_of_dates_nothing_follows() -> None:
    written = ["1 May 2011", "9 July 2013", "3 March 2016", "20 June 2018", "2 April 2022"]
    assert follow([Decimal(26)], [passage(" and ".join(written[:2]), published=None)])
    assert not follow([Decimal(26)], [passage(" and ".join(written), published=None)])


def test_an_amount_of_several_readings_is_one_figure() -> None:
    text = passage("Der Bau kostete 2 Mio., der Umbau 7 Mio. und der Abriss 40 Mio. Euro.", published=None)
    assert follow([Decimal(9_000_000)], [text])
    assert not follow([Decimal(9)], [text])


def test_the_days_between_two_dates_in_the_text() -> None:
    text = passage("It opened on 28 February 2024 and closed on 2 March 2024.", published=None)
    assert follow([Decimal(3)], [text])
    assert not follow([Decimal(4)], [text])


def test_from_a_table_of_figures_nothing_follows() -> None:
    few = passage(", ".join(str(number) for number in range(100, 116)), published=None)
    many = passage(", ".join(str(number) for number in range(100, 117)), published=None)
    assert follow([Decimal(5)], [few])
    assert not follow([Decimal(5)], [many])


@pytest.mark.parametrize(("value", "follows"), [(84, True), (552, True), (94, False), (366, False), (271, False)])
def test_what_a_whole_leaves_after_two_parts_and_the_sum_of_three(value: int, follows: bool) -> None:
    text = passage("Of 318 homes 140 are under roof and 94 are finished.", published=None)
    assert follow([Decimal(value)], [text]) is follows


def test_of_many_figures_three_are_not_joined() -> None:
    listed = [1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000]
    few = passage(" ".join(map(str, listed)), published=None)
    many = passage(" ".join(map(str, [*listed, 256000])), published=None)
    assert follow([Decimal(11000)], [few])
    assert not follow([Decimal(11000)], [many])
    assert follow([Decimal(3000)], [many])


def test_one_of_the_readings_of_a_figure_is_enough() -> None:
    text = passage("It owes £73m, of which £44m is due to a bank.", published=None)
    assert follow([Decimal(29_000_000)], [text])
    assert follow([Decimal(29)], [text])
    assert not follow([Decimal(29_000)], [text])
