"""A file is replaced whole or left as it was."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from assistant.util.files import keep_private, replace_file, replacing


def test_a_file_is_replaced_and_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.txt"
    for content, stored in (("één\r\n", "één\r\n".encode()), (b"\xff", b"\xff")):
        replace_file(path, content)
        assert path.read_bytes() == stored
    assert [file.name for file in path.parent.iterdir()] == ["x.txt"]


def test_the_mode_is_the_callers(tmp_path: Path) -> None:
    replace_file(tmp_path / "x", "secret", mode=0o600)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "x.txt"
    path.write_text("before")

    def fail() -> None:
        with replacing(path) as draft:
            draft.write_text("half")
            raise failure

    with pytest.raises(failure):
        fail()
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["x.txt"]


def test_a_named_draft_that_was_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_text("left by a killed process")
    with replacing(tmp_path / "x", tmp_path / "x.part") as draft:
        draft.write_text("whole")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"x": "whole"}


def test_text_that_is_no_unicode_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        replace_file(tmp_path / "x", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(OSError, match="x"):
        replace_file(tmp_path / "x" / "y", "text")


@pytest.mark.parametrize(("before", "after"), [(0o666, 0o600), (0o755, 0o700), (0o440, 0o400), (0o600, 0o600)])
def test_others_lose_what_they_may_do_with_a_file(tmp_path: Path, before: int, after: int) -> None:
    path = tmp_path / "x"
    path.touch()
    path.chmod(before)
    keep_private(path)
    assert stat.S_IMODE(path.stat().st_mode) == after


def test_what_a_link_leads_to_and_what_is_not_there_are_left_alone(tmp_path: Path) -> None:
    path, link = tmp_path / "x", tmp_path / "link"
    path.touch(0o644)
    path.chmod(0o644)
    link.symlink_to(path)
    keep_private(link)
    keep_private(tmp_path / "none")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
