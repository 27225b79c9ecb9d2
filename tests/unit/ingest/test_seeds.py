"""The two articles of the task, as the program reads them."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from assistant.ingest.discover import list_files
from assistant.schema.articles import Article

IANS, TDI = "000_a73a9aabfb5eaf09", "002_d120cbaaada3c47b"
SHA256 = {
    IANS: "21360298333224ce64b7b38961cb5e57c88164af76afce0f5906bcb93b734a10",
    TDI: "3f237607c7f8887369545d14923683ce20f08df513716c3d524b80d6131fde94",
}


@pytest.fixture(scope="module")
def articles(seeds: Path) -> dict[str, Article]:
    found = [article for file in list_files(seeds) for article in file.articles()]
    return {article.id: article for article in found if isinstance(article, Article)}


@pytest.mark.parametrize("name", SHA256)
def test_the_files_are_unchanged_byte_for_byte(seeds: Path, name: str) -> None:
    assert hashlib.sha256((seeds / f"{name}.txt").read_bytes()).hexdigest() == SHA256[name]


def test_there_are_these_two_and_no_other(articles: dict[str, Article]) -> None:
    assert list(articles) == [IANS, TDI]


@pytest.mark.parametrize(
    ("name", "published", "source", "via", "dateline"),
    [
        (IANS, date(2017, 7, 4), "IANS", "Xinhua", "Moscow, July 4: "),
        (TDI, date(2023, 3, 22), "TDI", None, "Moscow, 22 March 2023 (TDI): "),
    ],
)
def test_date_outlet_and_dateline(
    articles: dict[str, Article], name: str, published: date, source: str, via: str | None, dateline: str
) -> None:
    article = articles[name]
    assert (article.published, article.source, article.via, article.url) == (published, source, via, None)
    assert article.paragraphs[0].text.startswith(dateline)
    assert [paragraph.dateline for paragraph in article.paragraphs] == [len(dateline), *[0] * 9]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (IANS, "Visiting Chinese President Xi Jinping and his Russian counterpart, Vladimir Putin agreed…"),
        (TDI, "During President Xi Jinping’s visit to Moscow, Chinese and Russian leaders agreed to…"),
    ],
)
def test_a_title_is_made_from_the_first_sentence_without_its_dateline(
    articles: dict[str, Article], name: str, title: str
) -> None:
    assert articles[name].title == title


@pytest.mark.parametrize("name", SHA256)
def test_paragraphs_are_the_files_own_characters(articles: dict[str, Article], seeds: Path, name: str) -> None:
    text = (seeds / f"{name}.txt").read_bytes().decode()
    paragraphs = articles[name].paragraphs
    assert [paragraph.number for paragraph in paragraphs] == list(range(1, 11))
    assert [paragraph.id for paragraph in paragraphs] == [f"{name}#p{number}" for number in range(1, 11)]
    for paragraph in paragraphs:
        assert text[paragraph.offset : paragraph.offset + len(paragraph.text)] == paragraph.text


def test_paragraphs_are_counted_as_a_reader_would(articles: dict[str, Article]) -> None:
    assert articles[IANS].paragraphs[9].text.startswith("Trump, Putin and Xi will attend")
    assert articles[TDI].paragraphs[8].text.startswith("Following their discussions, Xi and Putin signed two joint")


@pytest.mark.parametrize("name", SHA256)
def test_sign_off_pointer_and_date_field_are_no_evidence(articles: dict[str, Article], name: str) -> None:
    for paragraph in articles[name].paragraphs:
        assert paragraph.text != "IANS"
        assert "Also read" not in paragraph.text
        assert "date 2017-07-04" not in paragraph.text
