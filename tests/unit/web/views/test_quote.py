"""Quotes of what a kept answer cites."""

from __future__ import annotations

from datetime import date

import lxml.html

from assistant.newsroom.answers.file import SavedCitation
from assistant.web.views.quote import cited_html

TEXT = "Xi met Putin. Later Xi met Putin."


def test_a_quote_that_stands_twice_is_opened_where_it_was_cited() -> None:
    start = TEXT.rindex("Xi met")
    citation = SavedCitation(
        number=1,
        article_id="a",
        title="A visit",
        source="TDI",
        published=date(2023, 3, 22),
        paragraph=2,
        paragraph_id="a#p2",
        text=TEXT,
        quote="Xi met Putin.",
        start=start,
    )
    (button,) = lxml.html.fromstring(str(cited_html(citation))).xpath("//button")
    assert str(start) in {value for name, value in button.items() if name.startswith("data-")}
