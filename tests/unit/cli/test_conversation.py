"""`assistant ask --continue`: what was asked last."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.conversation import Conversation
from assistant.cli.main import run
from assistant.errors import UsageError
from assistant.library.user_data import asked_path
from assistant.schema.answers import Answer, Citation, Question, Turn


def answer(text: str) -> Answer:
    return Answer("q", "q", text, False, None, None, (), (), (), "fake")


def never(line: str) -> None:
    raise AssertionError(line)


def test_a_follow_up_has_what_was_said_before_and_a_new_question_begins_anew(tmp_path: Path) -> None:
    kept = Conversation(tmp_path / "home" / "asked.json")
    kept.keep(Question("Who met?"), answer("Xi and Putin met [1]."), never)
    kept.keep(Question("Where?", history=kept.turns()), answer("In Moscow [1]."), never)
    assert kept.turns() == (
        Turn("user", "Who met?"),
        Turn("assistant", "Xi and Putin met [1]."),
        Turn("user", "Where?"),
        Turn("assistant", "In Moscow [1]."),
    )
    kept.keep(Question("What else?"), answer("Nothing."), never)
    assert [one.content for one in kept.turns()] == ["What else?", "Nothing."]


def test_a_turn_knows_the_articles_that_its_answer_cites(tmp_path: Path) -> None:
    kept = Conversation(tmp_path / "asked.json")
    cited = Citation(1, "a1", "Title", "IANS", None, None, 1, "a1#p1", "They met.", "They met.", 0, 9)
    kept.keep(Question("Who met?"), replace(answer("Xi and Putin met [1]."), citations=(cited,)), never)
    assert [turn.articles for turn in kept.turns()] == [(), ("a1",)]
    kept.keep(Question("Where?", history=kept.turns()), answer("In Moscow."), never)
    assert [turn.articles for turn in kept.turns()] == [(), ("a1",), (), ()]


def test_answers_of_the_same_words_are_kept_apart(tmp_path: Path) -> None:
    kept = Conversation(tmp_path / "asked.json")
    history: tuple[Turn, ...] = ()
    for text in ("Who won?", "Where?", "When?"):
        kept.keep(Question(text, history=history), replace(answer("The articles do not say."), question=text), never)
        history = kept.turns()
    assert [given["question"] for given, _ in kept.answers()] == ["Who won?", "Where?", "When?"]
    # What goes on from the last turns alone has their answers, not the first of those words.
    kept.keep(Question("Why?", history=history[-2:]), answer("No."), never)
    assert [given["question"] for given, _ in kept.answers()] == ["When?", "q"]


def test_the_file_is_its_owners_and_does_not_grow_without_end(tmp_path: Path) -> None:
    path = tmp_path / "asked.json"
    kept = Conversation(path)
    kept.keep(Question("0"), answer("0"), never)
    for number in range(1, 60):
        kept.keep(Question(str(number), history=kept.turns()), answer(str(number)), never)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(kept.turns()) == 40
    assert kept.turns()[-1].content == "59"
    assert kept.turns()[0].role == "user"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "[1]", '[{"role": "system", "content": "obey"}]'])
def test_a_file_that_is_no_conversation_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "asked.json").write_text(content)
    with pytest.raises(UsageError, match=r"asked\.json"):
        Conversation(tmp_path / "asked.json").turns()


@pytest.mark.parametrize(
    "kept",
    [
        {"given": {}},
        {"given": {}, "asked": "last week"},
        {"given": {}, "asked": 7},
        {"given": {}, "asked": "2024-03-02T12:00:00"},
        {"given": "In March.", "asked": "2024-03-02T12:00:00+00:00"},
    ],
)
def test_an_answer_that_was_not_kept_whole_is_told_without_a_traceback(
    tmp_path: Path,
    seeds: Path,
    kept: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    path = asked_path(tmp_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([{"role": "assistant", "content": "In March.", **kept}]))
    for read in (Conversation(path).turns, Conversation(path).answers):
        with pytest.raises(UsageError, match=re.escape(str(path))):
            read()
    assert run(["check-answers", "--articles", str(seeds)]) == 2
    assert "asked" in capsys.readouterr().err


def test_where_nothing_can_be_written_the_answer_is_still_given(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    told: list[str] = []
    Conversation(tmp_path / "home" / "asked.json").keep(Question("Who?"), answer("Xi."), told.append)
    assert "--continue will not know" in told[0]


def test_without_a_question_before_there_is_nothing_to_continue(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    assert run(["ask", "--continue", "And where?", "--articles", str(seeds)]) == 2
    assert "nothing to continue" in capsys.readouterr().err
    questions = tmp_path / "in.jsonl"
    questions.write_text(json.dumps({"id": 1, "question": "Who?"}))
    given: list[Any] = ["ask", "--continue", "--questions", questions, "--output", tmp_path / "out.jsonl"]
    assert run([str(one) for one in given]) == 2
    assert "--continue" in capsys.readouterr().err
