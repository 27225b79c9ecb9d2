from __future__ import annotations

import pytest

from assistant.text.clipping import clip, clip_between_words


def test_a_text_is_cut_with_an_ellipsis() -> None:
    assert (clip("abc", 3), clip("abcd", 3), clip("a cd", 3)) == ("abc", "ab…", "a…")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("one two", "one two"),
        ("one two three", "one two…"),
        ("one two, three", "one two…"),
        ("one twofold", "one twof…"),
        ("一二三四五六七八九", "一二三四五六七八…"),
        ("一二三四五六七，九", "一二三四五六七…"),
        ("", ""),
    ],
)
def test_a_title_is_cut_between_words(text: str, cut: str) -> None:
    """A word that ends where the place does is kept; where the last space is far before, a word is cut."""
    assert clip_between_words(text, 8) == cut
    assert clip_between_words("one two three", 7) == "one two…"
