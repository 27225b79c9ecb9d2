"""A real file of every format, and what is understood of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from article_samples import (
    ATOM,
    NEWSML_1,
    NEWSML_G2,
    NITF,
    PARAGRAPHS,
    RSS,
    TITLE,
    assert_sound,
    csv_table,
    docx,
    eml,
    epub,
    file_of,
    html,
    jsonl,
    mhtml,
    pdf,
    read,
    read_bytes,
    texts,
    typeset,
    zipped,
)

from assistant.errors import ArticleError, UsageError
from assistant.ingest.discover import list_files
from assistant.ingest.formats import SUFFIXES

DAY = date(2023, 3, 22)
LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Not this"},
        {
            "@type": ["NewsArticle"],
            "headline": TITLE,
            "datePublished": "2023-03-22T23:30:00-05:00",
            "dateModified": "2023-04-01",
            "author": [{"@type": "Person", "name": "Jane Doe"}, {"@type": "Person", "name": "Li Wei"}],
            "publisher": {"@type": "Organization", "name": "The Daily Ivy"},
            "mainEntityOfPage": {"@id": "https://daily.example/world/xi"},
            "inLanguage": "en-GB",
        },
    ],
}

PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE} | The Daily Ivy</title>
<script type="application/ld+json">{json.dumps(LINKED)}</script>
<style>.x{{display:none}} @media print{{.shown{{display:none}}}}</style></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li></ul></nav></header>
<div class="cookie">We use cookies to improve your experience. <button>Accept all</button></div>
<main><article><h1>{TITLE}</h1><p class="byline">By Jane Doe</p><div class="share">
<a href="#">Share on Facebook</a></div>
<figure><img src="x.jpg"><figcaption>Xi and Putin in the Kremlin. Photo: Sputnik/AFP</figcaption></figure>
<p>{PARAGRAPHS[0]}</p><!-- a comment --><p class="shown">{PARAGRAPHS[1]}</p>
<p style="display:none">Hidden inline.</p><p class="x">Hidden by a rule.</p><p hidden>Hidden by attribute.</p>
<p aria-hidden="true">Hidden for readers aloud.</p><p style="font-size:0">Zero size.</p><template>
<p>In a template.</p></template>
<h2>What was agreed</h2><ul><li>More gas through a new pipeline.</li><li>Trade in national currencies.</li></ul>
<blockquote><p>“We agree on much,” Putin told reporters after the talks.</p></blockquote>
<p><b>Read also:</b> <a href="/y">China, Russia to deepen ties</a></p><p>{PARAGRAPHS[2]}</p>
<p>Jane Doe is a reporter covering China for The Daily Ivy. Follow her on Twitter @jane.</p></article>
<aside><h3>Most read</h3><ul><li><a href="/1">Cat rescued from a tree</a></li></ul></aside></main>
<footer><p>© 2024 The Daily Ivy. All rights reserved.</p></footer></body></html>"""


def test_a_page_is_read_without_what_surrounds_and_hides_in_it(tmp_path: Path) -> None:
    (article,), problems = read_bytes(tmp_path, "page.html", PAGE)
    assert problems == []
    assert_sound(article)
    assert texts(article) == [
        PARAGRAPHS[0],
        PARAGRAPHS[1],
        "More gas through a new pipeline.\nTrade in national currencies.",
        "“We agree on much,” Putin told reporters after the talks.",
        PARAGRAPHS[2],
    ]
    assert (article.id, article.title, article.source, article.published) == ("page", TITLE, "The Daily Ivy", DAY)
    assert (article.author, article.url, article.language) == (
        "Jane Doe, Li Wei",
        "https://daily.example/world/xi",
        "en",
    )
    assert (article.via, article.paragraphs[0].dateline) == ("AFP", len("Moscow, 22 March (AFP) - "))


def test_meta_tags_name_what_linked_data_does_not(tmp_path: Path) -> None:
    head = (
        '<meta property="og:site_name" content="Ivy"><meta name="author" content="Jane Doe">'
        '<meta property="article:published_time" content="2023-03-22T23:30:00-05:00">'
        '<meta property="og:title" content="The headline"><link rel="canonical" href="https://daily.example/c">'
        '<meta property="article:modified_time" content="2024-01-01">'
        '<script type="application/ld+json">{broken</script>'
    )
    (article,), _ = read_bytes(tmp_path, "page.htm", html(head=head, lang="de"))
    assert (article.title, article.source, article.published) == ("The headline", "Ivy", DAY)
    assert (article.author, article.url, article.language) == ("Jane Doe", "https://daily.example/c", "de")


def test_a_bare_page_is_read_and_dated_by_its_text(tmp_path: Path) -> None:
    (article,), _ = read_bytes(
        tmp_path, "bare.html", "<h1>Rain</h1><p>Paris, 4 July 2017 (AFP): It rained.<p>It stopped."
    )
    assert texts(article) == ["Paris, 4 July 2017 (AFP): It rained.", "It stopped."]
    assert (article.title, article.source, article.published) == ("Rain", "AFP", date(2017, 7, 4))


@pytest.mark.parametrize("title", [f"{TITLE} - The Daily", TITLE, "Another headline"])
def test_the_name_of_the_site_is_not_the_headline(tmp_path: Path, title: str) -> None:
    page = html().replace(f"<title>{TITLE}", f"<title>{title}").replace("<article>", "<h1>The Daily</h1><article>")
    (article,), _ = read_bytes(tmp_path, "page.html", page)
    assert (article.title, texts(article)) == (TITLE, PARAGRAPHS)


def test_old_pages_part_their_paragraphs_by_breaks(tmp_path: Path) -> None:
    body = "<br><br>".join(PARAGRAPHS)
    page = f"<html><body><table><tr><td><font size=2>{body}</font></td></tr></table></body></html>"
    (article,), _ = read_bytes(tmp_path, "old.html", page)
    assert texts(article) == PARAGRAPHS


def test_a_page_that_a_script_fills_is_read_from_its_data(tmp_path: Path) -> None:
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(PARAGRAPHS)}
    page = f'<html><body><div id=app></div><script type="application/ld+json">{json.dumps(data)}</script></body></html>'
    (article,), _ = read_bytes(tmp_path, "app.html", page)
    assert texts(article) == PARAGRAPHS


def test_a_page_without_an_article_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"empty\.html: no article found"):
        read_bytes(tmp_path, "empty.html", "<html><body><nav><a href='/'>Home</a></nav></body></html>")


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("windows-1251", "cp1251", "Президент Китая Си Цзиньпин прибыл в Москву. Он встретится с Владимиром Путиным."),
        ("gb2312", "gb18030", "习近平主席抵达莫斯科，他将会见普京总统，讨论双边关系。两国将签署两份联合声明。"),
        ("Shift_JIS", "cp932", "中国の習近平国家主席がモスクワに到着した。プーチン大統領と会談する。"),
        ("big5", "big5", "中國國家主席習近平抵達莫斯科，他將會見普京總統，討論雙邊關係。"),
        ("iso-8859-1", "cp1252", "The café’s owner said “no” – and left for the coast with his family."),
    ],
)
def test_declared_encodings(tmp_path: Path, declared: str, encoding: str, text: str) -> None:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">'
    page = f"<html><head>{head}</head><body><p>{text}</p></body></html>"
    (article,), _ = read_bytes(tmp_path, "page.html", page.encode(encoding))
    assert texts(article) == [text]


def test_a_saved_page_keeps_its_address_and_not_the_day_it_was_saved(tmp_path: Path) -> None:
    (article,), _ = read_bytes(tmp_path, "saved.mhtml", mhtml(html([PARAGRAPHS[1], PARAGRAPHS[2], "Größe “ja”. " * 9])))
    assert_sound(article)
    assert texts(article)[:2] == PARAGRAPHS[1:]
    assert texts(article)[2].startswith("Größe “ja”.")
    assert (article.title, article.url, article.published) == (TITLE, "https://daily.example/world/xi", None)


def test_a_plain_mail(tmp_path: Path) -> None:
    body = "\n\n".join([*PARAGRAPHS, "> quoted before", "https://daily.example/a", "Unsubscribe"]) + "\n-- \nJane\n"
    (article,), problems = read_bytes(tmp_path, "a.eml", eml(body))
    assert_sound(article)
    assert problems == []
    assert [" ".join(text.split()) for text in texts(article)] == PARAGRAPHS
    assert (article.title, article.source, article.published) == (TITLE, "Reuters", DAY)


def test_a_mail_of_html_and_its_attachment(tmp_path: Path) -> None:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    message = message_from_bytes(eml("View in browser", html()), policy=policy.default)
    assert isinstance(message, EmailMessage)
    message.add_attachment(b"%PDF-", "application", "pdf", filename="release.pdf")
    (article,), problems = read_bytes(tmp_path, "a.eml", message.as_bytes())
    assert texts(article) == PARAGRAPHS
    assert len(problems) == 1
    assert "release.pdf" in problems[0]


def test_a_word_document(tmp_path: Path) -> None:
    parts = [
        ("Title", TITLE), ("Normal", "By Jane Doe"), ("Normal", PARAGRAPHS[0]), ("Heading 2", "What was agreed"),
        ("Normal", PARAGRAPHS[1]), ("List Bullet", "More gas."), ("List Bullet", "More trade."),
        ("Caption", "Figure 1: a map"),
        ("Normal", PARAGRAPHS[2]),
    ]  # fmt: skip
    (article,), _ = read_bytes(tmp_path, "a.docx", docx(parts, author="python-docx"))
    assert_sound(article)
    assert texts(article) == [PARAGRAPHS[0], PARAGRAPHS[1], "More gas.\nMore trade.", PARAGRAPHS[2]]
    assert (article.title, article.author, article.source, article.published) == (TITLE, "Jane Doe", "AFP", None)


def test_word_shows_insertions_and_neither_deletions_nor_hidden_text(tmp_path: Path) -> None:
    import io

    import docx as python_docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = python_docx.Document()
    paragraph = document.add_paragraph("They signed ")
    for xml in (
        '<w:ins {} w:id="1" w:author="x"><w:r><w:t>two</w:t></w:r></w:ins>',
        '<w:del {} w:id="2" w:author="x"><w:r><w:delText>three</w:delText></w:r></w:del>',
        "<w:r {}><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>",
        '<w:r {}><w:t xml:space="preserve"> statements.</w:t></w:r>',
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    document.add_table(1, 2).rows[0].cells[0].text = "Trade"
    buffer = io.BytesIO()
    document.save(buffer)
    (article,), _ = read_bytes(tmp_path, "a.docx", buffer.getvalue())
    assert texts(article) == ["They signed two statements.", "Trade"]


def test_the_chapters_of_an_epub(tmp_path: Path) -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    book = epub(
        {
            "cover.xhtml": "<p>Cover</p>",
            "one.xhtml": f"<h1>{TITLE}</h1>{body}",
            "two.xhtml": "<h2>Rain</h2><p>It rained.</p>",
        }
    )
    (first, second), problems = read_bytes(tmp_path, "weekly.epub", book)
    assert problems == []
    assert_sound(first)
    assert (first.id, first.title, first.source) == ("weekly/one", TITLE, "Weekly Press")
    assert (first.published, first.author, first.language) == (date(2023, 3, 25), "Jane Doe", "en")
    assert texts(first) == PARAGRAPHS
    assert (second.id, second.title, texts(second)) == ("weekly/two", "Rain", ["It rained."])


def test_a_pdf_is_put_together_again(tmp_path: Path) -> None:
    body = [*PARAGRAPHS, *(f"{text} Again." for text in PARAGRAPHS * 9)]
    (article,), _ = read_bytes(tmp_path, "a.pdf", typeset(body))
    assert_sound(article)
    assert texts(article) == body
    assert (article.title, article.source, article.published) == (TITLE, "AFP", None)


def test_a_pdf_undoes_hyphens_and_keeps_those_that_belong(tmp_path: Path) -> None:
    lines = [
        "The state-owned firm and the govern-",
        "ment agreed on the state-",
        "owned company, the minis-",
        "ter said on Tuesday.",
    ]
    page = [(line, 60.0, 700.0 - 14 * at, 11.0) for at, line in enumerate(lines)]
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([page]))
    assert texts(article) == [
        "The state-owned firm and the government agreed on the state-owned company, the minister said on Tuesday."
    ]


def test_a_pdf_in_chinese(tmp_path: Path) -> None:
    lines = ["习近平主席抵达莫斯科，", "他将会见普京总统。"]
    page = [(line, 60.0, 700.0 - 14 * at, 11.0) for at, line in enumerate(lines)]
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([page], unicode="".join(lines)))
    assert (texts(article), article.language) == (["".join(lines)], "zh")


def test_the_day_a_pdf_was_made_is_not_its_date(tmp_path: Path) -> None:
    page = [("It rained in Paris on Monday, the office said.", 60.0, 700.0, 11.0)]
    info = {"Title": "Microsoft Word - rain.docx", "Author": "Jane Doe", "CreationDate": "D:20200102030405Z"}
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([page], info))
    assert (article.published, article.author) == (None, "Jane Doe")
    assert article.title == "It rained in Paris on Monday, the office said"


def test_a_pdf_of_pictures_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"a\.pdf: holds no text, only pictures"):
        read_bytes(tmp_path, "a.pdf", pdf([[]]))


def test_rss(tmp_path: Path) -> None:
    (first, last), problems = read_bytes(tmp_path, "feed.xml", RSS)
    assert_sound(first)
    assert texts(first) == PARAGRAPHS[:2]
    assert (first.id, first.title, first.source, first.published) == (
        "feed/daily.example-p=17",
        TITLE,
        "The Daily Ivy",
        DAY,
    )
    assert (first.url, first.language) == ("https://daily.example/world/xi-putin", "en")
    assert texts(last) == ["It rained & poured in Paris."]
    assert len(problems) == 1
    assert "entry 2: has no text" in problems[0]


def test_a_feed_that_is_not_well_formed_is_read_all_the_same(tmp_path: Path) -> None:
    (first, *_), _ = read_bytes(tmp_path, "feed.rss", RSS.replace("&amp;amp;", "& <br>"))
    assert texts(first) == PARAGRAPHS[:2]


@pytest.mark.parametrize(
    ("name", "content", "article_id", "source"),
    [
        ("a.atom", ATOM, "a/urn-uuid-60a76c80-d399", "Ivy World"),
        ("a.xml", NITF, "a", "The Daily Ivy"),
        ("a.xml", NEWSML_G2, "a", "AFP"),
        ("a.xml", NEWSML_1, "a/ID42", "AFP"),
        (
            "a.xml",
            f"<newsMessage><itemSet>{NEWSML_G2.partition('?>')[2]}</itemSet></newsMessage>",
            "a/urn-newsml-afp-1",
            "AFP",
        ),
    ],
    ids=["atom", "nitf", "newsml-g2", "newsml 1", "newsMessage"],
)
def test_the_agencies_xml(tmp_path: Path, name: str, content: str, article_id: str, source: str) -> None:
    (article,), problems = read_bytes(tmp_path, name, content)
    assert problems == []
    assert_sound(article)
    assert texts(article) == PARAGRAPHS[:2]
    assert (article.id, article.title, article.source) == (article_id, TITLE, source)
    assert (article.published, article.author) == (DAY, "Jane Doe")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<bank><p>x</p></bank>", "a kind that is not read"),
        ("<a><b>", "no well-formed"),
    ],
)
def test_other_xml_is_named(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read_bytes(tmp_path, "a.xml", content)


ROWS = [
    {"id": "a/1 #x", "title": "One", "source": "Ivy", "published": "2023-03-22",
     "paragraphs": ["First, short", "Second."]},
    {"url": "https://daily.example/2023/xi-visit", "headline": "Two", "source": {"id": None, "name": "BBC"},
     "publishedAt": "2023-03-22T23:00:00-05:00", "authors": [{"name": "Jane Doe"}, "Li Wei"], "language": "en",
     "content": "<p>Para one.</p><p>Para <b>two</b>.</p><script>x</script>"},
    {"title": "No text"},
    {"text": "Para one.\n\nPara two."},
    [1, 2],
]  # fmt: skip


def assert_rows(path: Path, content: str) -> None:
    (one, two, four), problems = read_bytes(path.parent, path.name, content)
    for article in (one, two, four):
        assert_sound(article)
    assert (one.id, one.title, one.source, one.published) == (f"{path.stem}/a-1-x", "One", "Ivy", DAY)
    assert texts(one) == ["First, short", "Second."]
    assert (two.id, two.title, two.source, two.published) == (f"{path.stem}/2023-xi-visit", "Two", "BBC", DAY)
    assert (two.author, two.url, two.language) == ("Jane Doe, Li Wei", "https://daily.example/2023/xi-visit", "en")
    assert texts(two) == texts(four) == ["Para one.", "Para two."]
    assert four.id == f"{path.stem}/4"
    assert [problem.split(": ")[1] for problem in problems] == ["row 3", "row 5"]


@pytest.mark.parametrize("name", ["r.jsonl", "r.ndjson", "r.json"])
def test_json_lines(tmp_path: Path, name: str) -> None:
    assert_rows(tmp_path / name, jsonl(ROWS))


@pytest.mark.parametrize("wrap", ["{}", '{{"status": "ok", "articles": {}}}', '{{"response": {{"results": {}}}}}'])
def test_json_lists(tmp_path: Path, wrap: str) -> None:
    assert_rows(tmp_path / "list.json", wrap.format(json.dumps(ROWS)))


def test_a_json_file_of_one_article(tmp_path: Path) -> None:
    (article,), _ = read_bytes(tmp_path, "one.json", json.dumps(ROWS[0], indent=2))
    assert (article.id, article.title) == ("one", "One")


def test_a_json_feed_names_its_outlet_once(tmp_path: Path) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Ivy",
        "items": [{"id": "u1", "content_html": "<p>It rained.</p>"}],
    }
    (article,), _ = read_bytes(tmp_path, "feed.json", json.dumps(feed))
    assert (article.id, article.source, texts(article)) == ("feed/u1", "Ivy", ["It rained."])


def test_a_broken_row_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    content = jsonl(ROWS[:1]).encode() + b"{broken\n\n\xff\xfe{\n" + jsonl(ROWS[3:4]).encode()
    articles, problems = read_bytes(tmp_path, "r.jsonl", content)
    assert [article.id for article in articles] == ["r/a-1-x", "r/5"]
    assert ["row 2: is no valid JSON" in problems[0], "row 4: " in problems[1]] == [True, True]


def test_rows_of_the_same_id_are_kept_apart(tmp_path: Path) -> None:
    rows = [{"id": key, "text": "It rained."} for key in ("x", "x", "x!", "x?", "", "#")]
    articles, _ = read_bytes(tmp_path, "r.jsonl", jsonl(rows))
    ids = [article.id for article in articles]
    assert len(set(ids)) == len(rows)
    assert ids[:2] == ["r/x", "r/x-2"]
    assert not any("#" in article_id for article_id in ids)


@pytest.mark.parametrize(("name", "delimiter"), [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t"), ("t.csv", "\t")])
def test_tables(tmp_path: Path, name: str, delimiter: str) -> None:
    table = csv_table(
        [
            ["Headline", "Pub Date", "Body", "URL", "Outlet", "extra"],
            ["One", "22/03/2023", 'Line "one".\n\nLine; two, too.', "https://daily.example/a/b", "Ivy"],
            ["Two", "", " ", "", ""],
            [],
            ["Three", "Mar 22, 2023", "It rained.", "", "", ""],
        ],
        delimiter,
    )
    (one, three), problems = read_bytes(tmp_path, name, "\ufeff" + table)
    assert (one.id, one.title, one.source, one.published) == ("t/a-b", "One", "Ivy", DAY)
    assert texts(one) == ['Line "one".', "Line; two, too."]
    assert (three.id, three.published) == ("t/3", DAY)
    assert [problem.split(": ")[1] for problem in problems] == ["row 2"]


def test_excels_own_separator_line_and_code_page(tmp_path: Path) -> None:
    (article,), _ = read_bytes(
        tmp_path, "t.csv", "sep=;\r\ntitle;text\r\nÜber;Größe “ja”, sagte er am Freitag.\r\n".encode("cp1252")
    )
    assert (article.title, texts(article)) == ("Über", ["Größe “ja”, sagte er am Freitag."])


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "x\n"])
def test_a_table_without_a_text_column_says_what_to_name_it(tmp_path: Path, content: str) -> None:
    with pytest.raises(ArticleError, match="names no column of text; name the columns title, date, source, text"):
        read_bytes(tmp_path, "t.csv", content)


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "[]"), ("a.json", '{"x": 1}'), ("a.jsonl", " \n"), ("a.json", "{"), ("a.json", "")]
)
def test_a_file_without_an_article_is_an_error(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(ArticleError, match=rf"^\S*{name}: "):
        read_bytes(tmp_path, name, content)


def test_a_zip_of_everything(tmp_path: Path) -> None:
    inner = {
        "a.txt": "It rained.",
        "deep/b.html": html(),
        "c.jsonl": jsonl(ROWS[:1]),
        "d.pdf": typeset(PARAGRAPHS),
        "x.exe": "no",
        ".h.txt": "no",
        "__MACOSX/a.txt": "no",
    }
    (tmp_path / "all.zip").write_bytes(zipped(inner))
    articles, problems = read(tmp_path / "all.zip")
    assert problems == []
    assert [article.id for article in articles] == ["all/a", "all/c/a-1-x", "all/d", "all/deep/b"]
    assert texts(articles[2]) == PARAGRAPHS
    assert articles[3].path == f"{tmp_path}/all.zip/deep/b.html"
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "all.zip").write_bytes(zipped({"a.txt": "It rained."}))
    files = list_files(tmp_path)
    assert [file.id for file in files if file.member == "a.txt"] == ["all/a", "z/all/a"]
    assert files[0].digest() == hashlib.sha256(b"It rained.").hexdigest()


def test_the_ids_of_a_files_articles_and_of_a_folder_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.txt").write_text("It rained.")
    (tmp_path / "a.jsonl").write_text('{"text": "It snowed."}')
    articles, _ = read(tmp_path)
    assert [(article.id, texts(article)) for article in articles] == [
        ("a.jsonl/1", ["It snowed."]),
        ("a/1", ["It rained."]),
    ]


def test_files_of_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.exe").write_text("x")
    for name, reason in (("none.txt", "does not exist"), ("a.exe", "of no kind that is read")):
        with pytest.raises(UsageError, match=reason):
            read(tmp_path / name)


def test_the_public_corpora_have_this_shape(tmp_path: Path) -> None:
    row = {
        "id": "squad-d00",
        "title": "Normans",
        "date": None,
        "source": "Wikipedia",
        "paragraphs": [{"id": "p0", "text": "Short head"}, {"id": "p1", "text": "A\nB"}],
    }
    (article,), _ = read_bytes(tmp_path, "squad2.corpus.jsonl", jsonl([row]))
    assert (article.id, article.published, texts(article)) == ("squad2.corpus/squad-d00", None, ["Short head", "A\nB"])


def test_every_suffix_has_a_reader(tmp_path: Path) -> None:
    assert (
        set(".txt .md .html .htm .mhtml .mht .pdf .docx .epub .eml .json .jsonl .ndjson .csv .tsv .xml .zip".split())
        <= SUFFIXES
    )
    for suffix in sorted(SUFFIXES):
        with pytest.raises(ArticleError):
            list(file_of(tmp_path, f"empty{suffix}", b"").articles())


def test_listing_imports_no_reader() -> None:
    heavy = {"trafilatura", "pypdf", "docx", "feedparser", "lxml", "charset_normalizer", "dateparser", "yaml"}
    code = f"import sys, assistant.ingest.discover; print({heavy} & set(sys.modules))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[3]
        ).stdout
        == b"set()\n"
    )


@pytest.mark.parametrize("name", ["a.rtf", "a.odt", "a.msg", "a.warc", "a.srt", "a.vtt", "a.mbox", "a.gz"])
@pytest.mark.parametrize("content", [b"", b"It rained.", b"{\\rtf1 }", b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04"])
def test_what_is_not_of_its_kind_is_one_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(ArticleError, match=rf"{name}: ") as raised:
        read_bytes(tmp_path, name, content)
    assert "\n" not in str(raised.value)
