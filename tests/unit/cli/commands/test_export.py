"""`assistant export`, over a folder of articles."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from assistant.cli import main

STORY = "Ferry to Skar stops\n\nSKAR, May 2, 2019 (AFP) - The ferry to Skar stops.\n\nA bus takes its place.\n"
TEXT = "A bus takes its place."


@pytest.fixture
def folder(tmp_path: Path, assistant_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(STORY)
    cited = {"number": 1, "article_id": "a", "title": "Ferry to Skar stops", "source": "AFP", "published": "2019-05-02"}
    place = {"paragraph": 2, "paragraph_id": "a#p2", "text": TEXT, "quote": "A bus"}
    answer = {"question": "What?", "answer": "A bus [1].", "refused": False, "citations": [{**cited, **place}]}
    answer["sentences"] = [{"text": "A bus.", "citations": [1]}]
    (tmp_path / "answers.json").write_text(json.dumps(answer))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_HOME", str(assistant_home))
    return tmp_path


def export(*arguments: str) -> int:
    return main.run(["export", *arguments, "--articles", "news"])


def test_what_surrounds_the_source_comes_from_the_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("answers.json", "--format", "csv") == 0
    printed = capsys.readouterr()
    assert "The ferry to Skar stops." in printed.out
    assert "unchanged" in printed.out
    assert "as it was cited" not in printed.err


def test_what_has_changed_is_told_and_exported_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "news" / "a.txt").write_text(STORY.replace("A bus", "No bus"))
    assert export("answers.json", "--format", "html", "--output", "out/check.html") == 0
    assert "paragraph a#p2 is changed in the library" in capsys.readouterr().err
    assert TEXT in (folder / "out" / "check.html").read_text(encoding="utf-8").replace("<mark>", "").replace(
        "</mark>", ""
    )


def test_a_paragraph_that_is_cited_twice_is_named_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads((folder / "answers.json").read_text())
    (cited,) = answer["citations"]
    answer["citations"] = [cited, {**cited, "number": 2, "quote": "takes its place"}]
    answer["sentences"][0]["citations"] = [1, 2]
    (folder / "answers.json").write_text(json.dumps(answer))
    (folder / "news" / "a.txt").write_text(STORY.replace("A bus", "No bus"))
    assert export("answers.json") == 0
    assert capsys.readouterr().err.count("paragraph a#p2 is changed") == 1


@pytest.mark.parametrize("form", ["markdown", "csv"])
def test_half_a_character_is_replaced(folder: Path, form: str) -> None:
    text = (folder / "answers.json").read_text().replace("What?", "W\\ud800t?")
    (folder / "answers.json").write_text(text)
    assert export("answers.json", "--format", form, "--output", "check.txt") == 0
    assert "W\ufffdt?" in (folder / "check.txt").read_text(encoding="utf-8")


def test_who_carries_what_is_cited_is_counted_where_it_is_asked_for(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "news" / "b.txt").write_text(STORY.replace("AFP", "Echo"))
    asked = ("answers.json", "--format", "csv")
    for arguments, counted in (
        (asked, ("", "", "")),
        ((*asked, "--carriers", "--model", model), ("2", "1", "AFP, Echo (agency AFP)")),
    ):
        assert export(*arguments) == 0
        (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
        assert (row["outlets"], row["independent"], row["carriers"]) == counted


def test_of_a_library_without_the_article_it_is_left_empty(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "news" / "a.txt").rename(folder / "news" / "z.txt")
    assert export("answers.json", "--format", "csv", "--carriers", "--model", model) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["state"], row["outlets"], row["carriers"]) == ("gone", "", "")


@pytest.mark.parametrize(("name", "told"), [("none.json", "does not exist"), ("news", "cannot be read")])
def test_a_file_that_cannot_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    assert export(name) == 2
    assert f"answers file {name} {told}" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("answers.json", "--output", "answers.json/x.md") == 1
    assert "name another --output" in capsys.readouterr().err
