"""What the normaliser folds together, and what it must keep apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.numbers import read_number
from evals.matching.normalise import tokens
from evals.matching.spelling import fold_spelling
from evals.matching.tokens import is_year


def normalise(text: str) -> str:
    return " ".join(token.key for token in tokens(text))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("July 4, 2017", "4 July 2017"),
        ("July 4, 2017", "2017-07-04"),
        ("4th of July 2017", "4 July 2017"),
        ("the fourth of July, 2017", "July 4, 2017"),
        ("Jul. 4", "4 July"),
        ("Dec 6 2021", "6 December 2021"),
        ("two joint statements", "2 joint statements"),
        ("twenty-one", "21"),
        ("second", "2nd"),
        ("twenty-first", "21st"),
        ("1,234", "1234"),
        ("two hundred thousand", "200,000"),
        ("$200bn", "200 billion dollars"),
        ("US$1.5 million", "1,500,000 dollars"),
        ("5%", "five per cent"),
        ("5 percent", "5 per cent"),
        ("defence", "defense"),
        ("organise", "organize"),
        ("good neighbourliness", "good neighborliness"),
        ("co-operation", "cooperation"),
        ("head-of-state", "head of state"),
        ("China\u2019s", "China"),
        ("“neutral”", '"neutral"'),
        ("U.S.", "US"),
        ("U.N.", "UN"),
        ("G-20", "G20"),
        ("Genière", "Geniere"),
        ("\ufb01nal", "final"),
        ("2022\u20132023", "2022-2023"),
        ("the border", "border"),
        ("joint statements", "joint statement"),
        ("didn't", "did not"),
        ("3.50", "3.5"),
    ],
)
def test_equal(first: str, second: str) -> None:
    assert normalise(first) == normalise(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("second", "two"),
        ("4", "4 July"),
        ("US", "us"),
        ("12017", "2017"),
        ("July 4", "July 14"),
        ("-5", "5"),
        ("1990s", "1990"),
        ("Williams", "William"),
        ("1/2", "12"),
        ("million", "billion"),
        ("news", "new"),
    ],
)
def test_not_equal(first: str, second: str) -> None:
    assert normalise(first) != normalise(second)


def test_text_of_articles_alone_is_not_emptied() -> None:
    assert normalise("A") == "a"
    assert normalise("The Who") == "who"


def test_may_and_march_are_words_without_a_capital() -> None:
    assert normalise("they may 5 times march 3 miles") == "they may 5 time march 3 mile"
    assert normalise("5 May") == "day5 may"


@pytest.mark.parametrize(
    ("words", "key", "used"),
    [
        ("one hundred and five", "105", 4),
        ("two and three", "2", 1),
        ("two three", "2", 1),
        ("5 million and two", "5000000", 2),
        ("three million two hundred thousand", "3200000", 5),
        ("twelfth", "12th", 1),
        ("hundred", "100", 1),
    ],
)
def test_numbers_are_read_as_far_as_they_go(words: str, key: str, used: int) -> None:
    number = read_number(words.split())
    assert number is not None
    assert (number.key, number.words) == (key, used)


@pytest.mark.parametrize("words", ["", "million", "cat", "tone", "and"])
def test_words_that_are_no_number(words: str) -> None:
    assert read_number(words.split()) is None


@pytest.mark.parametrize("word", ["four", "hour", "tour", "our", "your", "course", "source", "centred"])
def test_spelling_leaves_other_words_alone(word: str) -> None:
    assert fold_spelling(word) == word


@given(st.integers(min_value=0, max_value=10**12))
def test_thousands_separators_change_nothing(number: int) -> None:
    assert normalise(f"{number:,}") == normalise(str(number)) == str(number)


@given(st.dates())
def test_every_way_to_write_a_day_is_one(day: object) -> None:
    from datetime import date

    assert isinstance(day, date)
    if day.year < 1000:
        return
    month = day.strftime("%B")
    expected = f"day{day.day} {month.lower()} {day.year}"
    forms = [
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day} of {month} {day.year}",
    ]
    assert {normalise(form) for form in forms} == {expected}


@given(st.text(max_size=200))
def test_any_text_can_be_normalised_and_never_gains_articles(text: str) -> None:
    keys = [token.key for token in tokens(text)]
    assert all(keys)
    assert normalise(text.upper().lower()) is not None


@pytest.mark.parametrize(
    ("key", "expected"),
    [("1000", True), ("2017", True), ("2100", True), ("0999", False), ("2101", False), ("12017", False), ("4", False)],
)
def test_four_digits_are_a_year_from_1000_to_2100(key: str, expected: bool) -> None:
    assert is_year(key) == expected
