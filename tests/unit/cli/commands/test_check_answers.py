"""`assistant check-answers`, where nothing is asked of a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scripted_model import ScriptedModel

from assistant.cli import main
from assistant.web.storage.conversations import ConversationStore

STORY = "Ferry to Skar stops\n\nSKAR, May 2, 2019 (AFP) - The ferry to Skar stops.\n\nA bus takes its place.\n"
MODEL = ("--model", "none@http://127.0.0.1:9/v1")


@pytest.fixture
def folder(tmp_path: Path, assistant_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(STORY)
    cited = {"number": 1, "article_id": "a", "title": "Ferry to Skar stops", "source": "AFP", "published": "2019-05-02"}
    place = {"paragraph": 2, "paragraph_id": "a#p2", "text": "A bus takes its place.", "quote": "A bus"}
    answer = {"question": "What?", "answer": "A bus [1].", "refused": False, "citations": [{**cited, **place}]}
    answer["sentences"] = [{"text": "A bus.", "citations": [1]}]
    (tmp_path / "answers.json").write_text(json.dumps(answer))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_HOME", str(assistant_home))
    return tmp_path


def check(*arguments: str) -> int:
    return main.run(["check-answers", *arguments, "--articles", "news", *MODEL])


def test_an_answer_that_holds_gives_exit_code_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("answers.json") == 0
    assert capsys.readouterr().out == ""


def test_a_stale_answer_gives_exit_code_1_and_says_what_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "news" / "a.txt").write_text(STORY.replace("A bus", "No bus"))
    assert check("answers.json", "--json") == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert [reason["change"] for reason in json.loads(line)["reasons"]] == ["replaced"]


def test_what_changed_is_shown_and_the_new_answer_beside_the_old(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "news" / "a.txt").write_text(STORY.replace("A bus takes", "A boat takes"))
    assert check("answers.json") == 1
    assert capsys.readouterr().out.splitlines() == [
        "answers.json, answer 1: What?",
        "  was: A bus [1].",
        "  replaced: “Ferry to Skar stops” no longer has paragraph 2 as it was cited",
        "    - A bus takes its place.",
        "    + A boat takes its place.",
    ]
    scripted = ScriptedModel()
    record = json.loads((folder / "answers.json").read_text())
    (folder / "answers.json").write_text(json.dumps({**record, "question": "Is the tram line shut?"}))
    (folder / "news" / "b.txt").write_text("Tram\n\nLUND, May 2, 2018 (AFP) - The tram line was closed by the mayor.\n")
    arguments = ["answers.json", "--ask-again", "--read", "apart", "--articles", "news", "--model", scripted.name]
    assert main.run(["check-answers", *arguments]) == 1
    scripted.close()
    assert "  now (contradicts): The tram line was closed by the mayor [1]." in capsys.readouterr().out.splitlines()


def test_what_steers_a_terminal_is_escaped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steering = "\x9b2J\u202egnp"
    answers = folder / "answers.json"
    record = json.loads(answers.read_text())
    answers.write_text(json.dumps({**record, "question": f"What{steering}?"}))
    (folder / "news" / f"b{steering}.txt").write_text("It rained.\n")
    (folder / "news" / "a.txt").write_text(STORY.replace("A bus", "No bus"))
    assert check("answers.json", "--json") == 1
    told = capsys.readouterr().out
    assert json.loads(told)["question"] == f"What{steering}?"
    assert main.run(["articles", "--articles", "news", "--json"]) == 0
    (key,) = [row["id"] for row in map(json.loads, capsys.readouterr().out.splitlines()) if row["id"] != "a"]
    assert main.run(["articles", "--articles", "news", "--show", key, "--json"]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown)["path"].endswith(f"b{steering}.txt")
    assert not {"\x9b", "\u202e"} & {*told, *shown}


def test_conversations_of_everybody_are_checked_and_what_is_no_answer_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ConversationStore(folder / "home" / "conversations.sqlite3")
    for owner in ("ann", "bob"):
        store.append(owner, store.create(owner).id, "What?", json.loads((folder / "answers.json").read_text()))
    store.append("bob", store.create("bob").id, "When?", {"answer": "In March."})
    (folder / "news" / "a.txt").write_text(STORY.replace("A bus", "No bus"))
    assert check() == 1
    printed = capsys.readouterr()
    assert printed.out.count("replaced: “Ferry to Skar stops” no longer has paragraph 2 as it was cited") == 2
    assert "passed over: conversation “When?”, message 1: not an answer" in printed.err


def test_where_nothing_is_kept_that_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check() == 0
    assert "no answers are kept yet" in capsys.readouterr().err
