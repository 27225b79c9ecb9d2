"""Articles in full, lists of them and the timeline as HTML."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import lxml.html
import pytest
from hostile_texts import HOSTILE, Page
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.discover import list_files
from assistant.schema.articles import Article, Paragraph
from assistant.web.views.article import article_html
from assistant.web.views.timeline import timeline_html

TEXT = "Moscow, July 4: They met. They signed two statements."
ARTICLE = Article(
    id="world/000",
    title="Xi’s visit",
    source="IANS",
    published=date(2017, 7, 4),
    paragraphs=(Paragraph("000#p1", 1, TEXT, 0, 16), Paragraph("000#p2", 2, "They <dined> & left.\nLate.")),
    path="world/000.txt",
    url="https://news.example/a?b=1&c=2",
    via="Xinhua",
    author="A. Writer",
    language="en",
    also=("TDI, 2017-07-05", "PTI, 2017-07-05"),
)


def tree(html: str) -> Any:
    Page(html)
    return lxml.html.fromstring(html)


def test_every_paragraph_is_there_in_full_under_its_number() -> None:
    root = tree(article_html(ARTICLE))
    texts = {
        node.get("id"): node.find("span[@class='text']").text_content() for node in root.iter("p") if node.get("id")
    }
    assert texts == {"p1": TEXT, "p2": "They <dined> & left. Late."}
    assert root.findall(".//mark") == []


def test_the_head_says_what_is_known() -> None:
    root = tree(article_html(ARTICLE))
    head = root.find("header").text_content()
    for part in ("Xi’s visit", "4 July 2017", "IANS, citing Xinhua", "A. Writer", "TDI, 2017-07-05; PTI", "000.txt"):
        assert part in head
    (link,) = root.iter("a")
    assert dict(link.attrib) == {
        "href": ARTICLE.url, "rel": "noopener noreferrer nofollow", "target": "_blank",
    }  # fmt: skip
    assert root.get("lang") == "en"
    bare = tree(article_html(Article("a", "", None, None, ())))
    assert "untitled" in bare.text_content()
    assert "undated" in bare.text_content()
    assert "unknown outlet" in bare.text_content()
    assert "Address" not in bare.text_content()


def test_an_article_that_was_changed_says_when_and_that_it_was_corrected() -> None:
    changed = replace(ARTICLE, modified=date(2017, 7, 9), corrected=True)
    (byline,) = tree(article_html(changed)).find_class("byline")
    assert byline.text_content() == "4 July 2017 · updated 9 July 2017 · corrected · IANS, citing Xinhua"


def test_the_quoted_words_are_marked() -> None:
    root = tree(article_html(ARTICLE, [(1, 26, 52), (2, 5, 12)]))
    assert [mark.text_content() for mark in root.iter("mark")] == ["They signed two statements", "<dined>"]
    assert root.get_element_by_id("p1").find("span[@class='text']").text_content() == TEXT
    assert "cited" in root.get_element_by_id("p2").get("class")


def test_a_highlight_may_begin_inside_the_dateline() -> None:
    root = tree(article_html(ARTICLE, [(1, 8, 24)]))
    assert "".join(mark.text_content() for mark in root.iter("mark")) == "July 4: They met"
    assert root.get_element_by_id("p1").find("span[@class='text']").text_content() == TEXT


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 80), st.integers(-5, 80))),
    st.text(max_size=60),
    st.integers(-3, 70),
)
def test_highlights_never_lose_double_or_move_a_character(
    spans: list[tuple[int, int, int]], text: str, dateline: int
) -> None:
    article = replace(ARTICLE, paragraphs=(Paragraph("x#p1", 1, text, 0, dateline),))
    plain = tree(article_html(article)).get_element_by_id("p1").text_content()
    root = tree(article_html(article, spans))
    without_joiners = str.maketrans("", "", "\u200c\u200d")
    assert root.get_element_by_id("p1").text_content().translate(without_joiners) == plain.translate(without_joiners)
    marked = {at for number, start, end in spans if number == 1 for at in range(max(start, 0), min(end, len(text)))}
    wanted = "".join(text[at] for at in sorted(marked))
    if wanted.isascii() and wanted.isprintable():
        assert "".join(mark.text_content() for mark in root.iter("mark")) == wanted


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_gets_out_of_an_article(text: str) -> None:
    article = Article(
        text, text, text, date(2017, 7, 4), (Paragraph(text, 1, text), Paragraph(text, 2, text * 2)), text, text, text,
        text, text, (text, text),
    )  # fmt: skip
    page = Page(article_html(article, [(1, 1, 5), (2, 0, len(text) + 1)]))
    assert page.values("href") == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd", "//evil.example/x", "/x",
        "http:evil", "http://", "https://user@evil.example", "https://good.example@evil.example/",
        "https://evil.example\\@good.example", "http://evil\u202e.example/", "http://a b/", "http://[", "ftp://a.b/c",
        "https://good.example/\u200b",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_text(url: str) -> None:
    page = Page(article_html(replace(ARTICLE, url=url)))
    assert page.values("href") == []
    assert "Address" in page.words


def test_an_address_is_kept_to_the_character() -> None:
    url = "https://news.example/ä?q=\"'<>&amp;#x"
    (href,) = Page(article_html(replace(ARTICLE, url=url))).values("href")
    assert href == url


def test_a_language_that_is_none_is_left_out() -> None:
    assert Page(article_html(replace(ARTICLE, language='en" onclick="x'))).values("lang") == []


def test_a_timeline_has_a_bar_a_month_gaps_and_a_table() -> None:
    root = tree(timeline_html([("2017-07", 2), ("2017-10", 4), ("2017-07", 1)]))
    bars = list(root.iter("rect"))
    assert [bar.get("data-period") for bar in bars] == ["2017-07", "2017-10"]
    assert [(int(bar.get("x")), int(bar.get("height"))) for bar in bars] == [(0, 45), (36, 60)]
    assert bars[0].find("title").text == "July 2017: 3 articles"
    assert root.find("figcaption").text == "7 articles, July 2017 – October 2017; at most 4 in a month"
    rows = [[cell.text for cell in row] for row in root.find(".//tbody")]
    assert rows == [["July 2017", "3"], ["October 2017", "4"]]


def test_a_long_timeline_has_a_bar_a_year() -> None:
    root = tree(timeline_html([("1990-01", 1), ("1990-12", 1), ("2024-02", 1)]))
    assert [bar.get("data-period") for bar in root.iter("rect")] == ["1990", "2024"]
    assert root.find("figcaption").text == "3 articles, 1990 – 2024; at most 2 in a year"


@given(st.lists(st.tuples(st.text(max_size=8) | st.sampled_from(["2017-07", "0001-01", "9999-12"]), st.integers())))
def test_a_timeline_of_nonsense_is_none(months: list[tuple[str, int]]) -> None:
    Page(timeline_html(months))


def test_an_empty_timeline_says_so() -> None:
    assert "No dated articles" in timeline_html([("2017-13", 3), ("x", 1), ("2017-07", 0)])


def test_the_two_real_articles_are_shown(seeds: Any) -> None:
    for article in (article for file in list_files(seeds) for article in file.articles()):
        root = tree(article_html(article))
        for paragraph in article.paragraphs:
            shown = root.get_element_by_id(f"p{paragraph.number}").find("span[@class='text']").text_content()
            assert shown == paragraph.text.replace("\n", " ")
