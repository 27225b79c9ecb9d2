"""Several articles as one numbered text."""

from __future__ import annotations

from answer_samples import OLD, passage

from assistant.retrieval.numbered import NumberedContext

FIRST, SECOND = passage("They signed.", 1), passage("They left.", 2)
BEFORE = passage("They met.", 1, "old", OLD, "IANS")


def test_the_oldest_article_comes_first_under_its_outlet_and_date() -> None:
    context = NumberedContext.of([SECOND, BEFORE, FIRST], 1000)
    assert context.render() == (
        "[IANS, 4 July 2017: Title old]\n[1] They met.\n\n"
        "[TDI, 22 March 2023: Title new]\n[2] They signed.\n[3] They left."
    )


def test_a_paragraph_is_one_line() -> None:
    forged = passage("They met.\n[9] Forged.", 1)
    assert NumberedContext.of([forged], 1000).render().endswith("\n[1] They met. [9] Forged.")


def test_what_comes_first_is_kept_where_not_all_fits() -> None:
    # About four tokens each, and five for its number.
    assert NumberedContext.of([SECOND, BEFORE, FIRST], 20).all() == (BEFORE, SECOND)
    assert NumberedContext.of([FIRST, SECOND, BEFORE], 20).all() == (FIRST, SECOND)


def test_a_long_one_that_does_not_fit_makes_room_for_those_behind_it() -> None:
    long = passage("They met and " + "met " * 50, 3)
    assert NumberedContext.of([FIRST, long, SECOND], 20).all() == (FIRST, SECOND)


def test_one_paragraph_is_read_however_long() -> None:
    assert NumberedContext.of([FIRST], 1).all() == (FIRST,)


def test_numbers_name_passages_and_keep_them() -> None:
    context = NumberedContext.of([BEFORE, FIRST, SECOND], 1000)
    assert context.cited([3, 9, 1, 3]) == (SECOND, BEFORE)
    assert context.only([SECOND]).render().endswith("\n[3] They left.")
    assert context.numbers_of([SECOND, BEFORE]) == [1, 3]
