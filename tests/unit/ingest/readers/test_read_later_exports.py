"""Exports of read-later services and news APIs, in the names and shapes that they write."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from article_samples import read_bytes, texts

from assistant.errors import ArticleError

HIGHLIGHTS = [{"id": 1, "text": "The lock was opened again."}, {"id": 2, "text": "Barges can use it from Friday."}]


def test_highlights_are_the_paragraphs_of_what_they_were_made_in(tmp_path: Path) -> None:
    book = {"title": "Lock opens", "author": "Ida Holm", "source": "instapaper", "highlights": HIGHLIGHTS}
    content = json.dumps({"count": 1, "results": [book | {"source_url": "https://post.example/lock"}]})
    ((article,), problems) = read_bytes(tmp_path, "a.json", content)
    assert problems == []
    assert texts(article) == [highlight["text"] for highlight in HIGHLIGHTS]
    assert (article.title, article.source, article.url) == ("Lock opens", None, "https://post.example/lock")


@pytest.mark.parametrize(
    "table",
    [
        "Highlight,Book Title,Book Author\nThe lock was opened again.,Lock opens,Ida Holm\n",
        "URL,Title,Selection,Folder,Author\n,Lock opens,The lock was opened again.,Archive,Ida Holm\n",
    ],
)
def test_tables_of_readers_of_others_articles(tmp_path: Path, table: str) -> None:
    ((article,), problems) = read_bytes(tmp_path, "a.csv", table)
    assert problems == []
    assert (article.title, article.author, texts(article)) == ("Lock opens", "Ida Holm", ["The lock was opened again."])


def test_a_text_that_a_service_cut_shows_that_it_goes_on(tmp_path: Path) -> None:
    row = {
        "source": {"name": "Vessen Post"},
        "title": "Lock opens - Vessen Post",
        "content": "The lock was opened again. Barges can… [+900 chars]",
    }
    ((article,), _) = read_bytes(tmp_path, "a.json", json.dumps({"articles": [row]}))
    assert (article.title, article.source) == ("Lock opens", "Vessen Post")
    assert texts(article) == ["The lock was opened again. Barges can…"]


def test_values_of_a_page_that_stand_a_level_down(tmp_path: Path) -> None:
    content = "+++\ntitle = 'Lock opens'\n[params]\nauthor = 'Ida Holm'\n+++\nThe lock was opened again.\n"
    ((article,), _) = read_bytes(tmp_path, "a.md", content)
    assert article.author == "Ida Holm"


def test_a_time_of_a_page_that_stands_alone_is_its_day_and_no_text(tmp_path: Path) -> None:
    first = "The lock at Vessen was opened again on Tuesday, the water board told the council in a letter."
    second = "Barges of up to 900 tonnes can use it from Friday, and the fee stays at forty crowns a passage."
    content = (
        f"<html><body><article><h1>Lock opens</h1><time datetime=2024-05-14>14 May</time><p>{first}</p><p>{second}</p>"
        "</article></body></html>"
    )
    ((article,), _) = read_bytes(tmp_path, "a.html", content)
    assert (str(article.published), texts(article)) == ("2024-05-14", [first, second])


@pytest.mark.parametrize(
    "content",
    [
        "<html><head><title>Instapaper: Export</title></head><body><h1>Unread</h1><ol>"
        "<li><a href='https://post.example/lock'>Lock at Vessen opens again</a></li>"
        "<li><a href='https://post.example/fee'>Fee for barges stays at forty crowns</a></li></ol>"
        "<h1>Archive</h1><ol></ol></body></html>",
        "<!DOCTYPE NETSCAPE-Bookmark-file-1><TITLE>Bookmarks</TITLE><H1>Bookmarks</H1><DL><p>"
        "<DT><A HREF='https://post.example/lock' ADD_DATE='1'>Lock at Vessen opens again</A></DL><p>",
    ],
)
def test_a_list_of_saved_links_is_no_article(tmp_path: Path, content: str) -> None:
    with pytest.raises(ArticleError, match=r"list of links .*; save the pages that it links to"):
        read_bytes(tmp_path, "a.html", content)


def test_a_story_told_in_a_list_with_links_is_an_article(tmp_path: Path) -> None:
    item = "The lock at Vessen was opened again on Tuesday, the water board told the council in a letter."
    content = f"<html><body><h1>Lock opens</h1><ul><li><a href='/a'>Letter</a></li><li>{item}</li></ul></body></html>"
    ((article,), _) = read_bytes(tmp_path, "a.html", content)
    assert item in "\n".join(texts(article))


@pytest.mark.parametrize(
    ("given", "origin", "address"),
    [
        ("https://keeper.example/read/01h", "https://post.example/lock", "https://post.example/lock"),
        ("https://keeper.example/read/01h", "", "https://keeper.example/read/01h"),
        ("https://post.example/lock", "https://post.example", "https://post.example/lock"),
        ("https://www.post.example/lock", "https://post.example/", "https://www.post.example/lock"),
        ("https://keeper.example/read/01h", "https://[post/lock", "https://keeper.example/read/01h"),
    ],
)
def test_the_address_is_the_articles_and_not_a_copys(tmp_path: Path, given: str, origin: str, address: str) -> None:
    row = {"id": "01h", "title": "Lock opens", "url": given, "source_url": origin, "content": "The lock is open again."}
    ((article,), problems) = read_bytes(tmp_path, "a.json", json.dumps([row]))
    assert (problems, article.url) == ([], address)


@pytest.mark.parametrize(("path", "day"), [("2021/06/09/lock", date(2021, 6, 9)), ("lock", None)])
def test_the_time_when_a_text_was_marked_is_not_its_day(tmp_path: Path, path: str, day: date | None) -> None:
    row = f"https://post.example/{path},Lock opens,The lock opened on Monday.,Unread,1684577000"
    ((article,), _) = read_bytes(tmp_path, "a.csv", f"URL,Title,Selection,Folder,Timestamp\n{row}\n")
    assert article.published == day
