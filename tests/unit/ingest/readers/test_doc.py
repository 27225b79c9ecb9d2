"""Word documents of before 2007 by a program that is installed; what is something else under `.doc` is read as that."""

from __future__ import annotations

import io
import os
from pathlib import Path

import docx
import pytest
from article_samples import read_bytes, texts

from assistant.errors import ArticleError
from assistant.ingest.discover import list_files
from assistant.ingest.file import RawFile
from assistant.ingest.readers import doc

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
FIRST, SECOND = "The pier at Lund was closed on Monday.", "Nobody knows when it will be opened again."


def program(folder: Path, *lines: str) -> str:
    path = folder / "antiword"
    path.write_text("\n".join(("#!/bin/sh", *lines)))
    path.chmod(0o700)
    return os.fspath(path)


def written(folder: Path) -> RawFile:
    (folder / "a.doc").write_bytes(OLE)
    return RawFile(folder / "a.doc")


def test_the_text_is_what_the_installed_program_prints(tmp_path: Path) -> None:
    path = program(tmp_path, f'test -s "$5" && printf "%s\\n\\n%s\\n" "{FIRST}" "{SECOND}"')
    asked: list[str] = []
    (story,) = doc.read(written(tmp_path), lambda name: asked.append(name) or path)  # type: ignore[func-returns-value]
    assert story.texts == (FIRST, SECOND)
    assert asked == ["antiword"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [(("echo 'is not a Word Document' >&2", "exit 1"), "is not a Word Document"), (("exit 0",), "no text")],
)
def test_what_the_program_cannot_read_is_said(tmp_path: Path, lines: tuple[str, ...], reason: str) -> None:
    path = program(tmp_path, *lines)
    with pytest.raises(ArticleError, match=rf"a\.doc: cannot be read by .*{reason}.*; save it as \.docx"):
        list(doc.read(written(tmp_path), lambda _: path))


def test_without_a_program_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"a\.doc: is a Word document of before 2007.*or save it as \.docx"):
        list(doc.read(written(tmp_path), lambda _: None))


def test_other_files_under_this_suffix_are_read_as_what_they_are(tmp_path: Path) -> None:
    newer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(FIRST)
    document.add_paragraph(SECOND)
    document.save(newer)
    page = f"<html><body><article><h1>Pier</h1><p>{FIRST}</p><p>{SECOND}</p></article></body></html>"
    for content in (
        newer.getvalue(),
        rf"{{\rtf1\ansi {FIRST}\par {SECOND}\par}}",
        page,
        f"{FIRST}\n\n{SECOND}\n",
    ):
        ((article,), problems) = read_bytes(tmp_path, "a.doc", content)
        assert (texts(article), problems) == ([FIRST, SECOND], [])


def test_a_text_that_begins_like_a_zip_is_text(tmp_path: Path) -> None:
    first = f"PKO opened a branch. {FIRST}"
    ((article,), problems) = read_bytes(tmp_path, "a.doc", f"{first}\n\n{SECOND}\n")
    assert (texts(article), problems) == ([first, SECOND], [])


def test_a_list_of_feeds_is_named_and_not_fetched(tmp_path: Path) -> None:
    outline = '<outline text="Post" type="rss" xmlUrl="https://post.example/feed"/>'
    (tmp_path / "a.opml").write_text(f'<?xml version="1.0"?><opml version="2.0"><body>{outline * 2}</body></opml>')
    (file,) = list_files(tmp_path)
    with pytest.raises(ArticleError, match=r"a\.opml: is a list of 2 feeds, not of articles, and nothing is fetched"):
        list(file.articles())
