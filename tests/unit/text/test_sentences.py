from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.sentences import script_language, split_sentences


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
        ("They met at 5 p.m. Monday in Beijing.", ["They met at 5 p.m. Monday in Beijing."]),
        ("They met at 5 p.m. Xi left.", ["They met at 5 p.m.", "Xi left."]),
        ("Am 4. Juli trafen sie sich. Xi ging.", ["Am 4. Juli trafen sie sich.", "Xi ging."]),
        ("Am 4. April 2017 kamen sie.", ["Am 4. April 2017 kamen sie."]),
        ("It killed 12. May said so.", ["It killed 12.", "May said so."]),
        ("It was 2017. Juli left.", ["It was 2017.", "Juli left."]),
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


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        (
            "习近平访问莫斯科。普京说：“我们同意。”他离开了！",
            "zh",
            ["习近平访问莫斯科。", "普京说：“我们同意。”", "他离开了！"],
        ),
        (
            "彼は言った。「行きます。」と答えた。次の日。",
            "ja",
            ["彼は言った。", "「行きます。」と答えた。", "次の日。"],
        ),
        (
            "Си уехал. В 2023 г. они подписали. А. С. Пушкин жил.",
            "ru",
            ["Си уехал.", "В 2023 г. они подписали.", "А. С. Пушкин жил."],
        ),
        ("قال الرئيس إنه موافق. هل وافق؟ نعم، قال.", "ar", ["قال الرئيس إنه موافق.", "هل وافق؟", "نعم، قال."]),
        ("वह मास्को गया। क्या यह सच है? हाँ।", "hi", ["वह मास्को गया।", "क्या यह सच है?", "हाँ।"]),
        ("푸틴은 떠났다. 시진핑도 갔다.", "ko", ["푸틴은 떠났다.", "시진핑도 갔다."]),
        ("El Sr. Pérez llegó. ¿Qué dijo?", None, ["El Sr. Pérez llegó.", "¿Qué dijo?"]),
    ],
)
def test_other_languages_are_told_by_their_script(text: str, language: str | None, sentences: list[str]) -> None:
    assert script_language(text) == language
    assert pieces(text) == sentences
    assert [text[start:end] for start, end in split_sentences(text, language)] == sentences


@pytest.mark.parametrize("sentence", ["They met. ", "习近平访问莫斯科。", "Он уехал. "])
def test_long_texts_are_split_as_short_ones_are(sentence: str) -> None:
    # It takes a fraction of a second, or, where time grows with the square of the length, minutes.
    text = sentence * 20_000
    assert pieces(text) == [sentence.strip()] * 20_000
