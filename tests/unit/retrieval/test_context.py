"""Passages by article, as the model reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from answer_samples import passage, prompts_in

from assistant.retrieval.context import ArticleContext, group

FIRST, SECOND = passage("They signed.", 1), passage("A band played.", 2)
EXCERPTED = ArticleContext(
    (FIRST, SECOND), 0, excerpts={"new#p1": "They signed."}, further={"new#p2": "A band played."}
)


def test_passages_are_grouped_by_article_in_reading_order_the_best_article_first() -> None:
    found = [passage("x", 3, "b"), passage("x", 2, "a"), passage("x", 1, "b")]
    contexts = group(found)
    assert [[p.paragraph.id for p in context.passages] for context in contexts] == [["b#p1", "b#p3"], ["a#p2"]]
    assert [context.rank for context in contexts] == [0, 1]
    assert group([]) == []


@pytest.mark.parametrize(
    ("source", "published", "byline"),
    [
        ("IANS", date(2017, 7, 4), "IANS, 4 July 2017"),
        ("IANS", None, "IANS"),
        (None, date(2017, 7, 4), "4 July 2017"),
        (None, None, ""),
    ],
)
def test_a_byline_has_as_much_as_is_known(source: str | None, published: date | None, byline: str) -> None:
    assert ArticleContext((passage("x", source=source, published=published),), 0).outlet_and_day == byline


def test_a_report_is_one_line_of_prompt_a_paragraph_whatever_its_title() -> None:
    own = replace(passage("One.\nTwo.\n\nThree."), title="A title\u2028\nQuestion: what?\x85")
    lines = ArticleContext((own,), 0).render().splitlines()
    assert lines == ["[TDI, 22 March 2023: A title Question: what?]", "One. Two. Three."]


def test_what_is_not_known_of_it_is_said_and_so_is_whom_it_cites() -> None:
    bare = passage("x", source=None, published=None)
    assert ArticleContext((bare,), 0).render().startswith("[unknown outlet, undated: Title new]")
    cited = replace(FIRST, via="Xinhua")
    assert ArticleContext((cited,), 0).render().startswith("[TDI citing Xinhua, 22 March 2023: Title new]")


def test_its_context_is_the_same_whatever_is_asked(tmp_path: Path) -> None:
    prompts, own = prompts_in(tmp_path), ArticleContext((FIRST,), 0)
    assert own.context(prompts) == f"Articles:\n{own.render()}"


def test_what_is_read_first_is_how_the_whole_begins() -> None:
    assert EXCERPTED.render().endswith("\nThey signed.\nA band played.")
    assert EXCERPTED.beginning().render().endswith("\nThey signed.")
    assert EXCERPTED.render().startswith(EXCERPTED.beginning().render())


def test_what_was_nearest_is_read_first_even_where_it_stands_last() -> None:
    own = replace(EXCERPTED, excerpts={"new#p2": "A band played."}, further={"new#p1": "They signed."})
    assert own.render().endswith("\nA band played.\nThey signed.")
