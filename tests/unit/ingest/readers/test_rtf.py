"""RTF: documents, what they do not show, exports of several articles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from article_samples import read_bytes, texts

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
