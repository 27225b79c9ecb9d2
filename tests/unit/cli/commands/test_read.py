"""`assistant read`: what is made of files, and what it says of those that cannot be read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main

Read = Callable[..., tuple[int, str, str]]
STORY = (
    "Ferry to Skar stops\n\nSKAR, May 2, 2019 (AFP) - The ferry to Skar stops on Friday.\n\nA bus takes its place.\n"
)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Read:
    """The command, in this process and in `tmp_path`: its exit code and what it printed on either stream."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
        return main.run(["read", *map(str, arguments)]), *capsys.readouterr()

    return run


def rows(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_an_article_as_a_json_object(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    code, out, err = read("a.txt", "--json")
    assert (code, err) == (0, "")
    dateline = "SKAR, May 2, 2019 (AFP) -"
    assert rows(out) == [
        {
            "id": "a",
            "title": "Ferry to Skar stops",
            "source": "AFP",
            "via": None,
            "published": "2019-05-02",
            "modified": None,
            "corrected": False,
            "author": None,
            "url": None,
            "language": "en",
            "paragraphs": [
                {
                    "number": 1,
                    "text": f"{dateline} The ferry to Skar stops on Friday.",
                    "dateline": dateline,
                    "speaker": None,
                },
                {"number": 2, "text": "A bus takes its place.", "dateline": None, "speaker": None},
            ],
            "left_out": [],
        }
    ]


def test_nothing_is_kept(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    read("a.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt"]


def test_what_cannot_be_read_is_a_row_of_its_own_and_exit_code_1(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text(STORY)
    (tmp_path / "c.jsonl").write_text('{"title": "Tides", "text": "The tide is late."}\n{"title": "None"}\n')
    code, out, err = read(tmp_path, "--json")
    assert (code, err) == (1, "")
    found = [(Path(row["file"]).name, row["problem"]) if "problem" in row else row["id"] for row in rows(out)]
    assert found[1:3] == ["b", "c/1"]
    assert found[0][0] == "a.txt"
    assert "is empty" in found[0][1]
    assert found[3][0] == "c.jsonl"
    assert "row 2: has no text" in found[3][1]


def test_a_member_of_a_zip_is_named_with_its_path_in_it(read: Read, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("in/a.txt", "")
    _, out, _ = read("z.zip", "--json")
    assert rows(out)[0]["file"].endswith("z.zip/in/a.txt")


def test_a_listing_for_people(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "b.txt").write_text("")
    code, out, err = read("a.txt", "b.txt")
    assert code == 1
    assert out.startswith("Ferry to Skar stops\nAFP, 2019-05-02")
    assert "\n[2] A bus takes its place.\n" in out
    assert err == "assistant: skipped b.txt: is empty; remove it or add the story's text\n"


def test_what_is_left_out_is_shown_where_it_stood(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY.replace("\n\nA bus", "\n\nShare on Facebook\n\nA bus") + "\n***\n")
    _, out, _ = read("a.txt", "--json")
    assert rows(out)[0]["left_out"] == [
        {"after": 1, "text": "Share on Facebook", "reason": "page furniture"},
        {"after": 2, "text": "***", "reason": "page furniture"},
    ]
    _, out, _ = read("a.txt")
    assert "Friday.\n\n[-] left out (page furniture): Share on Facebook\n\n[2] A bus" in out


def test_what_would_steer_a_terminal_is_escaped(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The tide\u202e is late.\n\nIt \x1b[31mrises.")
    for arguments in (["a.txt"], ["a.txt", "--json"]):
        _, out, _ = read(*arguments)
        assert "\u202e" not in out
        assert "\x1b" not in out


def test_a_path_that_is_not_there_is_told_before_anything_is_read(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    code, out, err = read("a.txt", "none.txt", "--json")
    assert (code, out) == (2, "")
    assert "none.txt does not exist" in err


def test_an_article_that_was_changed_says_when_and_that_it_was_corrected(read: Read, tmp_path: Path) -> None:
    note = "Correction: the bus takes an hour."
    (tmp_path / "a.md").write_text(
        f"---\ndate: 2019-05-02\nlastmod: 2019-05-09\n---\nThe ferry stops on Friday.\n\n{note}\n"
    )
    _, out, _ = read("a.md")
    assert ", 2019-05-02, updated 2019-05-09, corrected, " in out
    (row,) = rows(read("a.md", "--json")[1])
    assert (row["modified"], row["corrected"]) == ("2019-05-09", True)
    assert row["paragraphs"][-1]["text"] == note
