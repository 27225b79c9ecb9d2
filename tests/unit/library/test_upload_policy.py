"""Files that may be uploaded, and how their names are shown."""

from __future__ import annotations

import pytest
from hostile_texts import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.library.upload_policy import UploadPolicy, display_name


@pytest.mark.parametrize(
    ("name", "size", "match"),
    [
        ("a.txt", 10, None),
        ("A.MD", 10, None),
        ("dir/../a.txt", 10, None),
        ("a.txt", 1001, r"at most .* MiB"),
        ("a.txt", 0, "is empty"),
        ("a.exe", 10, r"\.exe is not taken; upload .*\.txt"),
        ("a", 10, "without a suffix"),
        (".txt", 10, "without a suffix"),
        ("a.txt\x00.exe", 10, r"\.exe is not taken"),
        ("a.txt:stream", 10, "not taken"),
        ("a.txt/", 10, "without a name"),
        ("", 10, "without a name"),
        ("a.txt\u202eexe.", 10, "not taken"),
        ("../../etc/passwd", 10, "^passwd: "),
        ("C:\\temp\\x.exe", 10, r"^x\.exe: "),
    ],
)
def test_what_may_be_uploaded(name: str, size: int, match: str | None) -> None:
    policy = UploadPolicy(max_bytes=1000, suffixes={".txt", ".md"})
    if match is None:
        policy.check(name, size)
        assert policy.problems([(name, size)]) == [None]
        return
    with pytest.raises(UsageError, match=match):
        policy.check(name, size)
    (problem,) = policy.problems([(name, size)])
    assert problem
    assert len(problem.splitlines()) == 1


def test_so_many_files_at_once() -> None:
    policy = UploadPolicy(max_files=2)
    assert policy.problems([("a.txt", 1), ("b.exe", 1)])[0] is None
    with pytest.raises(UsageError, match="upload at most 2"):
        policy.problems([("a.txt", 1)] * 3)


@given(st.text() | st.sampled_from(sorted(HOSTILE.values())))
def test_a_name_is_shown_on_one_line_and_not_endless(name: str) -> None:
    shown = display_name(name)
    assert 1 <= len(shown) <= 100
    assert len(shown.splitlines()) == 1
