from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import StorageError
from assistant.library.uploads import keep, keep_bytes, safe_name


@given(st.text(max_size=400))
def test_a_name_stays_in_its_folder_whatever_it_is(name: str) -> None:
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert 0 < len(safe.encode()) <= 140
    assert safe.isprintable()
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("story.txt", "story.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\news\\a.HTML", "a.html"),
        ("中文 新闻.pdf", "中文 新闻.pdf"),
        ("a\nb\x1b[2J.md", "a_b__2J.md"),
        (".hidden", "hidden"),
        ("", "article"),
        ("con.txt", "_con.txt"),
        ("LPT1.foo.txt", "_LPT1.foo.txt"),
        ("console.txt", "console.txt"),
        ("a\u202etxt.exe", "a_txt.exe"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_the_same_bytes_are_kept_once_and_others_are_not_overwritten(tmp_path: Path) -> None:
    first, new = keep_bytes(b"one", "a.txt", tmp_path)
    assert (first.name, new) == ("a.txt", True)
    assert keep_bytes(b"one", "a.txt", tmp_path) == (first, False)
    second, new = keep_bytes(b"two", "a.txt", tmp_path)
    assert (second.name, new, first.read_bytes()) == ("a-2.txt", True, b"one")
    assert keep_bytes(b"two", "a.txt", tmp_path) == (second, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.txt", "a.txt"]


def test_what_cannot_be_taken_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It rained.")
    done = keep([tmp_path / "none.txt", tmp_path, tmp_path / "a.txt"], tmp_path / "uploads")
    assert [upload.copy is None for upload in done] == [True, True, False]
    assert "does not exist" in done[0].problem
    assert "is a folder" in done[1].problem


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        keep_bytes(b"x", "a.txt", tmp_path / "file")
