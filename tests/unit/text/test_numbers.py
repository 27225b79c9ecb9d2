"""Numbers in words and digits are read as one value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.text.numbers import read_number


@pytest.mark.parametrize(
    ("text", "value", "used"),
    [
        ("two cars", "2", 1),
        ("twenty one cars", "21", 2),
        ("1,234.5 tonnes", "1234.5", 1),
        ("2.5 million euros", "2500000", 2),
        ("98 bn cubic metres", "98000000000", 2),
        ("one hundred and five", "105", 4),
        ("two hundred thousand", "200000", 3),
        ("one million two hundred thousand and five people", "1200005", 7),
        ("two and three", "2", 1),
        ("two three", "2", 1),
        ("5 million and two cars", "5000000", 2),
        ("5 million two", "5000000", 2),
        ("5 lakh crore", "5000000000000", 3),
        ("a million", "1000000", 2),
        ("half a million", "500000", 3),
        ("two and a half million", "2500000", 5),
        ("two and a half hours", "2.5", 4),
        ("hundred of them", "100", 1),
        ("zero", "0", 1),
    ],
)
def test_a_number_is_read_as_far_as_it_goes(text: str, value: str, used: int) -> None:
    number = read_number(text.split())
    assert number is not None
    assert (number.value, number.words, number.ordinal) == (Decimal(value), used, False)


@pytest.mark.parametrize(
    ("text", "key"),
    [("first", "1st"), ("twelfth", "12th"), ("twenty first", "21st"), ("22nd", "22nd"), ("1,013th", "1013th")],
)
def test_an_ordinal_is_one(text: str, key: str) -> None:
    number = read_number(text.split())
    assert number is not None
    assert (number.ordinal, number.key) == (True, key)


@pytest.mark.parametrize("text", ["", "million", "cars", "1,23", "1.2.3", "twentyish", "x2"])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text.split()) is None


def test_the_magnitude_is_kept_in_one_spelling() -> None:
    found = [read_number(text.split()) for text in ("2 bn", "2 billion")]
    assert [number and number.magnitudes for number in found] == [("billion",), ("billion",)]
