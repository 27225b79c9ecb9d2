"""Files of a folder: which are articles, how they are decoded, what ids they get."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import ArticleError, UsageError
from assistant.ingest.discover import ArticleFile, list_files
from assistant.ingest.limits import MAX_BYTES
from assistant.schema.articles import Article

Write = Callable[..., Path]
STORY = "The café’s owner spoke.\n\nThe crowd listened."


def only(folder: Path) -> Article:
    (file,) = list_files(folder)
    return read(file)


def read(file: ArticleFile) -> Article:
    (article,) = file.articles()
    assert isinstance(article, Article)
    return article


def texts(article: Article) -> list[str]:
    return [paragraph.text for paragraph in article.paragraphs]


@pytest.mark.parametrize(
    "content",
    [
        STORY.encode(),
        b"\xef\xbb\xbf" + STORY.encode(),
        STORY.encode("utf-16"),
        b"\xfe\xff" + STORY.encode("utf-16-be"),
        STORY.encode("cp1252"),
        STORY.replace("\n", "\r\n").encode(),
        STORY.replace("\n", "\r").encode(),
        STORY.replace("\n", "\r\n").encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 big endian", "cp1252", "CRLF", "CR", "cp1252 with CRLF"],
)
def test_encodings_and_line_ends(write_articles: Write, content: bytes) -> None:
    article = only(write_articles({"a.txt": content}))
    assert texts(article) == STORY.split("\n\n")
    assert [paragraph.offset for paragraph in article.paragraphs] == [0, STORY.index("The crowd")]


def test_front_matter_behind_a_byte_order_mark(write_articles: Write) -> None:
    text = "---\r\ntitle: Given\r\n---\r\n" + STORY
    assert only(write_articles({"a.md": b"\xef\xbb\xbf" + text.encode()})).title == "Given"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "is not a text file"),
        (b"PK\x03\x04 plain but for a NUL \x00", "is not a text file"),
        (b"\xff\xfea", "is not a text file"),
        (bytes(range(1, 32)) * 4 + b"\xff", "is not a text file"),
        (b"\xef\xbb\xbf", "no paragraph"),
    ],
)
def test_files_that_are_no_articles_are_named(write_articles: Write, content: bytes, reason: str) -> None:
    folder = write_articles({"bad.txt": content})
    with pytest.raises(ArticleError) as caught:
        only(folder)
    assert str(caught.value).startswith(f"{folder / 'bad.txt'}: ")
    assert reason in str(caught.value)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (file,) = list_files(tmp_path)
    with pytest.raises(ArticleError, match=r"huge\.txt: larger than 20 MiB"):
        read(file)


def test_files_at_any_depth_and_nothing_hidden(write_articles: Write) -> None:
    seen = ["a.txt", "B.MD", "c.markdown", "d.text", "deep/er/g.txt"]
    passed_over = [".hidden.txt", ".git/h.txt", "deep/.cache/i.md", "j.txt~", "k.png", "page_files/l.css", "Thumbs.db"]
    folder = write_articles(dict.fromkeys([*seen, *passed_over], STORY))
    assert [file.id for file in list_files(folder)] == ["B", "a", "c", "d", "deep/er/g"]


@pytest.mark.parametrize("name", ["e.wpd", "noted", "deep/f.pages"])
def test_a_file_of_a_kind_that_is_not_read_is_named(write_articles: Write, name: str) -> None:
    files = {file.path.name: file for file in list_files(write_articles({"a.txt": STORY, name: STORY}))}
    assert texts(read(files["a.txt"])) == STORY.split("\n\n")
    with pytest.raises(ArticleError, match=r"is of a kind that is not read; save it as text"):
        read(files[Path(name).name])


def test_a_link_to_a_folder_elsewhere_is_named_and_one_within_is_not(write_articles: Write, tmp_path: Path) -> None:
    folder = write_articles({"a.txt": STORY, "sub/b.txt": STORY})
    (tmp_path / "elsewhere").mkdir()
    (folder / "desk").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "again").symlink_to(folder / "sub", target_is_directory=True)
    files = {file.id: file for file in list_files(folder)}
    assert set(files) == {"a", "desk", "sub/b"}
    with pytest.raises(ArticleError, match="desk: is a link to a folder, which is not followed"):
        read(files["desk"])


def test_an_id_is_spelt_with_whole_letters_whatever_the_file_system_makes_of_them(write_articles: Write) -> None:
    (file,) = list_files(write_articles({"re\u0301sume\u0301/mu\u0308ll.txt": STORY}))
    assert file.id == "r\u00e9sum\u00e9/m\u00fcll"
    assert read(file).id == file.id


@pytest.mark.parametrize(
    ("name", "content", "title", "paragraphs"),
    [
        ("a.txt", "<!DOCTYPE html><title>Tides</title><body><p>The tide is late.</p><p>It rises.</p>", "Tides", 2),
        (
            "b.md",
            "\n<html><head><title>Tides</title></head><body><p>It is late.</p><p>It rises.</p></html>",
            "Tides",
            2,
        ),
        (
            "c.html",
            "<?xml version='1.0'?><rss><channel><title>X</title><item><title>Tides</title>"
            "<description>The tide is late today, the harbour master said.</description></item></channel></rss>",
            "Tides",
            1,
        ),
        ("d.txt", "Tides <b>rise</b>\n\nThe tide is <i>late</i>.\n\nIt rises.", "Tides <b>rise</b>", 2),
    ],
)
def test_the_content_says_what_it_is_where_the_name_is_wrong(
    write_articles: Write, name: str, content: str, title: str, paragraphs: int
) -> None:
    article = only(write_articles({name: content}))
    assert (article.title, len(article.paragraphs)) == (title, paragraphs)


def test_a_hidden_folder_may_be_named_itself(write_articles: Write) -> None:
    assert [file.id for file in list_files(write_articles({"a.txt": STORY}, folder=".articles"))] == ["a"]


def test_no_two_files_share_an_id(write_articles: Write) -> None:
    names = ["a.markdown", "a.md", "a.txt", "a.txt.md", "a.md.txt", "deep/a.txt"]
    files = list_files(write_articles(dict.fromkeys(names, STORY)))
    assert len({file.id for file in files}) == len(names)
    assert {file.id: file.path.name for file in files}["a"] == "a.markdown"
    assert {"a.md", "a.txt"} <= {file.id for file in files}


@pytest.mark.parametrize(
    "name", ["a b.txt", "né 中文 😀.txt", 'it\'s "quoted"; --.txt', "#p1.txt", "50%.md", "line\nbreak.txt"]
)
def test_odd_file_names(write_articles: Write, name: str) -> None:
    article = only(write_articles({name: STORY}))
    assert article.id == name.rsplit(".", 1)[0]
    assert article.paragraphs[1].id == f"{article.id}#p2"


def test_file_names_that_are_no_text_get_ids_that_are(tmp_path: Path) -> None:
    for raw in (b"\xff.txt", b"\xfe.txt", b"\xfe.md"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))).write_text(STORY)
    files = list_files(tmp_path)
    assert len({file.id for file in files}) == 3
    for file in files:
        article = read(file)
        assert f"{article.id}{article.path}".encode()


def test_symlink_loops_and_dangling_links(write_articles: Write) -> None:
    folder = write_articles({"a.txt": STORY})
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "gone.txt").symlink_to("nowhere.txt")
    (folder / "link.txt").symlink_to("a.txt")
    files = {file.id: file for file in list_files(folder)}
    assert set(files) == {"a", "gone", "link", "self"}
    for name in ("gone", "self"):
        with pytest.raises(ArticleError, match=rf"{name}\.txt: cannot be read"):
            read(files[name])
    assert texts(read(files["link"])) == STORY.split("\n\n")


def test_folders_are_no_files_whatever_their_name(write_articles: Write) -> None:
    assert [file.id for file in list_files(write_articles({"a.txt/b.txt": STORY}))] == ["a.txt/b"]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (file,) = list_files(tmp_path)
    with pytest.raises(ArticleError, match=r"pipe\.txt: is not a regular file"):
        read(file)


def test_a_file_that_goes_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"a\.txt: cannot be read \(No such file"):
        read(ArticleFile("a", tmp_path / "a.txt", 1, 1))


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for name, reason in (("none", "does not exist"), ("file.txt", "is not a folder"), ("empty", "holds no article")):
        with pytest.raises(UsageError, match=reason) as caught:
            list_files(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)


def test_size_time_and_hash_are_the_files_own(write_articles: Write) -> None:
    folder = write_articles({"a.txt": "abc"})
    os.utime(folder / "a.txt", ns=(5, 7_000_000_123))
    (file,) = list_files(folder)
    assert (file.size, file.modified) == (3, 7_000_000_123)
    assert file.digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
