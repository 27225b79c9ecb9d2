"""The outlets that carry a story."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.schema.articles import ArticleHeader, carrier, outlet_of, outlets_of


@pytest.mark.parametrize("outlet", ["IANS", "Post, Times and Mail", "Daily Planet, Inc", "2017-07-04"])
@pytest.mark.parametrize("day", ["2017-07-04", None])
def test_the_outlet_is_read_back_whole(outlet: str, day: str | None) -> None:
    assert outlet_of(carrier(outlet, day)) == outlet


def test_each_outlet_is_named_once_those_of_copies_too() -> None:
    headers = [
        ArticleHeader("a", "", "Post", None, 1, also=("Mail, Lomsund, 2017-07-04", "Echo, Lund")),
        ArticleHeader("b", "", "post", None, 1),
        ArticleHeader("c", "", None, date(2020, 1, 1), 1),
    ]
    assert outlets_of(headers) == ("Post", "Mail, Lomsund", "Echo, Lund")
    assert outlets_of(headers, "unknown") == ("Post", "Mail, Lomsund", "Echo, Lund", "unknown")
