from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stores import analyzer
from assistant.text.tokens import content_stems, content_words, fold, stem, stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two", "2"),
        ("Twelve", "12"),
        ("ninety", "90"),
        ("1,000", "1000"),
        ("China’s", "China"),
        ("China's", "china"),
        ("leaders’", "leader"),
        ("agreed", "agrees"),
        ("agreement", "agreements"),
        ("signed", "signing"),
        ("Strengthening", "strengthen"),
        ("café", "CAFE"),
        ("Erdoğan", "Erdogan"),
        ("STRASSE", "Straße"),
    ],
)
def test_words_that_compare_as_the_same(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2013", "2017"),
        ("two", "twelve"),
        ("3.5", "35"),
        ("China", "Chile"),
        ("first", "second"),
        ("one", "first"),
        ("filled", "filed"),
        ("hour", "or"),
    ],
)
def test_words_that_do_not(one: str, other: str) -> None:
    assert stems(one).isdisjoint(stems(other))


def test_words_know_where_they_stand() -> None:
    text = "“Putin’s visit”, 22 March 2023: 1,000.5 tonnes."
    found = words(text)
    assert [word.written for word in found] == ["Putin’s", "visit", "22", "March", "2023", "1,000.5", "tonnes"]
    assert all(text[word.start : word.end] == word.written for word in found)
    assert [word.is_capitalised for word in found][:4] == [True, False, False, True]


def test_content_words_leave_out_function_words_and_nothing_else() -> None:
    text = "What did the two leaders not say about it, according to the article?"
    assert [word.written for word in content_words(text)] == [
        "two", "leaders", "not", "say", "according", "article",
    ]  # fmt: skip
    assert content_stems(text) == {"2", "leader", "not", "say", "accord", "articl"}


@given(st.text())
def test_every_word_has_a_stem_and_its_own_span(text: str) -> None:
    end = 0
    for word in words(text):
        assert word.stem
        assert text[word.start : word.end] == word.written
        assert word.start >= end
        end = word.end


@pytest.mark.parametrize("word", ["ﾞ", "ﾟﾞ", "ͺ"])
def test_letters_that_fold_to_nothing_are_kept(word: str) -> None:
    assert fold(word)
    assert stem(word)


@pytest.mark.parametrize(
    ("of", "endings", "letters"),
    [
        (stem.__wrapped__, ("ations", "fulness", "ingly", "ising"), ascii_lowercase),
        (partial(analyzer._stem.__wrapped__, "russian"), ("ениями", "остью", "ающий", "ывали"), "бвгджзклмнпрст"),
    ],
)
def test_stems_are_right_in_several_threads_at_once(
    of: Callable[[str], str], endings: tuple[str, ...], letters: str
) -> None:
    vocabulary = [letter + ending for letter in letters for ending in endings]
    once = [of(word) for word in vocabulary]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for found in threads.map(lambda _: [of(word) for word in vocabulary], range(16)):
                assert found == once
    finally:
        sys.setswitchinterval(interval)
