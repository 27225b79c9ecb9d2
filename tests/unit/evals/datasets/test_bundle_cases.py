"""Bundles as cases, and their articles as the product reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bundle_builders import small, write_bundle

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.datasets.bundle_cases import cases_of, check_articles, paragraph_id, read_articles, write_articles
from evals.datasets.bundles import Bundle, load_bundle, load_bundles
from evals.datasets.facts import check_gold
from evals.datasets.news import BUNDLES, LONG
from evals.schema import Case, GoldQuote


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return load_bundle(write_bundle(tmp_path / "bundles", small()))


@pytest.fixture
def cases(bundle: Bundle) -> dict[str, Case]:
    return {case.category: case for case in cases_of([bundle])}


@pytest.mark.parametrize("bundle", [*load_bundles(BUNDLES), *load_bundles(LONG)], ids=lambda bundle: bundle.name)
def test_every_article_is_read_back_as_it_is(bundle: Bundle, tmp_path: Path) -> None:
    write_articles(bundle, tmp_path)
    found = read_articles(tmp_path)
    assert set(found) == {f"{bundle.name}/{article.id}" for article in bundle.articles}
    for article in bundle.articles:
        read = found[f"{bundle.name}/{article.id}"]
        assert (read.title, read.source, read.published) == (article.title, article.source, article.published)
        assert [paragraph.text for paragraph in read.paragraphs] == list(article.paragraphs)
        assert [paragraph.number for paragraph in read.paragraphs] == list(range(1, len(article.paragraphs) + 1))
    check_articles([bundle], found)


@pytest.mark.parametrize("bundle", [*load_bundles(BUNDLES), *load_bundles(LONG)], ids=lambda bundle: bundle.name)
def test_every_gold_paragraph_is_one_of_the_products_and_holds_its_quotes(bundle: Bundle, tmp_path: Path) -> None:
    write_articles(bundle, tmp_path)
    texts = {each.id: each.text for article in read_articles(tmp_path).values() for each in article.paragraphs}
    cases = cases_of([bundle])
    check_gold(cases, texts)
    quotes = [quote for case in cases for quote in case.quotes]
    assert quotes
    for quote in quotes:
        assert quote.text in texts[quote.paragraph_id]
    for case in cases:
        assert len(case.gold) == len(case.answers)
        assert all(case.gold)
        assert {quote.paragraph_id for quote in case.quotes} == {each for gold in case.gold for each in gold}


def test_ids_types_and_what_came_before(bundle: Bundle) -> None:
    found = cases_of([bundle])
    assert [case.id for case in found] == ["s-01-01", "s-01-02", "s-01-03", "s-01-04", "s-01-05"]
    assert [case.category for case in found] == ["who", "both", "latest", "number", "follow_up_outside"]
    last = found[-1]
    assert last.unanswerable
    assert last.history == (Turn("user", "Who is the keeper?"), Turn("assistant", "Tom Reed."))
    assert (last.question, last.standalone) == ("And what did he earn?", "What did Tom Reed earn?")
    assert (last.answers, last.acceptable, last.quotes, last.rejects) == ((), (), (), ("nine pounds",))
    assert {case.split for case in found} == {""}


def test_one_answer(cases: dict[str, Case]) -> None:
    case = cases["who"]
    assert case.answers == (("Ada Brown", "Brown"),)
    assert case.gold == (("s-01/a1#p1",),)
    assert case.quotes == (GoldQuote("s-01/a1#p1", "lit again on Monday by Ada Brown"),)
    assert case.references == ("Ada Brown lit the lamp of Skerry again.",)
    assert case.alternatives == ()
    assert case.other_answers == ("Tom Reed lit",), "two reports can be confused"


def test_both_needs_the_points_of_every_answer_each_once(cases: dict[str, Case]) -> None:
    case = cases["both"]
    assert case.answers == (("Ada Brown",), ("Tom Reed",))
    assert case.gold == (("s-01/a1#p1", "s-01/a2#p1"), ("s-01/a2#p1",))
    assert case.alternatives == ()


def test_the_latest_needs_the_first_answer_and_the_others_are_confusions(cases: dict[str, Case]) -> None:
    case = cases["latest"]
    assert case.answers == (("failed", "dark"),)
    assert case.acceptable == (case.answers,)
    assert case.gold == (("s-01/a2#p1",),)
    assert case.quotes == (GoldQuote("s-01/a2#p1", "has failed"),)
    assert case.other_answers == ("lit again", "still burning")


def test_else_any_answer_will_do(cases: dict[str, Case]) -> None:
    case = cases["number"]
    assert case.acceptable == ((("nine",),), (("failed",), ("Friday",)))
    assert case.gold == (("s-01/a1#p2", "s-01/a2#p1"),)
    assert {quote.paragraph_id for quote in case.quotes} == {"s-01/a1#p2", "s-01/a2#p1"}


def test_of_a_single_article_no_reject_is_another_reports(tmp_path: Path) -> None:
    record = small()
    del record["articles"][1]
    record["items"] = record["items"][:1]
    (case,) = cases_of([load_bundle(write_bundle(tmp_path, record))])
    assert case.rejects == ("Tom Reed lit",)
    assert case.other_answers == ()


def test_an_answer_without_points_is_no_case(tmp_path: Path) -> None:
    record = small()
    del record["items"][2]["answers"][0]["points"]
    with pytest.raises(UsageError, match="bundle 's-01', item 3: an answer without points"):
        cases_of([load_bundle(write_bundle(tmp_path, record))])


def test_an_article_that_is_read_otherwise_is_noticed(bundle: Bundle, tmp_path: Path) -> None:
    write_articles(bundle, tmp_path)
    found = read_articles(tmp_path)
    check_articles([bundle], found)
    read = found["s-01/a1"]
    fewer = replace(read, paragraphs=read.paragraphs[1:])
    for spoilt in (
        replace(read, title="Lamp"),
        replace(read, source=None),
        replace(read, published=date(2021, 3, 5)),
        fewer,
    ):
        with pytest.raises(UsageError, match="bundle 's-01': article 'a1' is not read as it is written"):
            check_articles([bundle], found | {"s-01/a1": spoilt})
    with pytest.raises(UsageError, match="article 'a2'"):
        check_articles([bundle], {"s-01/a1": read})


def test_an_article_with_a_double_space_is_noticed(tmp_path: Path) -> None:
    record = small()
    record["articles"][0]["paragraphs"][1] += "  It  was late."
    bundle = load_bundle(write_bundle(tmp_path / "bundles", record))
    write_articles(bundle, tmp_path / "articles")
    with pytest.raises(UsageError, match="double spaces"):
        check_articles([bundle], read_articles(tmp_path / "articles"))


def test_paragraph_ids_count_from_one() -> None:
    assert paragraph_id("s-01", "a2", 3) == "s-01/a2#p3"
