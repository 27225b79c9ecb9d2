"""Tar archives: read like zips, with the same limits; what is no file in them is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path, PurePosixPath

import pytest
from article_samples import read, read_bytes, tarred, texts, zipped

from assistant.errors import ArticleError
from assistant.ingest import limits, tar_archive
from assistant.ingest.containers import suffix_of, without_suffix
from assistant.ingest.discover import list_files
from assistant.ingest.file import RawFile
from assistant.schema.articles import Article

STORY = "Ferry to Skar stops\n\nThe ferry to Skar stops on Friday.\n\nA bus takes its place.\n"
PAGE = "<html><body><article><h1>Ferry</h1><p>The ferry to Skar stops on Friday.</p></article></body></html>"


def with_entry(info: tarfile.TarInfo) -> bytes:
    """A tar of one story and of what is no plain file."""
    whole = io.BytesIO(tarred({"a.txt": STORY}))
    with tarfile.open(fileobj=whole, mode="a") as tar:
        tar.addfile(info)
    return whole.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(("name", "mode"), [("news.tar", "w"), ("news.tar.gz", "w:gz"), ("news.tgz", "w:gz")])
def test_a_tars_files_are_read_like_a_folders(tmp_path: Path, name: str, mode: str) -> None:
    content = tarred({"2024/a.txt": STORY, "b.html": PAGE, "pictures/a.jpg": b"\xff\xd8", "./c.txt": STORY}, mode)
    articles, problems = read_bytes(tmp_path, name, content)
    assert [article.id for article in articles] == ["news/2024/a", "news/b", "news/c"]
    assert problems == []
    assert texts(articles[0]) == ["The ferry to Skar stops on Friday.", "A bus takes its place."]
    assert articles[0].path == f"{tmp_path}/{name}/2024/a.txt"
    (listed, *_) = list_files(tmp_path)
    assert listed.digest() == listed.digest()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_named_and_not_followed(tmp_path: Path, kind: bytes) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Nobody is to read this sentence.")
    (tmp_path / "a.tar").write_bytes(with_entry(special("b.txt", kind, str(secret))))
    good, bad = [file for file in list_files(tmp_path) if file.member]
    assert [type(found) for found in good.articles()] == [Article]
    with pytest.raises(ArticleError, match=r"a\.tar/b\.txt: is a link, a pipe or a device; pack the file itself"):
        list(bad.articles())
    with pytest.raises(ArticleError, match="is a link"), RawFile(bad.path, bad.member).open():
        pass


def test_names_that_lead_out_of_the_archive_stay_in_it(tmp_path: Path) -> None:
    articles, _ = read_bytes(tmp_path, "a.tar", tarred({"../../etc/a.txt": STORY, "/b.txt": STORY}))
    assert [article.id for article in articles] == ["a/b", "a/etc/a"]


def test_of_two_files_of_one_name_the_last_is_read(tmp_path: Path) -> None:
    first, last = tarred({"a.txt": STORY}), tarred({"a.txt": STORY.replace("Friday", "Sunday")})
    # `tar --append` writes behind the last file, over the two empty blocks.
    (articles, _) = read_bytes(tmp_path, "a.tar", first[: first.index(b"\0" * 1024, 512 + 512)] + last)
    assert texts(articles[0])[0] == "The ferry to Skar stops on Sunday."


def test_an_archive_in_an_archive_is_named(tmp_path: Path) -> None:
    inner = tarred({"a.txt": STORY}, "w:gz")
    for name, content in (
        ("a.tar", tarred({"in.tgz": inner, "a.txt": STORY})),
        ("b.zip", zipped({"in.tar.gz": inner})),
    ):
        (tmp_path / name).write_bytes(content)
        troubles = [file.trouble or "" for file in list_files(tmp_path) if file.path.name == name]
        assert any("is an archive in an archive; unpack it" in trouble for trouble in troubles)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.tar", b"no tar at all", "is damaged or no tar file"),
        ("a.tar", b"", "is damaged or no tar file"),
        ("a.tgz", tarred({"a.txt": STORY}, "w:gz")[:60], "is damaged or no tar file"),
        ("a.tgz", gzip.compress(tarred({"a.txt": b"0" * 4 * limits.MIB})), "as zip bombs do"),
        ("a.tar", tarred({"a.exe": b"MZ"}), "holds no article"),
    ],
)
def test_what_is_wrong_with_an_archive_is_said(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    (trouble,) = [file.trouble or "" for file in list_files(tmp_path)]
    assert reason in trouble
    assert trouble.startswith(f"{tmp_path}/{name}: ")


def test_limits_hold_for_tars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_archive, "MAX_ARCHIVE_MEMBERS", 3)
    monkeypatch.setattr(tar_archive, "MAX_ARCHIVE_BYTES", 5 * limits.MIB)
    monkeypatch.setattr(tar_archive, "MAX_UNPACKED_TAR_BYTES", 2 * limits.MIB)
    noise = bytes(range(256)) * 4096
    note = tarfile.TarInfo("b.txt")
    note.pax_headers = {"comment": "x" * (limits.MAX_TAR_NOTE_BYTES + 1)}
    for name, content, reason in (
        ("many.tar", tarred({f"{number}.txt": STORY for number in range(5)}), "holds more than 3 files"),
        ("large.tar", tarred({f"{number}.txt": noise * 2 for number in range(3)}), "unpacks to more than 5 MiB"),
        ("packed.tgz", gzip.compress(tarred({"a.txt": noise * 3}), 0), "unpacks to more than 2 MiB"),
        ("note.tar", with_entry(note), "a name or note of"),
    ):
        (tmp_path / name).write_bytes(content)
        (trouble,) = [file.trouble or "" for file in list_files(tmp_path) if file.path.name == name]
        assert reason in trouble


def test_a_packed_tar_leaves_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "a.tgz").write_bytes(tarred({"a.txt": STORY}, "w:gz"))
    assert len(read(tmp_path / "a.tgz")[0]) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_suffix_of_two_parts() -> None:
    for name, suffix in (
        ("A.TAR.GZ", ".tar.gz"),
        ("a.warc.gz", ".gz"),
        (".tar.gz", ".gz"),
        ("a.b.txt", ".txt"),
        ("a", ""),
    ):
        assert suffix_of(name) == suffix
    assert without_suffix(PurePosixPath("x/News.Tar.gz")).as_posix() == "x/News"
