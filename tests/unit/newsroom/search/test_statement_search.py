"""Every passage that states something, with a judge that says what the test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from evidence_base_samples import FakeJudge, article, evidence_base_of, shares_words

from assistant.newsroom.evidence.base import EvidenceBase
from assistant.newsroom.search.statements import StatementSearch, Stating
from assistant.schema.articles import ArticleFilter
from assistant.util.progress import unseen

STATEMENT = "The ferry to Skar stops on Friday."
ARTICLES = [
    article("one", "The ferry to Skar stops on Friday.", "Rain fell.", "On Friday, then, the ferry to Skar stops."),
    article("two", "Snow fell on Lund.", source="Echo"),
    article("three", "The ferry to Skar stops on Friday, 14 March.", source="Echo", day="2020-03-01"),
]


@pytest.fixture
def base(tmp_path: Path, embedder: Any) -> EvidenceBase:
    return evidence_base_of(tmp_path, embedder, ARTICLES, shares_words)


def ids(found: Any) -> list[str]:
    return [one.passage.paragraph.id if isinstance(one, Stating) else one.paragraph.id for one in found]


def test_all_that_state_it_are_told_with_their_words(base: EvidenceBase) -> None:
    search = StatementSearch(base)
    near = search.near(STATEMENT)
    steps: list[tuple[int, int]] = []
    found = list(search.judge(STATEMENT, near, len(near), lambda done, total: steps.append((done, total))))
    assert sorted(ids(found)) == ["one#p1", "one#p3", "three#p1"]
    assert {quote.text for one in found for quote in one.quotes} == {
        "The ferry to Skar stops on Friday.",
        "On Friday, then, the ferry to Skar stops.",
        "The ferry to Skar stops on Friday, 14 March.",
    }
    assert steps[-1] == (len(near), len(near))
    assert "two#p1" not in ids(near)


def test_another_figure_is_told_apart_without_the_judge(base: EvidenceBase) -> None:
    search = StatementSearch(base)
    statement = "The ferry to Skar stops on Friday, 21 March."
    assert list(search.judge(statement, search.all(ArticleFilter(ids=("three",))), 1, unseen(""))) == []
    assert cast(FakeJudge, base.judge).asked == []


def test_every_passage_is_judged_where_all_are_asked_for(base: EvidenceBase) -> None:
    search = StatementSearch(base)
    assert ids(search.all()) == ["one#p1", "one#p2", "one#p3", "two#p1", "three#p1"]
    assert ids(search.all(ArticleFilter(source="Echo"))) == ["two#p1", "three#p1"]
    list(search.judge(STATEMENT, search.all(), 5, unseen("")))
    assert len(cast(FakeJudge, base.judge).asked) == 5


def test_only_articles_of_the_filter_come_near(base: EvidenceBase) -> None:
    assert ids(StatementSearch(base).near(STATEMENT, ArticleFilter(source="Echo"))) == ["three#p1"]
