"""Marks before the full stop, the byline before the sentence, quotation marks as they were."""

from __future__ import annotations

import re

import pytest

from assistant.answering.render import as_quotation, repeats, with_marks, written
from assistant.schema.answers import Omission, Sentence


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("They met.", (1,), "They met [1]."),
        ("They met", (1, 2), "They met [1][2]."),
        ("Did they?", (3,), "Did they [3]?"),
        ("“They met.”", (1,), "“They met.” [1]"),
        ("They met [2].", (1,), "They met [1]."),
        ("They met [2] in Oslo[17].", (1,), "They met in Oslo [1]."),
        ("They met. [1]", (3,), "They met [3]."),
        ("They met at [the] hall [a].", (1,), "They met at [the] hall [a] [1]."),
        ("他们见面了。", (1,), "他们见面了 [1]。"),
        (" They\nmet\n\n[2] here.\t", (1,), "They met here [1]."),
    ],
)
def test_marks_stand_before_the_full_stop(text: str, numbers: tuple[int, ...], expected: str) -> None:
    assert with_marks(Sentence(text, numbers, 1.0)) == expected


@pytest.mark.parametrize("text", ["They met [2].", "[9] They [1][1] met", "They met.\n[2] Coast Daily, 2021-08-14"])
def test_only_our_own_marks_look_like_citations(text: str) -> None:
    assert re.findall(r"\[(\d+)\]", with_marks(Sentence(text, (4, 5), 1.0))) == ["4", "5"]


@pytest.mark.parametrize(("byline", "before"), [("TDI, 22 March 2023", "TDI, 22 March 2023: "), (None, ""), ("", "")])
def test_the_byline_stands_before_the_sentence_and_is_no_part_of_it(byline: str | None, before: str) -> None:
    sentence = Sentence("They met.", (1,), 1.0, byline=byline)
    assert with_marks(sentence) == f"{before}They met [1]."
    assert sentence.text == "They met."


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("They met.", "“They met.”"),
        ("Putin’s guests met.", "“Putin’s guests met.”"),
        ("“We agree,” he said.", "“We agree,” he said."),
        ('"We agree," he said.', '"We agree," he said.'),
        ("Er sagte: „Ja.“", "Er sagte: „Ja.“"),
        ("«Oui», dit-il.", "«Oui», dit-il."),
    ],
)
def test_words_of_the_article_are_in_quotation_marks_which_do_not_nest(text: str, quoted: str) -> None:
    assert as_quotation(text) == quoted


def test_what_was_asked_and_is_not_stated_stands_behind_the_sentences_and_never_alone() -> None:
    left_out = (Omission("Who paid?", "the articles do not say it", missing=True), Omission("They fought.", "no"))
    assert written((Sentence("They met.", (1,), 1.0),), left_out) == (
        "They met [1]. Not found in the articles: Who paid?"
    )
    assert written((), left_out) == ""


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("Berg wanted 4 answers.", (1,), True),
        ("Berg wanted 4 answers.", (2,), False),
        ("Berg said she wanted four answers.", (1,), True),
        ("Berg said she wanted four answers.", (2,), False),
        ("Berg wanted 5 answers.", (1,), False),
        ("Berg wanted answers.", (1,), False),
        ("Berg said Dahl wanted 4 answers.", (1,), False),
    ],
)
def test_what_the_same_source_says_in_nearly_the_same_words_is_a_repetition(
    text: str, numbers: tuple[int, ...], expected: bool
) -> None:
    assert repeats(Sentence(text, numbers, 1.0), [Sentence("Berg wanted 4 answers.", (1,), 1.0)]) is expected
    assert not repeats(Sentence(text, numbers, 1.0), [])
