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
        # Marks in other shapes.
        ("The ferry sank【2†source】. The crew swam 【3】.", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("The ferry sank［2］。", [("The ferry sank。", (2,))]),
        ("The ferry sank[^2].\n\n[^2]: Lund Post, 4 May 2021", [("The ferry sank.", (2,))]),
        (
            "The ferry sank<sup>2</sup>. The crew swam<sup>[3]</sup>.",
            [("The ferry sank.", (2,)), ("The crew swam.", (3,))],
        ),
        (
            "The ferry sank [[2]](#p2). The crew swam [3](https://a.example).",
            [("The ferry sank.", (2,)), ("The crew swam.", (3,))],
        ),
        (
            "The ferry sank (paragraph 2). The crew swam (see paragraphs 3 and 5).",
            [("The ferry sank.", (2,)), ("The crew swam.", (3, 5))],
        ),
        ("The ferry sank [Source: 2, paragraph 4].", [("The ferry sank.", (2, 4))]),
        ("The ferry sank [cite: 2] [¶3].", [("The ferry sank.", (2, 3))]),
        ("The ferry sank [2], [3] and [5].", [("The ferry sank.", (2, 3, 5))]),
        ("They won the final (3-1). [2]", [("They won the final (3-1).", (2,))]),
        ("The bill passed (51–49). It was signed [3].", [("The bill passed (51–49).", (3,)), ("It was signed.", (3,))]),
        ("The ferry sank (2). The crew swam (3, 5).", [("The ferry sank.", (2,)), ("The crew swam.", (3, 5))]),
        (
            "The ferry sank [2]. Its captain was Berg (64).",
            [("The ferry sank.", (2,)), ("Its captain was Berg (64).", ())],
        ),
        ("It cost [about] 5 crowns [2].", [("It cost [about] 5 crowns.", (2,))]),
        # What models wrap an answer in.
        ("<answer>\nThe ferry sank [2].\n</answer>", [("The ferry sank.", (2,))]),
        ("```text\nThe ferry sank [2].\n```", [("The ferry sank.", (2,))]),
        ("The ferry sank [2].<|im_end|>", [("The ferry sank.", (2,))]),
        ("> _The ferry_ sank [2].\n\n---\n\nThe crew swam [3].", [("The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ('```json\n{"answer": "The ferry sank.", "citations": [2, 5]}\n```', [("The ferry sank.", (2, 5))]),
        (
            '[{"text": "The ferry sank.", "cites": ["[2]"]}, {"text": "The crew swam [3]."}]',
            [("The ferry sank.", (2,)), ("The crew swam.", (3,))],
        ),
        ("{The ferry} sank [2].", [("{The ferry} sank.", (2,))]),
        # A word that claims nothing stands with what it is about.
        ("Yes. The ferry sank [2].", [("Yes. The ferry sank.", (2,))]),
        ("Yes.\nThe ferry sank [2].\nThe crew swam [3].", [("Yes. The ferry sank.", (2,)), ("The crew swam.", (3,))]),
        ("Lund.", [("Lund.", ())]),
        ("Lund [2].", [("Lund.", (2,))]),
        # Headings: of a sentence they are none of its business, a fragment is nothing without.
        ("# Ferries\n## In 2021\nThe ferry sank [2].", [("The ferry sank.", (2,))]),
        ("### 1. Lost\n- the ferry [2]\n- the tug [3]", [("Lost: the ferry", (2,)), ("Lost: the tug", (3,))]),
        ("**Lost**\n\n- the ferry [2]", [("Lost: the ferry", (2,))]),
        ("**The ferry sank.** [2]", [("The ferry sank.", (2,))]),
        ("**The ferry**", [("The ferry", ())]),
        ("2021. The ferry sank [2].", [("2021.", (2,)), ("The ferry sank.", (2,))]),
        # Lists in lists, whether indented by two or by four, under a line or an item.
        (
            "Lost:\n\n- **Ships:**\n  - the ferry [2]\n  - the tug [3]",
            [("Lost: Ships: the ferry", (2,)), ("Lost: Ships: the tug", (3,))],
        ),
        (
            "1. Ships\n  * the ferry [2]\n2. Crew\n  * two men [3]",
            [("Ships: the ferry", (2,)), ("Crew: two men", (3,))],
        ),
        ("They lost [2]:\n• the ferry\n• the tug [3]", [("They lost: the ferry", (2,)), ("They lost: the tug", (3,))]),
        # Tables: a cell under its row and its column; marks in a column of their own are the row's.
        (
            "| Ship | Fate | Source |\n|:--|--|--|\n| ferry | sank | [2] |\n| tug | saved | [3] |",
            [("ferry: sank", (2,)), ("tug: saved", (3,))],
        ),
        (
            "Compare:\n| | 2020 | 2021 |\n|--|--|--|\n| ferry | afloat [1] | sunk [2] |",
            [("Compare: ferry, 2020: afloat", (1,)), ("Compare: ferry, 2021: sunk", (2,))],
        ),
        ("", []),
        ("\n \n", []),
        ("| ferry | tug |", [("| ferry | tug |", ())]),
    ],
)
def test_sentences_and_their_numbers(text: str, sentences: list[tuple[str, tuple[int, ...]]]) -> None:
    assert read(text) == sentences


def test_items_stand_under_the_line_before_them() -> None:
    draft = parse_draft("They discussed:\n- the harbour [1]\n- the ferry [2]\nThey agreed [3].")
    assert [(one.leads, one.text) for one in draft.sentences] == [
        (("They discussed:",), "the harbour"),
        (("They discussed:",), "the ferry"),
        ((), "They agreed."),
    ]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("NOT STATED", ("",)),
        ("Not stated.", ("",)),
        ("NOT STATED: the price of the ferry", ("the price of the ferry",)),
        ("**NOT STATED:** who paid [2]", ("who paid",)),
        ("The ferry sank [1].\nNOT STATED: why it sank", ("why it sank",)),
        ("> *Not stated* in the articles.", ("",)),
        ("NOT_STATED – who paid", ("who paid",)),
        ("- NOT STATED: who paid", ("who paid",)),
        ("It was not stated by the mayor [1].", ()),
    ],
)
def test_what_is_not_stated(text: str, missing: tuple[str, ...]) -> None:
    assert parse_draft(text).missing == missing


@given(st.text(alphabet='ab [1]2,–-*#:.|>`(){"\n', max_size=60))
def test_no_text_stops_it_and_no_mark_is_left(text: str) -> None:
    for sentence in parse_draft(text).sentences:
        assert sentence.text.strip()
        assert all(number >= 0 for number in sentence.numbers)


@given(st.lists(st.text(alphabet='ab [1]2,–-*#:.|>`(){"', max_size=30), max_size=5))
def test_what_is_complete_of_a_draft_is_how_the_whole_begins(lines: list[str]) -> None:
    whole = parse_draft("\n".join(lines)).sentences
    for number in range(len(lines)):
        begun = parse_draft("".join(f"{line}\n" for line in lines[:number]), more=True).sentences
        assert whole[: len(begun)] == begun
