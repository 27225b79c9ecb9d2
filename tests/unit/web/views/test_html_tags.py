"""What is taken out of a text before anybody sees it, and how elements are made."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from assistant.text.unicode import neutralise
from assistant.web.views.html import Exact, tag


def test_no_character_of_unicode_steers_or_hides() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = neutralise(everything)
    categories = {unicodedata.category(character) for character in left}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(ord(character) & 0xFFFE == 0xFFFE for character in left)
    letters = [character for character in everything if unicodedata.category(character)[0] in "LMNPS"]
    lost = set(letters) - set(left)
    blanks = set("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
    selectors = {*map(chr, range(0xFE00, 0xFE0F)), *map(chr, range(0xE0100, 0xE01F0)), *"\u180b\u180c\u180d\u180f"}
    assert lost == blanks | selectors | {"\u034f", "\ufffc"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🚀 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥", "👩\u200d🚀 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥"),
        ("Pu\u200dtin Pu\u200ctin \u200d🚀 🚀\u200d", "Putin Putin 🚀 🚀"),
        ("مرحبا \u202eabc", "مرحبا abc"),
        ("a\r\nb\tc\u2028d", "a  b c d"),
        ("\ud83d", "\ufffd"),
        ("\x1b[31m", "[31m"),
    ],
)
def test_joiners_stay_where_a_script_needs_them(text: str, shown: str) -> None:
    assert neutralise(text) == shown


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = neutralise(text)
    assert neutralise(once).translate({0x200C: None, 0x200D: None}) == once.translate({0x200C: None, 0x200D: None})


def test_an_element_escapes_what_is_not_markup() -> None:
    made = tag("p", "<b>", Markup("<i>x</i>"), None, ["&", [1 * "y"]], class_="a", data_x='"', hidden=True, title=None)
    assert made == '<p class="a" data-x="&#34;" hidden>&lt;b&gt;<i>x</i>&amp;y</p>'
    assert tag("input", type="text") == '<input type="text">'
    assert tag("p", title="a\u202eb", id=Exact("a\u202eb\n")) == '<p title="ab" id="a&#8238;b&#10;"></p>'
