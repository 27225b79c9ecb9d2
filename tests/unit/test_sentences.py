from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sentences import split_sentences


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("They met. They left.", ["They met.", "They left."]),
        ("  They met.\n\n They left. ", ["They met.", "They left."]),
        ("Größe “ja”. 😀 Emoji here. Third é.", ["Größe “ja”.", "😀 Emoji here.", "Third é."]),
        (
            "Dr. Smith met Mr. Xi on Dec. 6 in the U.S. capital.",
            ["Dr. Smith met Mr. Xi on Dec. 6 in the U.S. capital."],
        ),
        ("Prices rose 3.5 percent. Sales fell.", ["Prices rose 3.5 percent.", "Sales fell."]),
        ("See No. 5 of the list. It is long.", ["See No. 5 of the list.", "It is long."]),
        ("Is it so? Yes! Good.", ["Is it so?", "Yes!", "Good."]),
        ("no full stop", ["no full stop"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert pieces(text) == sentences


@given(st.text())
def test_spans_are_in_order_and_trimmed_and_lose_no_word(text: str) -> None:
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()
