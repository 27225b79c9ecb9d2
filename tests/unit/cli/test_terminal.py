from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest

from assistant.cli.terminal import (
    Status,
    as_json,
    outlet_and_day,
    print_citations,
    print_refusal,
    print_support,
    printable,
    progress_bars,
)
from assistant.schema.answers import Answer, Citation, Sentence
from assistant.schema.articles import Paragraph, Passage
from assistant.schema.events import Token
from assistant.text.unicode import one_line

CITATION = Citation(
    1, "a", "Two statements", "IANS", "Xinhua", date(2017, 7, 4), 9, "a#p9", "They met. They left.", "They met.", 0, 9
)
HOSTILE = "\x1b[31mred\x1b[0m \x07bell \u202eltr\u202c \u200bzero\x9b2J\r\x00 end"


class Screen(StringIO):
    """A terminal that somebody watches."""

    def isatty(self) -> bool:
        return True


def written(function: Any, *arguments: Any) -> str:
    out = StringIO()
    function(*arguments, out)
    return out.getvalue()


def harmless(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – “text” é 中文 😀", "plain – “text” é 中文 😀"),
        ("two\nlines", "two\nlines"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b2Jclear", "2Jclear"),
        ("back\b\b\rover", "back over"),
        ("a\u202eb\u2066c\u2069\u200f", "abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud800", "half \ufffd"),
        ("", ""),
    ],
)
def test_nothing_that_steers_the_terminal_is_printed(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "a\u202eb\u2066c\u2069\u200f\ufeff",
        "\x00\x07\x08\x1b\x7f\x85\x9b",
        "lines\u2028and\u2029paragraphs\n\r\t",
        "tag \U000e0041 and half \ud800",
        'plain – “text” é 中文 😀 "quoted" \\ back',
        "",
    ],
)
def test_json_steers_no_terminal_and_loses_nothing(text: str) -> None:
    value = {"text": text, text: [text, None, 1.5, True]}
    written = as_json(value)
    assert harmless(written)
    assert json.loads(written) == value


def test_json_is_indented_and_readable() -> None:
    assert as_json({"a": ["é中😀", "\x9b\u202e"]}) == ('{\n  "a": [\n    "é中😀",\n    "\\u009b\\u202e"\n  ]\n}')


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\tb\r\nc  d\x1b[1m ") == "a b c d[1m"


def test_a_citation_is_printed_with_its_place_and_quote() -> None:
    assert written(print_citations, [CITATION]) == (
        "[1] IANS, citing Xinhua, 2017-07-04 · Two statements · paragraph 9\n    “They met.”\n"
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(CITATION, source=None, via=None, published=None)
    assert written(print_citations, [bare]).startswith("[1] unknown outlet · Two statements · paragraph 9\n")


def test_long_quotes_are_wrapped_and_indented() -> None:
    lines = written(print_citations, [replace(CITATION, quote="many words " * 60)]).splitlines()
    assert len(lines) > 3
    assert all(len(line) <= 96 for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


def test_hostile_citations_are_harmless() -> None:
    hostile = replace(CITATION, title=HOSTILE, source=HOSTILE, via=HOSTILE, quote=HOSTILE)
    text = written(print_citations, [hostile])
    assert harmless(text)
    assert "red" in text
    assert "bell" in text


def test_several_citations_keep_their_numbers() -> None:
    text = written(print_citations, [CITATION, replace(CITATION, number=2)])
    assert [line[:3] for line in text.splitlines() if line.startswith("[")] == ["[1]", "[2]"]


def test_a_refusal_says_why_and_puts_the_closest_aside() -> None:
    passage = Passage(Paragraph("a#p9", 9, f"They met. {HOSTILE}"), "a", "T", "IANS", date(2017, 7, 4))
    answer = Answer("q", "q", "No.", True, "The articles do not say.", 0.1, (), (), (passage,), "fake")
    out, aside = StringIO(), StringIO()
    print_refusal(answer, out, aside)
    assert out.getvalue() == "The articles do not say.\n"
    assert "IANS, 2017-07-04, paragraph 9: They met." in " ".join(aside.getvalue().split())
    assert harmless(aside.getvalue())
    aside = StringIO()
    print_refusal(replace(answer, closest=(), refusal_reason=None), out, aside)
    assert out.getvalue().endswith("\nNo.\n")
    assert aside.getvalue() == ""


def test_an_answer_says_how_likely_it_is_and_how_surely_each_sentence_is_stated() -> None:
    sentences = (Sentence("They met.", (1,), 0.981), Sentence("They left.", (1,), 0.7))
    answer = Answer("q", "q", "They met [1].", False, None, 0.914, sentences, (CITATION,), (), "fake")
    assert written(print_support, answer) == "\nLikely right (0.91) · stated by the cited article: 0.98, 0.70\n"
    assert written(print_support, replace(answer, confidence=0.5)).startswith("\nUncertain; read the source (0.50)")


@pytest.mark.parametrize(
    ("source", "via", "day", "expected"),
    [
        ("IANS", "Xinhua", "2017-07-04", "IANS, citing Xinhua, 2017-07-04"),
        ("TDI", None, None, "TDI"),
        (None, None, None, "unknown outlet"),
    ],
)
def test_outlet_and_day(source: str | None, via: str | None, day: str | None, expected: str) -> None:
    assert outlet_and_day(source, via, day) == expected


def test_the_status_line_is_silent_where_nobody_watches() -> None:
    out = StringIO()
    status = Status(out)
    status.say("searching")
    status.token(Token("They"))
    status.clear()
    assert out.getvalue() == ""


def test_the_status_line_shows_the_drafts_end_and_lets_nothing_through() -> None:
    out = Screen()
    status = Status(out)
    status.token(Token("\x1b[2J" + "x" * 300))
    status.token(Token(" met\n."))
    shown = out.getvalue().split("\x1b[2K")[-1]
    assert "met ." in shown
    assert "\x1b[2J" not in out.getvalue()
    status.clear()
    status.token(Token("Anew"))
    assert "writing: Anew\x1b[0m" in out.getvalue()


def test_nothing_wipes_out_an_answer_that_is_printed_on_the_status_line() -> None:
    out = Screen()
    with Status(out) as status:
        status.token(Token("They"))
        status.pause()
        before = out.getvalue()
        # The answer's first sentence stands there; the draft goes on behind it.
        status.token(Token(" left."))
        status.say("checking")
        status.pause()
        status.clear()
        assert out.getvalue() == before
        status.resume()
        status.say("writing")
        assert "writing" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[2K")


def test_an_error_stands_on_a_line_of_its_own() -> None:
    def fail() -> None:
        with Status(out) as status:
            status.pause()
            raise ValueError("x")

    out = Screen()
    with pytest.raises(ValueError, match="x"):
        fail()
    assert out.getvalue() == "\n"


def test_a_bar_appears_with_work_and_goes_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    step = progress_bars("indexing articles")
    step(2, 2)
    assert capsys.readouterr().err == ""
    for done in range(3):
        step(done, 2)
    captured = capsys.readouterr()
    assert "indexing articles" in captured.err
    assert captured.out == ""


def test_on_a_terminal_a_source_is_a_link_that_opens_its_file() -> None:
    out = Screen()
    print_citations([CITATION], out, lambda one: f"file:///articles/{one.article_id}.txt")
    shown = out.getvalue()
    assert "\x1b]8;id=" in shown
    assert ";file:///articles/a.txt\x1b\\[1] IANS" in shown
    opened, closed = shown.count("\x1b]8;id="), shown.count("\x1b]8;;\x1b\\")
    assert opened == closed > 0
    plain = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", shown)
    assert plain == written(print_citations, [CITATION])


@pytest.mark.parametrize("address", ["https://x.test/\x1b]0;owned\x07", "https://x.test/a b", "https://x.test/\n", "é"])
def test_an_address_that_would_steer_the_terminal_is_no_link(address: str) -> None:
    out = Screen()
    print_citations([CITATION], out, lambda _: address)
    assert "\x1b" not in out.getvalue()


def test_in_a_file_there_are_no_links() -> None:
    out = StringIO()
    print_citations([CITATION], out, lambda _: "file:///articles/a.txt")
    assert "\x1b" not in out.getvalue()
