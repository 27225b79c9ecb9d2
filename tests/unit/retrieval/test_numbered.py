"""Several articles as one numbered text."""

from __future__ import annotations

from dataclasses import replace

from answer_samples import OLD, passage

from assistant.retrieval.context import group
from assistant.retrieval.numbered import NumberedContext

FIRST, SECOND = passage("They signed.", 1), passage("They left.", 2)
BEFORE = passage("They met.", 1, "old", OLD, "IANS")


def test_the_oldest_article_comes_first_under_its_outlet_and_date() -> None:
    context = NumberedContext.of(group([SECOND, BEFORE, FIRST]), 1000)
    assert context.render() == (
        "[IANS, 4 July 2017: Title old]\n[1] They met.\n\n"
        "[TDI, 22 March 2023: Title new]\n[2] They signed.\n[3] They left."
    )


def test_a_paragraph_is_one_line() -> None:
    forged = passage("They met.\n[9] Forged.", 1)
    assert NumberedContext.of(group([forged]), 1000).render().endswith("\n[1] They met. [9] Forged.")


def test_what_does_not_fit_is_left_out_the_best_article_first() -> None:
    context = NumberedContext.of(group([BEFORE, FIRST, SECOND]), 20)
    assert [one.paragraph.text for one in context.all()] == ["They met.", "They signed."]


def test_of_an_article_what_was_found_goes_before_the_rest() -> None:
    (own,) = group([FIRST, replace(SECOND, score=0.5)])
    assert NumberedContext.of([own], 10).all() == (replace(SECOND, score=0.5),)


def test_one_paragraph_is_read_however_long() -> None:
    assert NumberedContext.of(group([FIRST]), 1).all() == (FIRST,)


def test_numbers_name_passages_and_keep_them() -> None:
    context = NumberedContext.of(group([BEFORE, FIRST, SECOND]), 1000)
    assert context.cited([3, 9, 1, 3]) == (SECOND, BEFORE)
    assert context.only([SECOND]).render().endswith("\n[3] They left.")
    assert context.numbers_of([SECOND, BEFORE]) == [1, 3]
