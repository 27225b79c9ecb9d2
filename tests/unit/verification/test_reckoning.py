"""Figures that follow from what is stated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from answer_samples import passage

from assistant.verification.reckoning import follows


@pytest.mark.parametrize(
    ("value", "follow"),
    [("19", True), ("5", True), ("84", False), ("12", False), ("1.7", False)],
)
def test_sums_and_differences_of_two_figures(value: str, follow: bool) -> None:
    texts = passage("The north has 12 boats.", 1, published=None), passage("The south has 7.", 2, published=None)
    assert follows(Decimal(value), texts) is follow


@pytest.mark.parametrize(("value", "follow"), [("6", True), ("5", True), ("2087", True), ("68", True), ("7", False)])
def test_the_time_between_two_reports(value: str, follow: bool) -> None:
    first = passage("They met.", 1, "old", date(2017, 7, 4))
    second = passage("They met again.", 1, "new", date(2023, 3, 22))
    assert follows(Decimal(value), [first, second]) is follow


def test_the_days_between_two_dates_in_the_text() -> None:
    text = passage("It opened on 28 February 2024 and closed on 2 March 2024.", published=None)
    assert follows(Decimal(3), [text])
    assert not follows(Decimal(4), [text])


def test_from_a_table_of_figures_nothing_follows() -> None:
    few = passage(", ".join(str(number) for number in range(100, 116)), published=None)
    many = passage(", ".join(str(number) for number in range(100, 117)), published=None)
    assert follows(Decimal(5), [few])
    assert not follows(Decimal(5), [many])
