"""The day of an article's last change, kept beside the day it came out, and notes of correction."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant.ingest.build import Problem
from assistant.ingest.correction import says_corrected
from assistant.ingest.discover import list_files
from assistant.schema.articles import Article

STORY = "The lock at Vessen was opened again on Tuesday after eleven weeks, the water board told the council."
MORE = "Barges of up to 900 tonnes can use it from Friday, and the fee stays at forty crowns for each passage."
PUBLISHED, CHANGED = date(2024, 5, 14), date(2024, 5, 17)


def read(folder: Path, name: str, content: str) -> Article:
    (folder / name).write_text(content, encoding="utf-8")
    found = [article for file in list_files(folder) for article in file.articles()]
    assert len(found) == 1
    assert not isinstance(found[0], Problem)
    return found[0]


def page(head: str = "", above: str = "", below: str = "") -> str:
    return (
        f"<html><head><title>Lock opens</title>{head}</head><body><article><h1>Lock opens</h1>{above}"
        f"<p>{STORY}</p><p>{MORE}</p>{below}</article></body></html>"
    )


LD = json.dumps(
    {
        "@type": "NewsArticle",
        "headline": "Lock opens",
        "datePublished": "2024-05-14T08:00:00+02:00",
        "dateModified": "2024-05-17T09:30:00+02:00",
    }
)
META = (
    '<meta property="article:published_time" content="2024-05-14T08:00:00Z">'
    '<meta property="article:modified_time" content="2024-05-17T08:00:00Z">'
)
FEED = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Vessen Post</title><entry><title>Lock opens</title><id>x:1</id>'
    "<published>2024-05-14T08:00:00Z</published><updated>2024-05-17T08:00:00Z</updated>"
    f"<content>{STORY}</content></entry></feed>"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ld.html", page(f'<script type="application/ld+json">{LD}</script>')),
        ("meta.html", page(META)),
        ("seen.html", page(above="<p>Published 14 May 2024</p><p>Updated 17 May 2024</p>")),
        (
            "time.html",
            page(
                above='<div>Published <time datetime="2024-05-14">14 May</time></div>'
                '<div>Last updated <time datetime="2024-05-17">17 May</time></div>'
            ),
        ),
        ("line.txt", f"Lock opens\n\nPublished: 14 May 2024 | Updated: 17 May 2024\n\n{STORY}\n\n{MORE}"),
        ("byline.txt", f"Lock opens\n\n14 May 2024\n\nBy Ida Holm | Updated 17 May 2024\n\n{STORY}\n\n{MORE}"),
        (
            "labels.txt",
            "Title: Lock opens\nSource: Vessen Post\nDate: 14 May 2024\nLast updated: 17 May 2024\n\n"
            f"{STORY}\n\n{MORE}",
        ),
        ("hugo.md", f'+++\ntitle = "Lock opens"\ndate = 2024-05-14\nlastmod = 2024-05-17\n+++\n\n{STORY}\n'),
        ("entry.atom", FEED),
        (
            "row.json",
            json.dumps({"title": "Lock opens", "published": "2024-05-14", "updated": "2024-05-17", "text": STORY}),
        ),
    ],
)
def test_the_day_of_the_last_change_is_kept_beside_the_day_of_publication(
    tmp_path: Path, name: str, content: str
) -> None:
    article = read(tmp_path, name, content)
    assert (article.published, article.modified) == (PUBLISHED, CHANGED)
    assert not article.corrected
    assert article.paragraphs[0].text == STORY


def test_only_a_change_is_known_of(tmp_path: Path) -> None:
    article = read(tmp_path, "a.html", page('<meta property="article:modified_time" content="2024-05-17">'))
    assert (article.published, article.modified) == (None, CHANGED)


@pytest.mark.parametrize("day", ["2024-05-14T23:00:00Z", "2024-05-13", "soon"])
def test_a_change_that_is_not_later_is_none(tmp_path: Path, day: str) -> None:
    head = META.replace("2024-05-17T08:00:00Z", day)
    assert read(tmp_path, "a.html", page(head)).modified is None


def test_a_row_that_was_kept_later_was_changed_itself(tmp_path: Path) -> None:
    row = {"title": "Lock opens", "published_at": "2024-05-14", "created_at": "2024-06-01", "updated_at": "2024-06-02"}
    assert read(tmp_path, "a.json", json.dumps(row | {"content": STORY})).modified is None


@pytest.mark.parametrize(
    "note",
    [
        "Correction, 17 May: an earlier version gave the wrong fee.",
        "This article was amended on 17 May 2024 to give the weight of the barges.",
        "An earlier version of this story misstated the fee.",
        "Editor’s note: the fee was corrected on Friday.",
        "Berichtigung: Die Gebühr beträgt vierzig Kronen.",
        "In einer früheren Version dieses Artikels stand eine falsche Gebühr.",
        "Une version précédente de cet article donnait un autre tarif.",
        "Una versión anterior de este artículo daba otra tarifa.",
        "更正：费用为四十克朗。",
    ],
)
def test_a_note_of_correction_marks_the_article_and_stays_in_it(tmp_path: Path, note: str) -> None:
    article = read(tmp_path, "a.txt", f"Lock opens\n\n{STORY}\n\n{MORE}\n\n{note}")
    assert article.corrected
    assert article.paragraphs[-1].text == note


@pytest.mark.parametrize(
    "text",
    [
        "The minister corrected himself: the lock is not new.",
        "Corrections officers at Vessen prison went on strike.",
        "Editor's note: this interview was held in Danish.",
        "The paper said that its story about the lock was wrong in an earlier edition.",
        "An earlier version of this bridge stood here until 1911.",
    ],
)
def test_a_story_about_a_mistake_is_not_corrected(text: str) -> None:
    assert not says_corrected(text)


@pytest.mark.parametrize(
    "line",
    [
        "Publicerad 14 maj 2024",
        "Opublikowano 14 maja 2024",
        "Megjelent: 2024. május 14.",
        "Δημοσιεύθηκε 14 Μαΐου 2024",
        "Objavljeno 14. svibnja 2024.",
        "Đăng ngày 14 tháng 5 năm 2024",
        "入力：2024年5月14日",
        "نُشر في 14 مايو 2024",
        "פורסם ב-14 במאי 2024",
        "เผยแพร่ 14 พฤษภาคม 2567",
    ],
)
def test_a_line_of_the_date_in_other_languages_is_no_text(tmp_path: Path, line: str) -> None:
    article = read(tmp_path, "a.txt", f"Olme\n\n{line}\n\n{STORY}\n\n{MORE}\n")
    assert article.published == PUBLISHED
    assert [paragraph.text for paragraph in article.paragraphs] == [STORY, MORE]
