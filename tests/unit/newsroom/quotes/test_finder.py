"""Who said what, over a few articles; the passages of evals/newsroom/quotes.jsonl are the larger test."""

from __future__ import annotations

from typing import Any, cast

import pytest
from evidence_base_samples import FakeJudge, article

from assistant.newsroom.quotes.finder import QuoteFinder, is_confirmed
from assistant.retrieval.passages import passages_of
from assistant.schema.articles import Passage
from assistant.util.progress import unseen
from assistant.verification.judge import Judge

# What teaches that "said" joins a name and a quote, and that "mayor" and "the" are no names.
TAUGHT = article("taught", "“The bridge is shut for good,” Eva Holm said. The mayor and a mayor were there.")


def found(*texts: str, speaker: str = "", taught: bool = True, outlets: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    own = passages_of(article("own", *texts))
    library = [passages_of(TAUGHT), own] if taught else [own]
    finder = QuoteFinder(library, len(library), outlets, unseen(""))
    return [(quote.speaker, quote.text) for quote in finder.quotes([own], speaker)]


QUOTE = "The ferry stops on Friday,"


@pytest.mark.parametrize(
    "text",
    [
        f"“{QUOTE}” said Anna Berg.",
        f"“{QUOTE}” said Mayor Anna Berg on the quay in Lund.",
        f"“{QUOTE}” Anna Berg said.",
        f"“{QUOTE}” Anna Berg told Ola Dahl.",
        f"Anna Berg said on Monday in Lund: “{QUOTE}”",
        f"In Lund, Anna Berg added, “{QUOTE}”",
        f"“{QUOTE}” said Anna Berg, mayor of Lund, who met Ola Dahl on the Skar Bridge.",
        f"Anna Berg said of Ola Dahl: “{QUOTE}”",
        f"Rain fell. Anna Berg explained: “{QUOTE}”",
        f'"{QUOTE}" said Anna Berg.',
    ],
)
def test_the_shapes_that_are_certain(text: str) -> None:
    assert found(text) == [("Anna Berg", QUOTE)]


@pytest.mark.parametrize(
    "text",
    [
        f"“{QUOTE}” he said.",
        f"“{QUOTE}” Berg said.",
        f"“{QUOTE}” Anna Berg’s deputy said.",
        f"“{QUOTE}” said a friend of Anna Berg.",
        f"“{QUOTE}” the mayor told Anna Berg.",
        "“It stops on Friday.” Anna Berg left.",
        "“Will it stop on Friday?” Anna Berg left.",
        "“The Long Road Home Again,” said Anna Berg.",
        "“No way,” said Anna Berg.",
        "“A Long Winter of the stones,” by Anna Berg, sold well.",
        f"Anna Berg, who met Ola Dahl: “{QUOTE}”",
        f"Anna Berg said that Ola Dahl said: “{QUOTE}”",
        f"Anna Berg said on Monday that Ola Dahl had told parliament: “{QUOTE}”",
        f"“{QUOTE}” Anna Berg said Ola Dahl said to her.",
        f"“{QUOTE}” said Anna Berg, citing Ola Dahl.",
        f"“{QUOTE}” said Anna Berg, as Dahl said.",
    ],
)
def test_what_is_uncertain_is_left_out(text: str) -> None:
    assert found(text) == []


def test_the_words_that_join_are_learnt_from_the_library() -> None:
    text = f"“{QUOTE}” said Anna Berg on Monday."
    assert found(text, taught=False) == []
    assert found(text) == [("Anna Berg", QUOTE)]


def test_a_word_that_is_everywhere_is_not_learnt_from_one_place() -> None:
    shape, often = f"“{QUOTE}” Ola Dahl the Baker.", "the rain and the snow, " * 200
    text = f"“{QUOTE}” the Anna Berg campaign said."
    assert found(f"{shape} {often}", text, taught=False) == [("Ola Dahl", QUOTE)]


def test_a_surname_is_that_of_the_only_one_in_the_article() -> None:
    text = f"“{QUOTE}” Berg said."
    assert found("Anna Berg came.", text) == [("Anna Berg", QUOTE)]
    assert found("Anna Berg and Ola Berg came.", text) == []


def test_a_quote_goes_on_behind_its_speaker() -> None:
    text = f"“{QUOTE}” said Anna Berg. “It sails again in May.” Rain fell. “Nobody told us anything about it.”"
    assert [quote for _, quote in found(text)] == [QUOTE, "It sails again in May."]
    for end in (",” he said.", ".” Ola Dahl said.", ".” So spoke Ola Dahl."):
        text = f"“{QUOTE}” said Anna Berg. “It sails again in May{end}"
        assert [quote for _, quote in found(text)] == [QUOTE]


def test_one_speaker_is_asked_for_and_an_outlet_is_none() -> None:
    texts = (f"“{QUOTE}” said Anna Berg.", "“It will sail again in May,” Lund Echo said.")
    assert {name for name, _ in found(*texts)} == {"Anna Berg", "Lund Echo"}
    assert {name for name, _ in found(*texts, outlets=("Lund Echo",))} == {"Anna Berg"}
    assert {name for name, _ in found(*texts, speaker="berg")} == {"Anna Berg"}


def test_the_judge_is_asked_whether_it_was_said() -> None:
    judge = FakeJudge(lambda _name, text, _context: float(text == f"Anna Berg said: “{QUOTE}”"))
    own = passages_of(article("own", f"“{QUOTE}” said Anna Berg.", "“It sails again in May,” Anna Berg said."))
    library: list[list[Passage]] = [passages_of(TAUGHT), own]
    quotes: list[Any] = list(QuoteFinder(library, 2, (), unseen("")).quotes([own]))
    assert [is_confirmed(cast(Judge, judge), quote) for quote in quotes] == [True, False]


def test_the_library_is_read_once_and_where_nobody_speaks_not_again() -> None:
    quiet, own = (passages_of(article(name, text)) for name, text in (("quiet", "Rain."), ("own", f"“{QUOTE}” ...")))
    finder = QuoteFinder(iter([quiet, own]), 2, (), unseen(""))
    assert finder.speaking == {"own"}
