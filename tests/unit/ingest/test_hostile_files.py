"""Files that want to harm: each is refused with one line, and the others are read."""

from __future__ import annotations

import io
import os
import socket
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from article_samples import (
    NITF,
    PARAGRAPHS,
    RSS,
    TITLE,
    assembled,
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

from assistant.errors import ArticleError
from assistant.ingest import archive, discover, limits, sandbox
from assistant.ingest.build import Story
from assistant.ingest.discover import list_files
from assistant.ingest.file import RawFile
from assistant.ingest.formats import SUFFIXES
from assistant.ingest.readers import jsonl as jsonl_reader

STORY = "It rained in Paris.\n\nIt stopped."
NESTED = 10_000


def refused(path: Path, name: str, content: bytes | str, reason: str) -> None:
    """`content` is refused for this reason, in one line that names the file, and its neighbour is read."""
    (path / "good.txt").write_text(STORY)
    (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    outcomes = {}
    for file in list_files(path):
        try:
            outcomes[file.id] = [type(found).__name__ for found in file.articles()]
        except ArticleError as error:
            message = str(error)
            assert reason in message
            assert name in message
            assert "\n" not in message
            outcomes[file.id] = ["refused"]
    assert outcomes.pop("good") == ["Article"]
    assert ["refused"] in outcomes.values()


def packed_bomb(size: int = 64 * limits.MIB) -> bytes:
    return zipped({"a.txt": b"0" * size})


@pytest.mark.parametrize("name", ["a.zip", "a.docx", "a.epub"])
def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path, name: str) -> None:
    refused(tmp_path, name, packed_bomb(), "as zip bombs do")


def test_a_bomb_among_good_members_is_refused_alone(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(
        zipped({"bomb.txt": b"0" * 4 * limits.MIB, "good.txt": STORY, "noise.txt": os.urandom(10**5)})
    )
    files = {file.id: file for file in list_files(tmp_path)}
    assert [texts(article) for article in files["a/good"].articles()] == [STORY.split("\n\n")]  # type: ignore[arg-type]
    with pytest.raises(ArticleError, match=r"a\.zip/bomb\.txt: unpacks to more than 200 times"):
        list(files["a/bomb"].articles())


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_declared(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": os.urandom(2_000).hex()}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + place
        content[at : at + 4] = struct.pack("<I", 100)
    refused(tmp_path, "a.zip", bytes(content), "is damaged")


@pytest.mark.parametrize("error", [KeyError("title"), ValueError("odd"), RuntimeError("inside")])
def test_what_a_reader_gets_wrong_is_not_told_as_damage_of_the_archive(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.txt": STORY}))
    with pytest.raises(type(error)) as caught, archive.open_member(path, "a.txt", "a.zip/a.txt"):
        raise error
    assert caught.value is error


def test_too_much_and_too_many_in_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = {f"{number}.txt": STORY for number in range(30)}
    monkeypatch.setattr(archive, "MAX_ARCHIVE_MEMBERS", 20)
    refused(tmp_path, "a.zip", zipped(members), "holds more than 20 files")
    monkeypatch.setattr(archive, "MAX_ARCHIVE_MEMBERS", 50)
    monkeypatch.setattr(archive, "MAX_ARCHIVE_BYTES", 500)
    refused(tmp_path, "a.zip", zipped(members), "unpacks to more than")
    monkeypatch.setattr(archive, "MAX_ARCHIVE_DIRECTORY_BYTES", 100)
    refused(tmp_path, "a.zip", zipped(members), "holds more than 50 files")


def test_a_record_whose_counts_spell_a_record_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(200):
            packed.writestr(f"{number:05}-{'x' * 200}.txt", "A story.")
    honest = archive.directory_bytes(path)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x05\x06")
    content[at + 8 : at + 12] = b"PK\x05\x06"
    path.write_bytes(content)
    assert archive.directory_bytes(path) == honest > 40_000


def test_the_size_of_a_zips_directory_is_known_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.txt": STORY, "b.txt": STORY}))
    (tmp_path / "b.zip").write_bytes(b"no zip at all")
    assert archive.directory_bytes(tmp_path / "a.zip") == 2 * (46 + len("a.txt"))
    assert archive.directory_bytes(tmp_path / "b.zip") == 0
    content = zipped({"a.txt": STORY})
    at = content.index(b"PK\x05\x06")
    end64 = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, 10**12, 0)
    (tmp_path / "c.zip").write_bytes(
        content[:at] + end64 + b"PK\x06\x07" + struct.pack("<LQL", 0, at, 1) + content[at:]
    )
    assert archive.directory_bytes(tmp_path / "c.zip") == 10**12
    with pytest.raises(ArticleError, match="holds more than"):
        read(tmp_path / "c.zip")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped({"b.zip": zipped({"a.txt": STORY})}), "is an archive in an archive"),
        (zipped({"a.txt": STORY}, zipfile.ZIP_LZMA), "packed by a method that is not read"),
        (zipped({"a.txt": STORY})[:40], "is damaged or no zip file"),
        (b"PK", "is damaged or no zip file"),
        (b"", "is damaged or no zip file"),
        (zipped({"a.exe": "x", "b/": ""}), "holds no article"),
        (zipped({"a.txt": STORY}).replace(b"rained", b"snowed"), "is damaged"),
    ],
    ids=["nested", "lzma", "cut", "stub", "empty", "nothing", "checksum"],
)
def test_archives_that_cannot_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    if reason == "is damaged":
        content = zipped({"a.txt": STORY}, zipfile.ZIP_STORED).replace(b"rained", b"snowed")
    refused(tmp_path, "a.zip", content, reason)


def test_an_encrypted_member_says_so(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": STORY}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    refused(tmp_path, "a.zip", bytes(content), "is encrypted; unpack it with its password")


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    names = [
        "../../etc/a.txt",
        "/abs/b.txt",
        "C:\\Windows\\c.txt",
        "d/./../d.txt",
        "..\\..\\e.txt",
        "\u202etxt.f.txt",
        "g\nh.txt",
        "i#j.txt",
    ]
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.zip").write_bytes(zipped(dict.fromkeys(names, STORY)))
    articles, problems = read(inside)
    assert problems == []
    ids = [article.id for article in articles]
    assert len(set(ids)) == len(names)
    for article in articles:
        assert article.id.startswith("a/")
        assert not {"..", ".", ""} & set(article.id.split("/"))
        assert article.path.startswith(f"{inside}/a.zip/")
        assert "\u202e" not in article.id + article.path
        assert "\n" not in article.id + article.path
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inside"]


def test_links_pipes_and_devices(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "secret.txt"
    inside.mkdir()
    outside.write_text("The secret was out.")
    (inside / "good.txt").write_text(STORY)
    (inside / "link.txt").symlink_to("good.txt")
    (inside / "leak.txt").symlink_to(outside)
    (inside / "zero.txt").symlink_to("/dev/zero")
    (inside / "up").symlink_to(tmp_path, target_is_directory=True)
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    (inside / "self.html").symlink_to("self.html")
    os.mkfifo(inside / "pipe.pdf")
    os.mkfifo(inside / "pipe.zip")
    outcomes = {}
    for file in list_files(inside):
        try:
            outcomes[file.id] = str(len(list(file.articles())))
        except ArticleError as error:
            outcomes[file.id] = str(error).partition(": ")[2]
        if file.id not in ("good", "link"):
            with pytest.raises(ArticleError):
                file.digest()
    assert set(outcomes) == {"good", "link", "leak", "zero", "self", "pipe", "pipe.zip", "up"}
    assert outcomes["good"] == outcomes["link"] == "1"
    assert outcomes["up"].startswith("is a link to a folder, which is not followed")
    assert outcomes["leak"].startswith("is a link that leads out of the folder")
    assert outcomes["zero"].startswith("is a link that leads out of the folder")
    assert outcomes["pipe"].startswith("is not a regular file")
    assert outcomes["pipe.zip"].startswith("is not a regular file")


def test_a_folder_that_is_a_link_itself_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text(STORY)
    (tmp_path / "real" / "b.txt").symlink_to("a.txt")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    articles, _ = read(tmp_path / "link")
    assert [article.id for article in articles] == ["a", "b"]


@pytest.mark.parametrize("size", [limits.MAX_BYTES + 1, 2 * 1024 * limits.MIB])
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.xml", "a.pdf", "a.jsonl", "a.csv", "a.json"])
def test_huge_files_are_refused_without_being_read(tmp_path: Path, name: str, size: int) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(size)
    (file_,) = list_files(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(ArticleError, match=rf"{name}: (?:larger than|is not a text file|is not a PDF|is empty)"):
            list(file_.articles())
        assert tracemalloc.get_traced_memory()[1] < 48 * limits.MIB
    finally:
        tracemalloc.stop()


def test_a_row_that_is_too_long_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    row = jsonl([{"text": STORY}])
    with (tmp_path / "a.jsonl").open("w") as file:
        file.write(row)
        for _ in range(40):
            file.write("x" * limits.MIB)
        file.write("\n" + row)
    (file_,) = list_files(tmp_path)
    tracemalloc.start()
    try:
        found = list(file_.articles())
        assert tracemalloc.get_traced_memory()[1] < 3 * limits.MAX_ROW_BYTES
    finally:
        tracemalloc.stop()
    assert [type(item).__name__ for item in found] == ["Article", "Problem", "Article"]
    assert "row 2: longer than 8 MiB" in found[1].message  # type: ignore[union-attr]


def test_an_unclosed_quote_does_not_swallow_a_table_unnoticed(tmp_path: Path) -> None:
    table = 'title,text\nOne,It rained.\nTwo,"It rained.\n' + "x,y\n" * 3_000_000
    (article,), (problem,) = read_bytes(tmp_path, "a.csv", table)
    assert texts(article) == ["It rained."]
    assert "row 2 and what follows: is no valid CSV" in problem


def test_more_rows_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl_reader, "MAX_ROWS", 3)
    articles, (problem,) = read_bytes(tmp_path, "a.jsonl", jsonl([{"text": STORY}] * 5))
    assert len(articles) == 3
    assert "only the first 3 rows are read" in problem


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<div>" * NESTED + "deep" + "</div>" * NESTED),
        ("a.html", "<b>" * 200_000),
        ("a.xml", "<nitf>" + "<p>" * NESTED + "deep" + "</p>" * NESTED + "</nitf>"),
        ("a.json", "[" * 100_000 + "]" * 100_000),
        ("a.json", '{"a":' * 100_000 + "1" + "}" * 100_000),
        ("a.jsonl", "[" * 100_000),
        ("a.md", "---\ntitle: " + "[" * NESTED + "]" * NESTED + "\n---\nIt rained."),
        ("a.md", "---\na: &a [x,x,x]\nb: &b [*a,*a,*a]\ntitle: [*b,*b,*b]\n---\nIt rained."),
        ("a.eml", "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2_000))),
        ("a.html", "<p>It rained.</p>" + "<" * (limits.MAX_TAGS + 1)),
    ],
    ids=["div", "b", "xml", "json list", "json object", "jsonl", "yaml", "yaml references", "mail", "tags"],
)
def test_nesting_without_end(tmp_path: Path, name: str, content: str) -> None:
    articles, messages = [], []
    try:
        articles, messages = read_bytes(tmp_path, name, content)
    except ArticleError as error:
        messages.append(str(error))
    assert messages or all(len(article.paragraphs) < 10 for article in articles)
    assert all(name in message and len(message) < 600 for message in messages)


BOMB = """<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY a "ha "><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f SYSTEM "file:///etc/passwd">]>
<nitf><body><body.content><p>It rained. &e;&f;</p></body.content></body></nitf>"""


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (article,), _ = read_bytes(tmp_path, "a.xml", BOMB)
    assert texts(article) == ["It rained."]


def test_entities_of_a_feed_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    inner = BOMB.partition("[")[2].partition("]")[0]
    feed = RSS.replace("<rss", f"<!DOCTYPE rss [{inner}]><rss", 1).replace("It rained", "It rained &e;&f;")
    articles, _ = read_bytes(tmp_path, "a.xml", feed)
    for article in articles:
        assert "root:" not in str(article)
        assert "ha ha" not in str(article)


def looping_pdf() -> bytes:
    """Pages whose parent is their child."""
    return pdf([[("x", 0.0, 0.0, 1.0)]]).replace(b"/Kids[8 0 R]", b"/Kids[2 0 R]")


def stream_bomb() -> bytes:
    """A page whose content unpacks to a gigabyte, packed twice."""
    once = zlib.compressobj(9)
    packed = b"".join(once.compress(b" " * limits.MIB) for _ in range(1024)) + once.flush()
    twice = zlib.compress(packed, 9)
    content = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(twice), twice)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        content,
    ]
    return assembled(objects)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "a.pdf: "),
        (b"no pdf", "is not a PDF file"),
        (b"", "is empty"),
        (typeset(PARAGRAPHS)[:600], "a.pdf: "),
        (looping_pdf(), "a.pdf: "),
        (stream_bomb(), "a.pdf: "),
    ],
    ids=["noise", "other", "empty", "cut", "loop", "bomb"],
)
def test_malformed_pdfs(tmp_path: Path, content: bytes, reason: str) -> None:
    refused(tmp_path, "a.pdf", content, reason)


def test_an_encrypted_pdf_says_so(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    for password, reason in (("secret", "is encrypted; save a copy without the password"), ("", "")):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(typeset(PARAGRAPHS))))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        buffer = io.BytesIO()
        writer.write(buffer)
        if reason:
            refused(tmp_path, "a.pdf", buffer.getvalue(), reason)
        else:
            (article,), _ = read_bytes(tmp_path, "b.pdf", buffer.getvalue())
            assert texts(article) == PARAGRAPHS


def test_a_pdf_of_too_many_pages(tmp_path: Path) -> None:
    refused(tmp_path, "a.pdf", pdf([[("x", 0.0, 0.0, 1.0)]] * (limits.MAX_PAGES + 1)), "has 1,001 pages")


def test_a_file_that_takes_too_long_is_stopped_and_the_next_is_read(tmp_path: Path) -> None:
    slow = file_of(tmp_path, "slow.pdf", pdf([[(f"Line {n}.", 60.0, 800.0 - n, 11.0) for n in range(300)]] * 300))
    with pytest.raises(ArticleError, match=r"slow\.pdf: reading this PDF was stopped"):
        list(sandbox.read(RawFile(slow.path), "readers.pdf", "PDF", seconds=0.3))
    (article,), _ = read_bytes(tmp_path, "good.pdf", typeset(PARAGRAPHS))
    assert texts(article) == PARAGRAPHS


def test_a_reader_that_nobody_listens_to_is_ended(tmp_path: Path) -> None:
    path = file_of(tmp_path, "feed.xml", RSS).path
    for _ in range(3):
        found: Iterator[object] = sandbox.read(RawFile(path), "readers.xml", "XML")
        assert isinstance(next(found), Story)
        found.close()  # type: ignore[attr-defined]
    assert len(list(sandbox.read(RawFile(path), "readers.xml", "XML"))) == 3


def test_two_files_can_be_read_at_once(tmp_path: Path) -> None:
    path = file_of(tmp_path, "feed.xml", RSS).path
    one, other = (sandbox.read(RawFile(path), "readers.xml", "XML") for _ in range(2))
    assert [type(first) is type(second) for first, second in zip(one, other, strict=True)] == [True] * 3


def test_a_process_that_was_killed_while_idle_is_replaced(tmp_path: Path) -> None:
    path = file_of(tmp_path, "feed.xml", RSS).path
    for _ in range(2):
        assert len(list(sandbox.read(RawFile(path), "readers.xml", "XML"))) == 3
        for process in sandbox._POOL._idle:
            process._process.kill()
            process._process.wait()


@pytest.mark.parametrize(
    "name", ["a.docx", "a.epub", "a.eml", "a.mhtml", "a.html", "a.xml", "a.pdf", "a.csv", "a.json"]
)
@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff" * 500, b"\xff\xd8\xff\xe0 JFIF" * 20, b"\n\n \n"])
def test_what_is_not_what_its_name_says(tmp_path: Path, name: str, content: bytes) -> None:
    refused(tmp_path, name, content, f"{name}: ")


def test_a_reader_does_not_outlive_the_process_that_started_it(tmp_path: Path) -> None:
    file_of(tmp_path, "feed.xml", RSS)
    code = """
import os, sys
from pathlib import Path
from assistant.ingest import sandbox
from assistant.ingest.file import RawFile
list(sandbox.read(RawFile(Path(sys.argv[1])), "readers.xml", "XML"))
print(sandbox._POOL._idle[0]._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    root = str(Path(discover.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "feed.xml")], cwd=root, capture_output=True)
    assert done.returncode == -9
    reader = int(done.stdout)
    for _ in range(600):
        if not Path(f"/proc/{reader}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the reader still runs a minute later")


def test_a_document_with_a_bomb_inside(tmp_path: Path) -> None:
    document = docx([("Normal", STORY)])
    buffer = io.BytesIO(document)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/x.xml", b"0" * 30 * limits.MIB)
        package.writestr("word/media/noise", os.urandom(limits.MIB))
    refused(tmp_path, "a.docx", buffer.getvalue(), "as zip bombs do")
    refused(tmp_path, "a.docx", zipped({"word/document.xml": "<x/>"}), "a.docx: ")
    (tmp_path / "a.docx").unlink()
    refused(tmp_path, "a.epub", zipped({"mimetype": "application/epub+zip"}), "is no EPUB")


def test_an_epub_whose_parts_lead_out_of_it(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="holds no text"):
        read_bytes(tmp_path, "a.epub", epub({"../../../../../etc/passwd": "x"}))


def test_hidden_and_turning_characters_leave_titles_and_extracted_text(tmp_path: Path) -> None:
    row = {
        "title": "Pu\u200btin \u202efled\u202c\U000e0041",
        "source": "A\u2066F\u2069P\ud800",
        "text": "He \u202esaid\u00ad \u200byes.\x00\x1b[31m",
    }
    import json

    (article,), _ = read_bytes(tmp_path, "a.json", json.dumps(row))
    assert (article.title, article.source, texts(article)) == ("Putin fled", "AFP\ufffd", ["He said yes.[31m"])


def test_a_plain_text_keeps_its_characters_and_its_offsets(tmp_path: Path) -> None:
    text = "Pu\u200btin \u202efled\n\nHe \u202esaid\u200b yes.\n\nThe \U000e0041end."
    (article,), _ = read_bytes(tmp_path, "a.txt", text)
    assert article.title == "Putin fled"
    assert [text[p.offset :][: len(p.text)] for p in article.paragraphs] == texts(article) == text.split("\n\n")[1:]


def test_nothing_reaches_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.ingest.readers import eml as eml_module
    from assistant.ingest.readers import epub as epub_module
    from assistant.ingest.readers import html as html_module
    from assistant.ingest.readers import mhtml as mhtml_module
    from assistant.ingest.readers import xml as xml_module

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was reached")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    linked = html(head='<base href="http://nowhere.example/"><link rel="canonical" href="http://nowhere.example/a">'
                  '<link rel="stylesheet" href="http://nowhere.example/s.css">'
                  '<script src="//nowhere.example/s.js"></script>')  # fmt: skip
    external = NITF.replace("<nitf>", "<nitf><?xml-stylesheet href='http://nowhere.example/x'?>", 1)
    for module, name, content in (
        (html_module, "a.html", linked),
        (mhtml_module, "a.mhtml", mhtml(linked)),
        (eml_module, "a.eml", eml("See the HTML part", linked)),
        (xml_module, "a.xml", RSS),
        (xml_module, "b.xml", external),
        (epub_module, "a.epub", epub({"one.xhtml": linked})),
    ):
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        stories = [found for found in module.read(RawFile(tmp_path / name)) if isinstance(found, Story)]
        assert stories[0].fields.title in (TITLE, None)
        assert stories[0].texts[1] == PARAGRAPHS[1]


def test_the_reading_of_one_kind_is_not_decided_by_another(tmp_path: Path) -> None:
    assert {".zip", ".txt"} <= SUFFIXES
    (tmp_path / "A.TXT").write_text(STORY)
    (tmp_path / "a.HTML").write_text(html())
    assert len(read(tmp_path)[0]) == 2
