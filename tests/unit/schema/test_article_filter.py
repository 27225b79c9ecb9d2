"""Which articles, in one value."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, scope_of, scope_to_dict

MAY, JUNE, JULY = date(2019, 5, 1), date(2019, 6, 1), date(2019, 7, 1)


@pytest.mark.parametrize(
    ("until", "as_of", "last"),
    [(None, None, None), (MAY, None, MAY), (None, JUNE, JUNE), (MAY, JUNE, MAY), (JULY, JUNE, JUNE)],
)
def test_the_last_day_is_the_earlier_one(until: date | None, as_of: date | None, last: date | None) -> None:
    assert ArticleFilter(until=until, as_of=as_of).last == last


def test_a_time_narrows_and_never_widens() -> None:
    assert EVERY_ARTICLE.within(None, None) == EVERY_ARTICLE
    assert EVERY_ARTICLE.within(MAY, JULY) == ArticleFilter(since=MAY, until=JULY)
    assert ArticleFilter(since=JUNE, until=JUNE).within(MAY, JULY) == ArticleFilter(since=JUNE, until=JUNE)
    assert ArticleFilter(since=MAY, until=JULY, source="A").within(JUNE, JUNE) == ArticleFilter(
        since=JUNE, until=JUNE, source="A"
    )


def test_ids_narrow_and_never_widen() -> None:
    assert EVERY_ARTICLE.among(["b", "a", "b"]).ids == ("b", "a")
    assert ArticleFilter(ids=("a", "c")).among(["b", "c"]).ids == ("c",)
    assert ArticleFilter(ids=("a",)).among(["b"]).ids == ()


def test_a_scope_survives_being_kept() -> None:
    scope = ArticleFilter(since=date(2023, 1, 1), as_of=date(2024, 1, 1), ids=("a", "b"))
    assert scope_of(scope_to_dict(scope)) == scope
    assert scope_to_dict(scope) == {"since": "2023-01-01", "until": None, "as_of": "2024-01-01", "articles": ["a", "b"]}
    assert scope_of(scope_to_dict(EVERY_ARTICLE)) == EVERY_ARTICLE


@pytest.mark.parametrize("kept", [None, 3, {}, {"since": 7}, {"since": "x"}, {"articles": 3}])
def test_a_scope_that_is_none_is_everything(kept: object) -> None:
    assert scope_of(kept) == EVERY_ARTICLE
