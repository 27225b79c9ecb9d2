"""JSON of other tools, and feeds, in the shapes in which they write outlets, days and texts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from article_samples import read_bytes, texts

from assistant.ingest.blocks import LeftOut
from assistant.ingest.build import Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers import jsonl
from assistant.ingest.readers.json import read
from assistant.schema.articles import Article

TEXT = "The mill of Birkby burnt down on Monday night.\n\nThe damage is put at 3 million marks."
HTML = "<p>The mill of Birkby burnt down on Monday night.</p><p>The damage is put at 3 million marks.</p>"
DAY = date(2021, 5, 4)


def rows(folder: Path, value: Any) -> tuple[list[Article], list[str]]:
    return read_bytes(folder, "a.json", json.dumps(value))


@pytest.mark.parametrize(
    ("row", "source", "published", "author", "url"),
    [
        ({"text": TEXT, "source": "https://echo.example/m", "source-hostname": "The Echo", "date": "2021-05-04"},
         "The Echo", DAY, None, "https://echo.example/m"),
        ({"content": HTML, "created_at": "2021-05-09", "published_at": None, "published_by": ["Ola Berg"],
          "domain_name": "echo.example", "url": "https://echo.example/m"},
         "echo.example", None, "Ola Berg", "https://echo.example/m"),
        ({"body": TEXT, "created": "2021-05-04", "publisher": "The Echo"}, "The Echo", DAY, None, None),
        ({"html_content": HTML, "site_name": "The Echo", "author": "By Ola Berg", "published_date": 1620086400000,
          "created_at": "2021-05-09", "source_url": "https://echo.example/m"},
         "The Echo", DAY, "Ola Berg", "https://echo.example/m"),
        ({"content": {"content": HTML}, "origin": {"title": "The Echo", "htmlUrl": "https://echo.example"},
          "published": 1620121320, "alternate": [{"href": "https://echo.example/m"}], "author": "the Echo"},
         "The Echo", DAY, None, "https://echo.example/m"),
    ],
)  # fmt: skip
def test_other_tools_names(
    tmp_path: Path, row: Any, source: str, published: date | None, author: str | None, url: str | None
) -> None:
    (article,), problems = rows(tmp_path, [row])
    assert problems == []
    assert (article.source, article.published, article.author, article.url) == (source, published, author, url)
    assert len(article.paragraphs) == 2


def test_lists_within_lists_of_services(tmp_path: Path) -> None:
    guardian = {
        "webTitle": "Mill burns", "webPublicationDate": "2021-05-04T20:00:00Z", "webUrl": "https://g.example/m",
        "fields": {"bodyText": TEXT, "byline": "Ola Berg", "publication": "The Guardian"},
    }  # fmt: skip
    times = {
        "headline": {"main": "Mill burns"}, "abstract": TEXT, "pub_date": "2021-05-04T20:00:00+0000",
        "byline": {"original": "By Ola Berg"}, "source": "The Times", "web_url": "https://t.example/m",
    }  # fmt: skip
    for response, source in (({"results": [guardian]}, "The Guardian"), ({"docs": [times]}, "The Times")):
        (article,), _ = rows(tmp_path, {"response": {"status": "ok"} | response})
        assert (article.title, article.source, article.published) == ("Mill burns", source, DAY)
        assert article.author == "Ola Berg"


def test_posts_of_a_fediverse_archive(tmp_path: Path) -> None:
    post = {"id": "https://m.example/2", "type": "Note", "published": "2021-05-04T20:00:00Z", "content": HTML}
    items = [{"type": "Create", "object": post}, {"type": "Announce", "object": "https://m.example/3"}]
    (article,), (problem,) = rows(tmp_path, {"type": "OrderedCollection", "orderedItems": items})
    assert (article.published, len(article.paragraphs)) == (DAY, 2)
    assert "row 2" in problem


def test_what_a_service_took_away_is_no_article(tmp_path: Path) -> None:
    gone = {"title": "[Removed]", "content": "[Removed]", "description": "[Removed]", "publishedAt": "1970-01-01"}
    (article,), (problem,) = rows(tmp_path, {"articles": [gone, {"title": "Mill", "content": TEXT}]})
    assert article.title == "Mill"
    assert "row 1: has no text" in problem


@pytest.mark.parametrize(
    ("written", "shown"),
    [("Ada&#8217;s mill &amp; weir", "Ada’s mill & weir"), ("AT&T & the &lt;mill&gt;", "AT&T & the <mill>")],
)
def test_entities_in_plain_values_are_read(tmp_path: Path, written: str, shown: str) -> None:
    (article,), _ = rows(tmp_path, [{"title": written, "paragraphs": [f"{written} burnt."]}])
    assert (article.title, texts(article)) == (shown, [f"{shown} burnt."])


def test_markup_that_a_page_shows_as_text_stays_text(tmp_path: Path) -> None:
    (article,), _ = rows(tmp_path, [{"content": "<p>It says &lt;b&gt;no&lt;/b&gt; to it.</p>"}])
    assert texts(article) == ["It says <b>no</b> to it."]


def test_a_ghost_export_is_its_published_posts(tmp_path: Path) -> None:
    posts = [
        {"id": "1", "title": "Mill burns", "slug": "mill", "html": HTML, "status": "published",
         "created_at": "2021-04-01T00:00:00Z", "published_at": "2021-05-04T20:00:00Z"},
        {"id": "2", "title": "Boat", "html": HTML, "status": "draft", "published_at": None},
    ]  # fmt: skip
    data = {"posts": posts, "settings": [{"key": "title", "value": "The Echo"}]}
    (article,), (problem,) = rows(tmp_path, {"db": [{"meta": {}, "data": data}]})
    assert (article.title, article.source, article.published) == ("Mill burns", "The Echo", DAY)
    assert "row 2: is a post that is not published" in problem


@pytest.mark.parametrize(
    "value", [{"articles": [{"text": TEXT}]}, {"db": [{"data": {"posts": [{"html": HTML}], "settings": []}}]}]
)
def test_what_a_row_leaves_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    beside = (LeftOut(1, "The weir in 1911.", "picture"),)
    monkeypatch.setattr(jsonl, "row_story", lambda *_: Story((TEXT,), left_out=beside))
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    (story,) = read(RawFile(path))
    assert isinstance(story, Story)
    assert story.left_out == beside


def feed(*items: str, title: str = "The Echo") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'


def entry(title: str, text: str, more: str = "") -> str:
    return (
        f"<item><title>{title}</title><guid>{title}</guid><pubDate>Tue, 04 May 2021 23:50:00 -0500</pubDate>"
        f"<description><![CDATA[{text}]]></description>{more}</item>"
    )


def test_the_last_line_that_a_blog_adds_is_no_text(tmp_path: Path) -> None:
    line = '<p>Der Beitrag <a href="x">Mill burns</a> erschien zuerst auf <a href="y">The Echo</a>.</p>'
    (article,), _ = read_bytes(tmp_path, "a.xml", feed(entry("Mill burns", HTML + line)))
    assert (len(article.paragraphs), article.published) == (2, DAY)


def test_a_sentence_that_names_story_and_outlet_stays(tmp_path: Path) -> None:
    said = "<p>“Mill burns” was what the printers of The Echo read when they came to work on Tuesday at five.</p>"
    (article,), _ = read_bytes(tmp_path, "a.xml", feed(entry("Mill burns", HTML + said)))
    assert len(article.paragraphs) == 3


@pytest.mark.parametrize(
    "text", ['<a href="x">Mill burns</a>&nbsp;&nbsp;<font color="#6f6f6f">The Echo</font>', "Mill burns - The Echo"]
)
def test_an_entry_that_only_repeats_its_headline_has_no_text(tmp_path: Path, text: str) -> None:
    listed = entry("Mill burns - The Echo", text, '<source url="https://echo.example">The Echo</source>')
    (article,), (problem,) = read_bytes(tmp_path, "a.xml", feed(listed, entry("Two", HTML), title="mill - News"))
    assert article.title == "Two"
    assert "entry 1: has no text" in problem


def test_a_short_post_whose_title_is_its_text_is_read(tmp_path: Path) -> None:
    (article,), _ = read_bytes(tmp_path, "a.xml", feed(entry("The mill burnt down.", "The mill burnt down.")))
    assert texts(article) == ["The mill burnt down."]


def test_entities_that_were_written_twice_are_read_twice(tmp_path: Path) -> None:
    (article,), _ = read_bytes(tmp_path, "a.xml", feed(entry("Ada&amp;#8217;s mill &amp;amp; weir", HTML)))
    assert article.title == "Ada’s mill & weir"
