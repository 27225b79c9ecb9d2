"""Who "they" are, in the quotation itself."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.antecedents import with_antecedent
from assistant.schema import Paragraph, Passage, Quote
from assistant.support import Evidence, quotable

MOVE = "As for the deployment, Xi and Putin said the move concerns the balance in the region."
OPPOSED = "China and Russia, they stressed, are both opposed to it."
TWO = "The two leaders also exchanged views on Syria. They agreed to push for a settlement."


def passage(text: str, number: int = 1, *, speaker: str | None = None, article: str = "a") -> Passage:
    return Passage(
        Paragraph(f"{article}#p{number}", number, text, speaker=speaker), article, "Title", "TDI", date(2023, 3, 22)
    )


def quoting(from_passage: Passage, place: int) -> Evidence:
    start, end = quotable(from_passage)[place]
    return Evidence(from_passage, Quote(from_passage.paragraph.text[start:end], start, end), 1.0)


def quotes(evidence: tuple[Evidence, ...]) -> list[str]:
    return [part.quote.text for part in evidence]


def test_a_sentence_that_begins_with_they_is_given_the_one_before() -> None:
    only = passage(TWO)
    (widened,) = with_antecedent([quoting(only, 1)], [only])
    assert widened.quote.text == TWO
    assert only.paragraph.text[widened.quote.start : widened.quote.end] == TWO


def test_a_first_sentence_that_they_said_is_given_the_end_of_the_paragraph_before() -> None:
    before, after = passage(f"It rained. {MOVE}"), passage(OPPOSED, 2)
    found = with_antecedent([quoting(after, 0)], [before, after])
    assert quotes(found) == [MOVE, OPPOSED]
    assert [part.passage.paragraph.number for part in found] == [1, 2]


@pytest.mark.parametrize(
    "others",
    [[], [passage(MOVE, 1, article="b")], [passage(MOVE, 3)], [passage("Word " * 80 + "end.", 1)]],
    ids=["not retrieved", "another article's", "not the one before", "too long"],
)
def test_and_not_what_is_no_antecedent(others: list[Passage]) -> None:
    after = passage(OPPOSED, 2)
    assert quotes(with_antecedent([quoting(after, 0)], [*others, after])) == [OPPOSED]


@pytest.mark.parametrize(
    "text",
    [
        "It rained. Xi and Putin met.",
        "It rained. It is important that they met.",
        "It rained. Italy won.",
        "It rained. Theirs won, and they said nothing.",
    ],
)
def test_a_sentence_that_stands_alone_is_left_alone(text: str) -> None:
    only = passage(text)
    part = quoting(only, 1)
    assert with_antecedent([part], [only]) == (part,)


def test_where_the_speaker_is_known_the_name_is_enough() -> None:
    only = passage("Putin was glad. He also admired China.", speaker="Putin")
    part = quoting(only, 1)
    assert with_antecedent([part], [only]) == (part,)


def test_a_long_sentence_before_is_not_added() -> None:
    only = passage("Word " * 80 + "end. They met.")
    part = quoting(only, 1)
    assert with_antecedent([part], [only]) == (part,)


def test_what_two_quotes_point_to_is_quoted_once() -> None:
    before, after = passage(MOVE), passage(OPPOSED, 2)
    found = with_antecedent([quoting(before, 0), quoting(after, 0)], [before, after])
    assert quotes(found) == [MOVE, OPPOSED]
