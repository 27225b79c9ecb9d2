"""Random and mutated files of every kind: only articles, problems and article errors come out."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

import pytest
from article_samples import (
    ATOM,
    NEWSML_1,
    NEWSML_G2,
    NITF,
    PARAGRAPHS,
    RSS,
    assert_sound,
    csv_table,
    docx,
    eml,
    epub,
    html,
    jsonl,
    mhtml,
    tarred,
    typeset,
    zipped,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.errors import ArticleError
from assistant.ingest.build import Problem
from assistant.ingest.discover import files_of
from assistant.ingest.formats import SUFFIXES
from assistant.ingest.readers.encoding import decode


@cache
def samples() -> dict[str, list[bytes]]:
    rows = [
        {"id": "a", "title": "T", "date": "2023-03-22", "text": "\n\n".join(PARAGRAPHS)},
        {"paragraphs": PARAGRAPHS},
    ]
    plain = "---\ntitle: T\ndate: 2023-01-02\n---\n# Head\n\n" + "\n\n".join(PARAGRAPHS)
    encoded = [plain.encode(), plain.encode("utf-16"), "Москва, 22 марта. /ТАСС/. Си приехал.".encode("cp1251")]
    table = csv_table([["id", "title", "text"], ["1", "T", "It rained, he said."], ["2", "U", 'A "b"\n\nc']])
    feeds = [text.encode() for text in (RSS, ATOM, NITF, NEWSML_G2, NEWSML_1)]
    page = html()
    members = {"a.txt": plain, "b/c.html": page, "d.jsonl": jsonl(rows)}
    found = {
        **{suffix: list(encoded) for suffix in (".txt", ".text", ".md", ".markdown")},
        **{suffix: [page.encode(), page.encode("utf-16")] for suffix in (".html", ".htm", ".xhtml")},
        **{suffix: [mhtml(page)] for suffix in (".mhtml", ".mht")},
        ".pdf": [typeset(PARAGRAPHS)],
        ".rtf": [b"{\\rtf1\\ansi It rained.\\par It stopped.\\par}"],
        ".odt": [zipped({"content.xml": "<x><text><p>It rained.</p></text></x>"})],
        ".mbox": [b"From a Tue May  4 08:00:00 2021\n" + eml("It rained.")],
        ".msg": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)],
        ".srt": [b"1\n00:00:01,000 --> 00:00:03,000\nIt rained.\n"],
        ".vtt": [b"WEBVTT\n\n00:01.000 --> 00:03.000\nIt rained.\n"],
        ".warc": [b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n"],
        ".gz": [b"\x1f\x8b" + bytes(50)],
        ".docx": [docx([("Title", "T"), ("Normal", PARAGRAPHS[0]), ("List Bullet", "x")])],
        ".epub": [epub({"one.xhtml": f"<h1>T</h1><p>{PARAGRAPHS[0]}</p>", "two.xhtml": "<p>It rained.</p>"})],
        ".eml": [eml("\n\n".join(PARAGRAPHS)), eml("See below", page)],
        ".json": [json.dumps(rows).encode(), json.dumps({"articles": rows}).encode(), jsonl(rows).encode()],
        **{suffix: [jsonl(rows).encode(), jsonl(rows).encode("utf-16")] for suffix in (".jsonl", ".ndjson")},
        **{suffix: [table.encode(), table.replace(",", "\t").encode("cp1252")] for suffix in (".csv", ".tsv")},
        **{suffix: list(feeds) for suffix in (".xml", ".rss", ".atom")},
        ".opml": [b'<opml version="2.0"><body><outline text="Post" xmlUrl="https://post.example/"/></body></opml>'],
        ".doc": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), b"{\\rtf1 It rained.}"],
        ".zip": [zipped(members)],
        ".tar": [tarred(members)],
        **{suffix: [tarred(members, "w:gz")] for suffix in (".tar.gz", ".tgz")},
    }
    assert set(found) == SUFFIXES
    return found


def check(suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sample{suffix}"
        path.write_bytes(content)
        ids: list[str] = []
        for file in files_of(path):
            try:
                for found in file.articles():
                    if isinstance(found, Problem):
                        assert_message(found.message, path)
                        continue
                    ids.append(found.id)
                    if suffix in (".txt", ".text", ".md", ".markdown"):
                        text = decode(content, "x")
                        assert all(text[p.offset :][: len(p.text)] == p.text for p in found.paragraphs)
                    elif file.member is None:
                        assert_sound(found)
            except ArticleError as error:
                assert_message(str(error), path)
        assert len(ids) == len(set(ids))
        assert [entry.name for entry in Path(folder).iterdir()] == [path.name]


def assert_message(message: str, path: Path) -> None:
    assert message.startswith(str(path))
    assert "\n" not in message
    message.encode()


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@given(content=st.binary(max_size=300))
@hypothesis_settings(max_examples=20)
def test_random_bytes(suffix: str, content: bytes) -> None:
    check(suffix, content)


MUTATION = st.tuples(
    st.sampled_from(("replace", "insert", "remove", "repeat", "swap")),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 60),
    st.binary(min_size=1, max_size=8)
    | st.sampled_from([b"<", b">", b'"', b"{", b"\x00", b"\xff", b"]]>", b"&e;", b"\n\n", "\u202e".encode()]),
)


def mutated(content: bytes, changes: list[tuple[str, float, int, bytes]]) -> bytes:
    for kind, place, length, piece in changes:
        at = int(place * len(content))
        part = content[at : at + length]
        middle = {"replace": piece, "insert": piece + part, "remove": b"", "repeat": part * 20, "swap": part[::-1]}[
            kind
        ]
        content = content[:at] + middle + content[at + length :]
    return content


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@given(data=st.data())
@hypothesis_settings(max_examples=30)
def test_mutated_files(suffix: str, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(samples()[suffix]))
    check(suffix, mutated(content, data.draw(st.lists(MUTATION, min_size=1, max_size=4))))


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_files_cut_off_anywhere(suffix: str) -> None:
    for content in samples()[suffix]:
        check(suffix, content)
        for part in range(1, 8):
            check(suffix, content[: len(content) * part // 8])


NAMES = st.sampled_from("title text date id url source author paragraphs body x".split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=5))
@hypothesis_settings(max_examples=150)
def test_any_json_value_as_a_row(rows: list[object]) -> None:
    check(".jsonl", "\n".join(map(json.dumps, rows)).encode())
    check(".json", json.dumps(rows).encode())
