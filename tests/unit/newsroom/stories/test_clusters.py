"""Which articles are one story, by vectors that are made up here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from assistant.newsroom.stories.clusters import stories_of
from assistant.schema.articles import ArticleHeader

FIRE, RAIN = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
NEAR_FIRE = [0.8, 0.0, 0.6]


def header(key: str, day: int | None = 1) -> ArticleHeader:
    published = date(2024, 1, 1) + timedelta(days=day) if day is not None else None
    return ArticleHeader(key, key, "Post", published, 1)


def grouped(vectors: Mapping[str, list[list[float]]], *headers: ArticleHeader) -> list[list[str]]:
    return [[one.id for one in story] for story in stories_of(headers, vectors.__getitem__)]


def test_what_is_near_is_one_story_and_what_is_far_another() -> None:
    vectors = {"a": [FIRE], "b": [NEAR_FIRE], "c": [RAIN]}
    assert sorted(map(sorted, grouped(vectors, header("a"), header("b"), header("c")))) == [["a", "b"], ["c"]]


def test_the_beginning_alone_counts() -> None:
    assert grouped({"a": [FIRE, FIRE, RAIN, RAIN, RAIN], "b": [FIRE]}, header("a"), header("b")) == [["a", "b"]]


def test_a_long_pause_makes_another_story_and_reports_in_between_bridge_it() -> None:
    vectors = {"a": [FIRE], "b": [FIRE], "c": [FIRE]}
    assert grouped(vectors, header("a", 0), header("c", 20)) == [["a"], ["c"]]
    assert sorted(grouped(vectors, header("a", 0), header("b", 10), header("c", 20))[0]) == ["a", "b", "c"]
    assert grouped(vectors, header("a", 0), header("c", None)) == [["a", "c"]]


def test_the_most_central_of_the_last_day_comes_first() -> None:
    vectors = {"old": [FIRE], "far": [NEAR_FIRE], "central": [FIRE]}
    assert grouped(vectors, header("old", 0), header("far", 1), header("central", 1)) == [["central", "far", "old"]]


def test_an_article_joins_the_nearer_story() -> None:
    between = [0.6, 0.8, 0.0]
    assert grouped({"a": [FIRE], "b": [RAIN], "c": [between]}, *map(header, "abc")) == [["a"], ["b", "c"]]


def test_an_article_without_paragraphs_is_a_story_of_its_own() -> None:
    assert grouped({"a": [], "b": [], "c": [FIRE]}, *map(header, "abc")) == [["a"], ["b"], ["c"]]
