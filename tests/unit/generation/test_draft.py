"""What a model writes over numbered paragraphs, and what is read in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.draft import parse_draft


def read(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.claim, sentence.numbers) for sentence in parse_draft(text).sentences]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The ferry sank [2].", [("The ferry sank.", (2,))]),
        ("The ferry sank. [2]", [("The ferry sank.", (2,))]),
        ("The ferry sank [2][5].", [("The ferry sank.", (2, 5))]),
        ("The ferry sank [2, 5; 7].", [("The ferry sank.", (2, 5, 7))]),
        ("The ferry sank [2–4].", [("The ferry sank.", (2, 3, 4))]),
        ("The ferry [1] and the tug [3] sank.", [("The ferry and the tug sank.", (1, 3))]),
        ("The ferry sank [2]. The crew swam [3].", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("The ferry sank. [2] The crew swam. [3]", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        # What stands before a mark may be of it.
        ("The ferry sank. The crew swam [3].", [("The ferry sank.", (3,)), ("The crew swam.", (3,))]),
        ("[2] The ferry sank.", [("The ferry sank.", (2,))]),
        ("[2] The ferry sank. The crew swam [3].", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("The ferry sank.", [("The ferry sank.", ())]),
        ("The ferry sank [2].\nThe crew swam [3].", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("**The ferry** sank in `Lund` [2].", [("The ferry sank in Lund.", (2,))]),
        ("## The ferry sank [2].", [("The ferry sank.", (2,))]),
        ("**Answer:** The ferry sank [2].", [("The ferry sank.", (2,))]),
        ("Answer:\nThe ferry sank [2].", [("The ferry sank.", (2,))]),
        ("The answer: it sank [2].", [("The answer: it sank.", (2,))]),
        ("It cost 4 * 3 crowns [2].", [("It cost 4 * 3 crowns.", (2,))]),
        ("- The ferry sank [2].\n* The crew swam [3].", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("1. The ferry sank [2].\n2) The crew swam [3].", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("It cost 2.5 million [1].", [("It cost 2.5 million.", (1,))]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_sentences_and_their_numbers(text: str, sentences: list[tuple[str, tuple[int, ...]]]) -> None:
    assert read(text) == sentences


def test_items_stand_under_the_line_before_them() -> None:
    draft = parse_draft("They discussed:\n- the harbour [1]\n- the ferry [2]\nThey agreed [3].")
    assert [(one.lead, one.text) for one in draft.sentences] == [
        ("They discussed:", "the harbour"),
        ("They discussed:", "the ferry"),
        ("", "They agreed."),
    ]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("NOT STATED", ("",)),
        ("Not stated.", ("",)),
        ("NOT STATED: the price of the ferry", ("the price of the ferry",)),
        ("**NOT STATED:** who paid [2]", ("who paid",)),
        ("The ferry sank [1].\nNOT STATED: why it sank", ("why it sank",)),
        ("It was not stated by the mayor [1].", ()),
    ],
)
def test_what_is_not_stated(text: str, missing: tuple[str, ...]) -> None:
    assert parse_draft(text).missing == missing


@given(st.text(alphabet="ab [1]2,–-*#:.\n", max_size=60))
def test_no_text_stops_it_and_no_mark_is_left(text: str) -> None:
    for sentence in parse_draft(text).sentences:
        assert sentence.text.strip()
        assert all(number >= 0 for number in sentence.numbers)


@given(st.lists(st.text(alphabet="ab [1]2,–-*#:.", max_size=30), max_size=5))
def test_what_is_complete_of_a_draft_is_how_the_whole_begins(lines: list[str]) -> None:
    whole = parse_draft("\n".join(lines)).sentences
    for number in range(len(lines)):
        begun = parse_draft("".join(f"{line}\n" for line in lines[:number])).sentences
        assert whole[: len(begun)] == begun
