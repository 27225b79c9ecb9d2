from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.sources import SourceFile
from assistant.query.query import Query
from assistant.retrieval.retriever import Retriever
from assistant.schema.articles import Article, ArticleFilter, Passage

IANS, TDI = "000_a73a9aabfb5eaf09", "002_d120cbaaada3c47b"
Build = Callable[[Path], ArticleIndex]


@pytest.fixture
def build(tmp_path: Path, embedder: Any) -> Iterator[Build]:
    opened: list[ArticleIndex] = []

    def make(folder: Path) -> ArticleIndex:
        index = ArticleIndex(tmp_path / "index.sqlite3", embedder)
        index.update(list_files(folder))
        opened.append(index)
        return index

    yield make
    for index in opened:
        index.close()


@pytest.fixture
def retriever(build: Build, seeds: Path) -> Retriever:
    return Retriever(build(seeds), passages=10)


def asked(text: str, **limits: Any) -> Query:
    return Query.of(text, ArticleFilter(**limits))


def articles(passages: tuple[Passage, ...]) -> set[str]:
    return {passage.article_id for passage in passages}


def test_a_passage_is_its_paragraph_with_what_places_it(retriever: Retriever, seeds: Path) -> None:
    best = retriever.retrieve(asked("Which two joint statements did Xi and Putin sign?"))[0]
    file = next(file for file in list_files(seeds) if file.id == TDI)
    (article,) = SourceFile(file).articles()
    assert isinstance(article, Article)
    assert best.paragraph == article.paragraphs[8]
    assert (best.article_id, best.title, best.source, best.via) == (TDI, article.title, "TDI", None)
    assert best.published == date(2023, 3, 22)
    assert best.dense_score is not None
    assert best.bm25_score is not None
    assert best.bm25_score > 0


def test_best_first_each_once_and_as_many_as_told(build: Build, seeds: Path) -> None:
    index = build(seeds)
    question = "What did the leaders say about the Korean Peninsula?"
    found = Retriever(index, passages=20).retrieve(asked(question))
    assert len({passage.paragraph.id for passage in found}) == len(found) == 20
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    assert Retriever(index, passages=3).retrieve(asked(question)) == found[:3]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What did Xi and Putin agree on in 2017?", IANS),
        ("What did Xi and Putin agree on in July 2017?", IANS),
        ("What did Xi and Putin agree on on 22 March 2023?", TDI),
        ("What did Xi and Putin agree on in 2023?", TDI),
    ],
)
def test_only_reports_of_the_time_that_the_question_names(retriever: Retriever, question: str, article: str) -> None:
    found = retriever.retrieve(asked(question))
    assert articles(found) == {article}
    assert len(found) == 10


def test_a_paragraph_of_another_time_that_names_the_year_is_kept(build: Build, write_articles: Any) -> None:
    folder = write_articles(
        {
            "new.txt": "date 2023-03-22 The visit of 2017 was recalled.\n\nNothing else was said of the visit.",
            "old.txt": "date 2017-07-04 The visit began.\n\nIt ended on Friday.",
        }
    )
    found = Retriever(build(folder), passages=10).retrieve(asked("What happened on the visit in 2017?"))
    assert {passage.paragraph.id for passage in found} == {"old#p1", "old#p2", "new#p1"}


def test_a_year_without_reports_restricts_nothing(retriever: Retriever) -> None:
    assert articles(retriever.retrieve(asked("What did Xi and Putin agree on in 1999?"))) == {IANS, TDI}


@pytest.mark.parametrize("question", ["What has Xi done since 2013?", "What is planned up to 2030?", "Who met?"])
def test_an_open_range_or_no_time_restricts_nothing(build: Build, seeds: Path, question: str) -> None:
    assert articles(Retriever(build(seeds), passages=20).retrieve(asked(question))) == {IANS, TDI}


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2017, 7, 5), None, {TDI}),
        (date(2017, 7, 4), None, {IANS, TDI}),
        (None, date(2023, 3, 21), {IANS}),
        (None, date(2023, 3, 22), {IANS, TDI}),
        (date(2017, 7, 4), date(2017, 7, 4), {IANS}),
        (date(2018, 1, 1), date(2019, 1, 1), set()),
        (date(2024, 1, 1), None, set()),
    ],
)
def test_since_and_until_bound_the_publication_date(
    build: Build, seeds: Path, since: date | None, until: date | None, expected: set[str]
) -> None:
    retriever = Retriever(build(seeds), passages=20)
    assert articles(retriever.retrieve(asked("What did Xi and Putin say?", since=since, until=until))) == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"source": "IANS"}, {IANS}),
        ({"source": "IANS", "since": date(2018, 1, 1)}, set()),
        ({"source": "ians"}, set()),
        ({"words": "tdi"}, {TDI}),
        ({"words": "tdi", "ids": (IANS,)}, set()),
        ({"ids": (IANS,)}, {IANS}),
        ({"ids": ()}, set()),
        ({"until": date(2023, 3, 22), "as_of": date(2023, 3, 21)}, {IANS}),
    ],
)
def test_every_part_of_the_filter_holds(build: Build, seeds: Path, limits: dict[str, Any], expected: set[str]) -> None:
    retriever = Retriever(build(seeds), passages=20)
    assert articles(retriever.retrieve(asked("What did Xi and Putin say?", **limits))) == expected


def test_bounds_win_over_the_time_that_the_question_names(retriever: Retriever) -> None:
    assert articles(retriever.retrieve(asked("What was agreed in 2017?", since=date(2020, 1, 1)))) == {TDI}
    assert articles(retriever.retrieve(asked("What was agreed in 2023?", until=date(2020, 1, 1)))) == {IANS}


def test_two_times_named_give_both(retriever: Retriever) -> None:
    found = retriever.retrieve(asked("What did Xi and Putin agree on in 2017 and in 2023?"))
    assert articles(found) == {IANS, TDI}


@pytest.mark.parametrize("question", ['"', "AND OR *", "…", "'; DROP TABLE words; --", "(", "中文", "x" * 4000])
def test_no_question_is_an_error(retriever: Retriever, question: str) -> None:
    assert len(retriever.retrieve(asked(question))) == 10


@pytest.mark.parametrize(("tokens", "whole"), [(10_000, 2), (600, 1), (20, 0)])
def test_articles_are_read_whole_as_long_as_there_is_room_the_best_first(
    build: Build, seeds: Path, tokens: int, whole: int
) -> None:
    retriever = Retriever(build(seeds), passages=2)
    found = retriever.retrieve(asked("What did Xi and Putin agree on in 2023 and in 2017?"))
    filled = retriever.filled(found, tokens)
    assert filled[:2] == found
    assert len({passage.paragraph.id for passage in filled}) == len(filled)
    read = [sum(passage.article_id == one.article_id for passage in filled) for one in found]
    assert read == [10] * whole + [1] * (2 - whole)


def test_a_small_librarys_reports_are_whole_articles(build: Build, seeds: Path) -> None:
    index = build(seeds)
    small, large = (Retriever(index, passages=1, whole_below=below) for below in (index.size().characters, 100))
    assert (small.reads_whole(), large.reads_whole()) == (True, False)
    found = small.retrieve(asked("What did Xi and Putin sign in 2023?"))
    (whole,), (part,) = small.contexts(found), large.contexts(found)
    assert [passage.paragraph.number for passage in whole.passages] == list(range(1, 11))
    assert found[0] in whole.passages
    assert (whole.whole, part.whole, part.passages) == (True, False, found)


def test_what_is_read_ahead_reads_as_what_is_found(build: Build, seeds: Path) -> None:
    index = build(seeds)
    small, large = (Retriever(index, passages=9, whole_below=below) for below in (index.size().characters, 100))
    found = small.contexts(small.retrieve(asked("What did Xi and Putin say?")))
    assert len(found) == 2
    assert {(one.render(), one.whole) for one in small.whole_articles()} == {(one.render(), True) for one in found}
    assert list(large.whole_articles()) == []


def test_an_outlet_that_carries_a_story_kept_under_another_is_no_less_chosen(build: Build, write_articles: Any) -> None:
    story = "Title: The ferry stops\nSource: {}\nDate: 2024-03-01\n\nThe ferry to Bell Island stopped on Friday.\n"
    folder = write_articles({f"{outlet}.txt": story.format(outlet) for outlet in ("Courier", "Herald")})
    write_articles({"Planet.txt": "Title: Trams\nSource: Planet\nDate: 2024-03-01\n\nNo tram ran on Friday.\n"})
    retriever = Retriever(build(folder), passages=5)
    by_outlet = [retriever.retrieve(asked("What stopped on Friday?", source=name)) for name in ("Courier", "Herald")]
    assert by_outlet[0] == by_outlet[1]
    ((ferry,), _) = by_outlet
    assert {ferry.source, *(carrier.split(",")[0] for carrier in ferry.also)} == {"Courier", "Herald"}


def test_articles_without_a_date_are_left_out_where_a_day_is_given(
    build: Build, write_articles: Callable[[dict[str, str]], Path]
) -> None:
    dated = "date 2024-03-05 Ferry opens\n\nThe new ferry carried 412 passengers.\n\nHarbour Post"
    folder = write_articles(
        {"a.txt": dated, "b.txt": "Bridge\n\nThe old bridge was closed.", "c.txt": "Storm\n\nThe storm felled trees."}
    )
    found = Retriever(build(folder), passages=10)
    assert found.undated(ArticleFilter()) == 0
    for days in ({"as_of": date(2024, 5, 1)}, {"until": date(2020, 1, 1)}, {"since": date(2024, 1, 1)}):
        assert found.undated(ArticleFilter(**days)) == 2
    assert found.undated(ArticleFilter(as_of=date(2024, 5, 1), words="bridge")) == 1
    assert found.undated(ArticleFilter(as_of=date(2024, 5, 1), source="Harbour Post")) == 0
