"""The commands of a newsroom, over a folder of articles, with a model that answers by rule behind HTTP."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from assistant.cli import main

STORY = "Tram line closed\n\nLUND, May 2, 2019 (AFP) - The tram line 14 was closed in Lund by the mayor.\n"


@pytest.fixture
def folder(tmp_path: Path, assistant_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "tram.txt").write_text(STORY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_HOME", str(assistant_home))
    return tmp_path


def run(command: str, *arguments: str, model: str = "") -> int:
    return main.run([command, *arguments, "--articles", "news", *(["--model", model] if model else [])])


@pytest.mark.parametrize(
    ("draft", "verdict", "code"),
    [
        ("The tram line 14 was closed.", "stated", 0),
        ("The tram line 17 was closed in Lund by the mayor.", "stated otherwise", 1),
        ("Whales sing.", "not stated", 0),
    ],
)
def test_check_prints_the_verdict_with_its_quote(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str], draft: str, verdict: str, code: int
) -> None:
    (folder / "draft.md").write_text(f"# {draft}\n")
    assert run("check", "draft.md", model=model) == code
    printed = capsys.readouterr().out
    assert printed.startswith(f"{verdict}, line 1: {draft}\n")
    assert f"1 {verdict}" in printed.splitlines()[-1]
    assert ("“The tram line 14 was closed in Lund by the mayor.”" in printed) == (verdict != "not stated")


def test_check_reads_standard_input_and_writes_json(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"The tram line 14 was closed. Whales sing.")))
    assert run("check", "-", "--json", model=model) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["verdict"], second["verdict"], second["sources"]) == ("stated", "not stated", [])
    source = first["sources"][0]
    assert (source["paragraph_id"], source["source"], source["published"]) == ("tram#p1", "AFP", "2019-05-02")


@pytest.mark.parametrize(("name", "told"), [("none.md", "does not exist"), ("news", "cannot be read")])
def test_a_draft_that_cannot_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    assert run("check", name) == 2
    assert f"draft {name} {told}" in capsys.readouterr().err


def test_questions_are_saved_asked_and_removed(folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    def watch(action: str, *arguments: str) -> str:
        asking = ("--read", "apart") if action == "run" else ()
        assert run("watch-questions", action, *arguments, *asking, model=model if asking else "") == 0
        return capsys.readouterr().out

    key = watch("add", "Where was the tram line 14 closed?").split()[0]
    assert json.loads(watch("list", "--json")) == {
        "id": key,
        "text": "Where was the tram line 14 closed?",
        "answer": None,
    }
    event = json.loads(watch("run", "--format", "json", "--feed", "moved.xml"))
    assert (event["outcome"], event["answer"]["citations"][0]["paragraph_id"]) == ("new", "tram#p1")
    assert "new: Where was the tram line 14 closed?" in (folder / "moved.xml").read_text()
    assert watch("run", "--format", "markdown", "--output", "moved.md") == ""
    assert (folder / "moved.md").read_text() == "# Saved questions\n"
    assert event["answer"]["answer"] in watch("list")
    assert watch("remove", key) == f"removed {key}  Where was the tram line 14 closed?\n"
    assert watch("list") == ""


def test_a_question_that_is_not_saved_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("watch-questions", "remove", "nothing") == 2
    assert "no saved question is 'nothing'" in capsys.readouterr().err
    assert run("watch-questions", "run") == 0
    assert "no question is saved yet" in capsys.readouterr().err


def test_versions_tells_what_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("versions", "tram") == 0
    captured = capsys.readouterr()
    assert (captured.out, "no earlier version of tram is kept" in captured.err) == ("", True)
    (folder / "news" / "tram.txt").write_text(STORY.replace("14", "17"))
    assert run("versions", "tram", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(change["kind"], change["words"]) for change in told["changes"]] == [("numbers", [["14", "17"]])]
    assert run("versions", "tram") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].strip() == "numbers"
    assert "+ " in lines[3]
    assert "The tram line 17 was closed in Lund by the mayor." in lines[3]
    assert run("versions", "none") == 1
    assert "article 'none' is not in the library" in capsys.readouterr().err


def test_sources_counts_outlets_and_independent_ones(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "The tram line 14 was closed in Lund by the mayor after a long night of talks with the drivers' union there."
    for name, outlet in (("a", "AFP"), ("b", "Echo")):
        (folder / "news" / f"{name}.txt").write_text(f"Tram\n\nLUND, May 3, 2019 ({outlet}) - {text}\n\nFrom {name}.\n")
    assert run("sources", "a", "--json", model=model) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outlets"], found["independent"], found["claim"]) == (2, 1, text)
    assert [group["articles"] for group in found["groups"]] == [["a", "b"]]
    assert run("sources", "a", "--paragraph", "9", model=model) == 2
    assert "no text in a paragraph 9" in capsys.readouterr().err
    assert run("sources", "none", model=model) == 1
    assert "article 'none' is not in the library" in capsys.readouterr().err
