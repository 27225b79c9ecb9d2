"""What the library knows of a source, and what it no longer holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from newsroom_samples import ACCESSED, ANSWER, FERRY, REFUSAL, TIDE, check, saved

from assistant.newsroom.answers.file import parse_answers
from assistant.newsroom.export.fact_check import fact_check
from assistant.schema.articles import Article, Paragraph


def test_a_source_has_its_author_its_address_and_the_paragraphs_around_it() -> None:
    ferry, tide = check(ANSWER).sources
    assert (ferry.author, ferry.url, ferry.state) == (FERRY.author, FERRY.url, "unchanged")
    assert (ferry.before, ferry.after) == ("<b>Spring</b> came.", "A bus takes its place.")
    assert ferry.sha256 == hashlib.sha256(FERRY.paragraphs[1].text.encode()).hexdigest()
    assert (tide.author, tide.before, tide.after) == (None, "", "")


def test_what_the_library_no_longer_holds_is_told_and_keeps_the_cited_text() -> None:
    other = (FERRY.paragraphs[0], Paragraph("ferry#p2", 2, "It sails."), FERRY.paragraphs[2])
    changed, gone = check(ANSWER, articles=(replace(FERRY, paragraphs=other),)).sources
    assert (changed.state, changed.before, changed.after) == ("changed", "", "")
    assert changed.text == FERRY.paragraphs[1].text
    assert (gone.state, gone.author, gone.quote) == ("gone", None, "=1+1 is the tide.")


def test_a_paragraph_that_has_another_number_now_is_another() -> None:
    """As `check-answers` has it, which goes by the same rule."""
    first, stops, bus = FERRY.paragraphs
    moved = replace(FERRY, paragraphs=(stops, replace(first, number=2), bus))
    shifted = replace(FERRY, paragraphs=(first, replace(stops, id="ferry#p9", number=9), bus))
    states = [check(ANSWER, articles=(article, TIDE)).sources[0].state for article in (FERRY, moved, shifted)]
    assert states == ["unchanged", "unchanged", "changed"]


def test_a_repeated_story_is_known_by_its_text() -> None:
    paragraphs = tuple(replace(part, id=f"herald#p{part.number}") for part in FERRY.paragraphs)
    held = {FERRY.id: replace(FERRY, id="herald", paragraphs=paragraphs), TIDE.id: TIDE}
    ferry = fact_check(parse_answers(saved(ANSWER), "a.jsonl"), held.get, ACCESSED).sources[0]
    assert (ferry.state, ferry.before, ferry.after) == (
        "unchanged",
        FERRY.paragraphs[0].text,
        FERRY.paragraphs[2].text,
    )


def test_author_and_address_are_not_another_outlets() -> None:
    """A story that two outlets carry is kept once, as one outlet's article."""
    paragraphs = tuple(replace(part, id=f"herald#p{part.number}") for part in FERRY.paragraphs)
    for outlet, author, url in (("The Skar Post", FERRY.author, FERRY.url), ("The Herald", None, None)):
        kept = replace(FERRY, id="herald", source=outlet, paragraphs=paragraphs)
        ferry = fact_check(parse_answers(saved(ANSWER), "a.jsonl"), {FERRY.id: kept}.get, ACCESSED).sources[0]
        assert (ferry.outlet, ferry.author, ferry.url) == ("The Skar Post", author, url)
    renamed = fact_check(
        parse_answers(saved(ANSWER), "a.jsonl"), {FERRY.id: replace(FERRY, source="Skar Post")}.get, ACCESSED
    )
    assert renamed.sources[0].url == FERRY.url


def test_an_article_is_read_once_for_a_conversation() -> None:
    read: list[str] = []

    def article_of(key: str) -> Article | None:
        read.append(key)
        return FERRY if key == FERRY.id else None

    made = fact_check(parse_answers(saved(*[ANSWER] * 50), "a.jsonl"), article_of, ACCESSED)
    assert len(made.answers) == 50
    assert read == [FERRY.id, TIDE.id]


def test_a_refusal_has_its_reason_and_no_source() -> None:
    (answer,) = check(REFUSAL).answers
    assert (answer.reason, answer.sentences) == ("The articles do not say.", ())
    assert check(ANSWER).answers[0].reason is None
