"""The runner that measures whether changes are told, with a model that says what the test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answer_samples import ScriptedModel, prompts_in

from assistant.api import Assistant
from assistant.library.index import ArticleIndex
from assistant.settings import Settings
from evals.changes.__main__ import main
from evals.changes.measure import Told, measure, report
from evals.changes.nearness import nearness
from evals.changes.rows import load
from evals.datasets.bundles import Bundle

ROWS = load()


def test_a_third_of_the_rows_are_changes() -> None:
    assert (len(ROWS), sum(row.stale for row in ROWS)) == (90, 30)
    assert len({row.id for row in ROWS}) == 90


@pytest.mark.parametrize("right", [0.1, 0.9])
def test_what_is_told_is_counted(tmp_path: Path, embedder: Any, right: float) -> None:
    rows = [row for row in ROWS if row.id.startswith("ferry-")]
    drafts = {"after all": "It stops a month later.", "repeated": "Friday is its last day.", "blue": ""}
    model = ScriptedModel(drafts, right={"stops on Friday": right}, answered={"blue": 0.0, "": 0.9})
    model.taught = False  # type: ignore[attr-defined]
    prompts_in(tmp_path / "prompts")
    settings = Settings.load(home=tmp_path, prompts=tmp_path / "prompts", read="apart")

    def opened(folder: Path) -> Assistant:
        return Assistant(ArticleIndex(folder / "index.sqlite3", embedder), model, settings)  # type: ignore[arg-type]

    told = {one.row.id: (one.answer, one.question) for one in measure(rows, opened)}
    otherwise = right < 0.5
    assert told == {
        "ferry-otherwise": (otherwise, otherwise),
        "ferry-same": (otherwise, otherwise),
        "ferry-beside": (False, False),
    }


def test_misses_and_false_alarms_are_named() -> None:
    changed, same = ROWS[0], ROWS[1]
    lines = report([Told(changed, answer=False, question=True), Told(same, answer=True, question=False)]).splitlines()
    assert lines[0].startswith("kept answers: missed 1 of 1 ")
    assert lines[1:3] == [f"  missed: {changed.id}", f"  false alarm: {same.id}"]
    assert lines[3].startswith("saved questions: missed 0 of 1 ")


def test_what_comes_near_is_counted(embedder: Any) -> None:
    def bundle(name: str, text: str, question: str) -> Bundle:
        article = {"id": "a", "title": "News", "source": "Post", "published": "2024-03-01", "paragraphs": [text]}
        answer = {"article": "a", "text": text, "quotes": [{"paragraph": 1, "text": text}]}
        item = {"type": "plain", "question": question, "answerable": True, "answers": [answer]}
        return Bundle.model_validate({"name": name, "articles": [article], "items": [item]})

    found = nearness(
        ROWS[:1],
        [
            bundle("ferry", "The ferry to Skar stops on Friday.", "When does the ferry to Skar stop on Friday?"),
            bundle("mill", "Twelve were hurt at the mill.", "Why did whales sing?"),
        ],
        embedder,
    )
    assert (found.answering, found.others, found.missed) == ((1, 2), (0, 2), ())


def test_a_file_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "x"}')
    assert main(["--rows", str(path)]) == 2
    assert "rows.jsonl:1" in capsys.readouterr().err
