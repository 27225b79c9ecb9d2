"""An answer for copying, and what a Markdown reader makes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hostile_texts import HOSTILE, Page

from assistant.text.markdown import escape_markdown
from assistant.text.unicode import neutralise
from assistant.web.views.plain_text import answer_markdown, answer_text

ANSWER: dict[str, Any] = {
    "refused": False,
    "sentences": [
        {"text": "They signed two statements.", "citations": [1, 2], "support": 1.0},
        {"text": "Was it *late*?", "citations": [2], "support": 1.0},
    ],
    "citations": [
        {"number": 1, "title": "Xi’s visit", "source": "TDI", "via": "Xinhua", "published": "2023-03-22",
         "paragraph": 9, "quote": "signed two\nstatements"},
        {"number": 2, "title": "", "source": None, "via": None, "published": None, "paragraph": 1, "quote": "*late*"},
    ],
}  # fmt: skip


def test_plain_text_has_marks_and_the_citations() -> None:
    assert answer_text(ANSWER).splitlines() == [
        "They signed two statements [1][2]. Was it *late* [2]?",
        "",
        "[1] “signed two statements” – TDI, citing Xinhua, 22 March 2023, paragraph 9: Xi’s visit",
        "[2] “*late*” – unknown outlet, undated, paragraph 1: untitled",
    ]


def test_markdown_has_the_same_with_nothing_interpreted() -> None:
    assert answer_markdown(ANSWER).split("\n") == [
        "They signed two statements [1][2]. Was it \\*late\\* [2]?",
        "",
        "1. **Xi’s visit**, TDI, citing Xinhua, 22 March 2023, paragraph 9",
        "   > signed two statements",
        "",
        "2. **untitled**, unknown outlet, undated, paragraph 1",
        "   > \\*late\\*",
    ]


def test_outlet_and_date_stand_before_a_sentence() -> None:
    sentence = {"text": "They met.", "citations": [1], "support": 1.0, "quoted": False, "byline": "TDI, 22 March 2023"}
    older = {"text": "TDI, 22 March 2023: They met.", "citations": [1], "support": 1.0}
    for told in (sentence, older):
        assert answer_text({"sentences": [told]}) == "TDI, 22 March 2023: They met [1]."
        assert answer_markdown({"sentences": [told]}) == "TDI, 22 March 2023: They met [1]."


def test_a_figure_that_no_source_prints_is_marked() -> None:
    sentence = {"text": "They met three times.", "citations": [1, 2], "support": None, "reckoned": True}
    assert answer_text({"sentences": [sentence]}) == "They met three times (reckoned) [1][2]."


def test_a_refusal_is_its_reason() -> None:
    refusal = {"refused": True, "refusal_reason": "The articles *do not* say.", "sentences": [], "citations": []}
    assert answer_text(refusal) == "The articles *do not* say."
    assert answer_markdown(refusal) == "**No answer.** The articles \\*do not\\* say."
    assert answer_text({}) == "The articles do not say."


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_copies_hold_no_control_character_and_no_line_of_their_own(text: str) -> None:
    answer = {
        "sentences": [{"text": text, "citations": [1]}],
        "citations": [{"number": 1, "title": text, "quote": text}],
    }
    for copied, lines in ((answer_text(answer), 3), (answer_markdown(answer), 4)):
        assert neutralise(copied.replace("\n", "")) == copied.replace("\n", "")
        assert len(copied.split("\n")) == lines


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_markdown_reader_shows_the_text_as_it_stands(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    reader = markdown_it.MarkdownIt("gfm-like" if _has_linkify() else "commonmark")
    shown = reader.render(escape_markdown(text) or "-")
    assert re.fullmatch(r"<p>[^<]*</p>\n|<ul>\n<li></li>\n</ul>\n", shown), shown[:200]
    if escape_markdown(text):
        assert Page(shown.strip()).words == " ".join(neutralise(text).split())


@pytest.mark.parametrize("text", ["- a", "+ a", "= a", "12. a", "3) a", "    a", "===", "---", "1.", "> a", "# a"])
def test_what_opens_a_block_does_not(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    assert re.fullmatch(r"<p>[^<]*</p>\n", markdown_it.MarkdownIt().render(escape_markdown(text)))


def _has_linkify() -> bool:
    try:
        import linkify_it  # noqa: F401
    except ImportError:
        return False
    return True


def test_what_was_asked_and_is_not_stated_stands_behind_the_sentences() -> None:
    left_out = [
        {"text": "Who *paid*?", "reason": "the articles do not say it", "missing": True},
        {"text": "They fought.", "reason": "what it cites does not state it", "missing": False},
    ]
    told = {"sentences": [{"text": "They met.", "citations": [1]}], "left_out": left_out}
    assert answer_text(told) == "They met [1]. Not found in the articles: Who *paid*?"
    assert answer_markdown(told) == r"They met \[1\]. Not found in the articles: Who \*paid\*?".replace(r"\[1\]", "[1]")
    assert answer_text({**told, "sentences": []}) == "The articles do not say."
