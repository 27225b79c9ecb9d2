"""RTF, OpenDocument, mail folders, Outlook messages, subtitles, web archives and WordPress exports."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import pytest
from article_samples import eml, html, jsonl, read_bytes, texts, zipped

from assistant.errors import ArticleError

BODY = ["The mill of Birkby burnt down on Monday night.", "The damage is put at 3 million marks."]
DAY = date(2021, 5, 4)


def rtf(lines: list[str]) -> bytes:
    escaped = ("".join(char if ord(char) < 128 else f"\\u{ord(char)}?" for char in line) for line in lines)
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\\f0 " + "\\par\n".join(escaped) + "\\par}").encode()


def test_an_rtf_document(tmp_path: Path) -> None:
    (article,), problems = read_bytes(tmp_path, "a.rtf", rtf(["Mühle brennt", "By Ola Berg", *BODY]))
    assert problems == []
    assert (article.id, article.title, article.author, texts(article)) == ("a", "Mühle brennt", "Ola Berg", BODY)


@pytest.mark.parametrize(
    "hidden",
    [
        r"{\deleted\revauthdel1 It rained.}",
        r"{\v It rained.\par}",
        r"\v It \b rained\b0  in K\'f6ln \u8211? {\i twice}.\v0 ",
        r"{\deleted It {\v rained\v0}\f1 again.}",
        r"\v It rained.\plain ",
    ],
)
def test_what_an_rtf_document_does_not_show(tmp_path: Path, hidden: str) -> None:
    text = rf"{{\rtf1\ansi\viewkind4 Mill burns\par The mill of Birkby {hidden}burnt down on Monday night.\par}}"
    (article,), _ = read_bytes(tmp_path, "a.rtf", text)
    assert (article.title, texts(article)) == ("Mill burns", BODY[:1])


def test_the_bytes_of_an_rtf_documents_picture_are_no_groups(tmp_path: Path) -> None:
    picture = r"{\pict\bin5 }}{\v}"
    (article,), _ = read_bytes(tmp_path, "a.rtf", rf"{{\rtf1 {picture}{BODY[0]}\par {{\v It rained.}}{BODY[1]}\par}}")
    assert texts(article) == BODY


def test_an_rtf_export_of_several_articles(tmp_path: Path) -> None:
    lines = []
    for title in ("Mill burns", "The day after"):
        lines += [title, "The Echo", "May 4, 2021 Tuesday", "Length: 9 words", "Body", *BODY, "End of Document"]
    articles, _ = read_bytes(tmp_path, "a.rtf", rtf(lines))
    assert [(article.title, article.source, article.published) for article in articles] == [
        ("Mill burns", "The Echo", DAY),
        ("The day after", "The Echo", DAY),
    ]


@pytest.mark.parametrize("name", ["a.rtf", "a.odt", "a.msg", "a.warc", "a.srt", "a.vtt", "a.mbox", "a.gz"])
@pytest.mark.parametrize("content", [b"", b"It rained.", b"{\\rtf1 }", b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04"])
def test_what_is_not_of_its_kind_is_one_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(ArticleError, match=rf"{name}: ") as raised:
        read_bytes(tmp_path, name, content)
    assert "\n" not in str(raised.value)


def odt(body: str) -> bytes:
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
    )
    content = f"<office:document-content {names}><office:body><office:text>{body}</office:text></office:body>"
    meta = (
        f'<office:document-meta {names} xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><meta:initial-creator>Ola Berg</meta:initial-creator>'
        "<dc:language>en-GB</dc:language></office:meta></office:document-meta>"
    )
    return zipped({"content.xml": content + "</office:document-content>", "meta.xml": meta})


def test_an_opendocument_text(tmp_path: Path) -> None:
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("Left", "11 seats"))
    body = (
        "<text:tracked-changes><text:p>Gone.</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">Mill burns</text:h>'
        f"<text:p>The mill<text:s/>of <text:span>Birkby</text:span> burnt down on Monday night.</text:p>"
        '<text:h text:outline-level="2">Background</text:h><text:h text:outline-level="2">Who pays?</text:h>'
        f"<text:section><text:p>The <text:note><text:p>A note.</text:p></text:note>damage is put at 3 million marks."
        "</text:p></text:section>"
        f"<table:table><table:table-row>{cells}</table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>It stood at the weir.</text:p></draw:text-box></draw:frame>"
        "</text:p>"
    )
    (article,), problems = read_bytes(tmp_path, "a.odt", odt(body))
    assert problems == []
    assert (article.title, article.author, article.language) == ("Mill burns", "Ola Berg", "en")
    assert texts(article) == [BODY[0], "Who pays?", BODY[1], "Left | 11 seats", "It stood at the weir."]


def test_a_mail_folder_is_its_mails(tmp_path: Path) -> None:
    mails = [
        eml("\n\n".join([*BODY, ">From here on the road is closed."]), From="The Echo <a@echo.example>"),
        eml("Rain."),
    ]
    folder = b"".join(
        b"From someone Tue May  4 08:00:00 2021\n" + mail.replace(b"\r\n", b"\n") + b"\n" for mail in mails
    )
    articles, problems = read_bytes(tmp_path, "news.mbox", folder)
    assert problems == []
    assert [article.id for article in articles] == ["news/1", "news/2"]
    assert (articles[0].source, texts(articles[0])) == ("The Echo", [*BODY, "From here on the road is closed."])


@pytest.mark.parametrize(
    "begin",
    [
        "MAILER-DAEMON Fri Jul  8 12:08:34 2011",
        "- Tue May 04 08:00:00 2021",
        "a@echo.example  Tue May  4 08:00 2021",
        "a at echo.example Tue May  4 08:00:00 MEST 2021",
        "1699@xxx Tue May 04 08:00:00 +0000 2021",
        "a@echo.example Tue, 4 May 2021 08:00:00 +0200 (CEST)",
        "a!b Tue May  4 08:00:00 2021 remote from echo",
        "nobody",
    ],
)
def test_a_mail_of_a_folder_begins_with_an_address_and_a_time(tmp_path: Path, begin: str) -> None:
    sentence = "" if begin == "nobody" else "\n\nFrom Tuesday 4 May at 08:00 the road was closed, in 2021 as before."
    mail = f"From {begin}\nFrom: The Echo <a@echo.example>\nSubject: Mill burns\n\n{BODY[0]}{sentence}\n\n"
    articles, problems = read_bytes(tmp_path, "a.mbox", mail * 2)
    assert (problems, [texts(article) for article in articles]) == ([], [[BODY[0], *sentence.split("\n\n")[1:]]] * 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:03,000\n<i>The mill of Birkby</i>\nburnt down\n\n2\n00:00:03,100 --> "
         "00:00:05,000\non Monday night.\n\n3\n00:00:06,000 --> 00:00:08,000\n- Who pays?\n"),
        ("a.vtt", "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:03.000 align:start\nThe mill of Birkby\n\n"
         "00:03.100 --> 00:05.000\nburnt down on Monday night.\n\nx\n00:06.000 --> 00:08.000\n- Who pays?\n"),
    ],
)  # fmt: skip
def test_subtitles_are_sentences(tmp_path: Path, name: str, content: str) -> None:
    (article,), _ = read_bytes(tmp_path, name, content)
    assert texts(article) == [BODY[0], "- Who pays?"]


def test_a_speaker_of_subtitles_is_named(tmp_path: Path) -> None:
    content = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ola Berg>It burnt &amp; fell.</v>\n"
    (article,), _ = read_bytes(tmp_path, "a.vtt", content)
    assert texts(article) == ["Ola Berg: It burnt & fell."]


@pytest.mark.parametrize(("name", "packed_as_a_whole"), [("a.warc", False), ("a.warc.gz", False), ("a.warc.gz", True)])
def test_the_pages_of_a_web_archive(tmp_path: Path, name: str, packed_as_a_whole: bool) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=name.endswith(".gz") and not packed_as_a_whole)
    for address, status, kind, content in (
        ("https://echo.example/mill", "200 OK", "text/html; charset=utf-8", html()),
        ("https://echo.example/gone", "404 Not Found", "text/html", html()),
        ("https://echo.example/a.png", "200 OK", "image/png", "x"),
        ("https://echo.example/", "200 OK", "text/html", "<html><body><nav><a href='/'>Home</a></nav></body></html>"),
    ):
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.0")
        writer.write_record(
            writer.create_warc_record(address, "response", payload=io.BytesIO(content.encode()), http_headers=headers)
        )
    written = gzip.compress(buffer.getvalue()) if packed_as_a_whole else buffer.getvalue()
    (article,), (problem,) = read_bytes(tmp_path, name, written)
    assert (article.url, len(article.paragraphs)) == ("https://echo.example/mill", 3)
    assert article.id.endswith("/mill")
    assert "https://echo.example/: no article found" in problem


def test_a_packed_file_that_is_no_web_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"a\.gz: "):
        read_bytes(tmp_path, "a.gz", gzip.compress(jsonl([{"text": "It rained."}]).encode()))


def wordpress(*items: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        f"<title>The Echo</title><wp:wxr_version>1.2</wp:wxr_version>{''.join(items)}</channel></rss>"
    )


def post(number: int, content: str, kind: str = "post", status: str = "publish") -> str:
    return (
        f"<item><title>Mill {number}</title><link>https://echo.example/{number}</link><dc:creator>ola</dc:creator>"
        f"<pubDate>Tue, 04 May 2021 20:00:00 +0000</pubDate><content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status></item>"
    )


def test_a_wordpress_export_is_its_published_posts(tmp_path: Path) -> None:
    content = (
        '[caption id="a" width="9"]<img src="a.jpg" />[/caption]\n\nThe mill of <em>Birkby</em> burnt down\non Monday '
        f"night.\n\n{BODY[1]}"
    )
    blocks = f"<!-- wp:paragraph --><p>{BODY[0]}</p><!-- /wp:paragraph -->\n\n<p>{BODY[1]}</p>"
    items = (post(1, content), post(2, blocks), post(3, "x", "attachment", "inherit"), post(4, blocks, status="draft"))
    articles, (problem,) = read_bytes(tmp_path, "a.xml", wordpress(*items))
    assert [(article.title, article.source, article.published, texts(article)) for article in articles] == [
        (f"Mill {number}", "The Echo", DAY, BODY) for number in (1, 2)
    ]
    assert "entry 4: is a post that is not published" in problem
