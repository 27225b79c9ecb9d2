"""Saved answers against a library that changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from answer_samples import ScriptedModel
from changing_library import OLD, QUESTION, answered, article, opened

from assistant.newsroom.answers.ask_again import ask_again
from assistant.newsroom.answers.comparison import Difference
from assistant.newsroom.answers.file import SavedAnswer, of_answer
from assistant.newsroom.answers.stale import Change, Kept, StaleCheck

ASKED = datetime(2024, 3, 2, 12, tzinfo=UTC)
FERRY = article("ferry", OLD, "A bus takes its place.")
LATER = "The ferry to Skar keeps sailing and does not stop, the operator said now."


def drafts() -> dict[str, str]:
    return {"keeps sailing": "The ferry to Skar keeps sailing.", "on Friday": "The ferry to Skar stops on Friday."}


def changes(assistant: Any, answer: SavedAnswer, asked: datetime | None = ASKED) -> list[Change]:
    return [reason.change for reason in StaleCheck(assistant).reasons(Kept(answer, "here", asked))]


def test_an_answer_that_holds_costs_no_model_call(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(drafts())
    assistant = opened(tmp_path, embedder, model, FERRY)
    answer = answered(assistant)
    assistant.index.add([article("rain", "It rained.", day=date(2024, 4, 1))])
    model.asked.clear()
    assert changes(assistant, answer) == []
    assert model.asked == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (article("ferry", OLD.replace("Friday", "Monday"), "A bus takes its place."), [Change.REPLACED]),
        (replace(FERRY, modified=date(2024, 3, 5), corrected=True), [Change.CORRECTED]),
        (replace(FERRY, modified=date(2024, 3, 2)), []),
    ],
)
def test_a_source_that_moved_is_told(tmp_path: Path, embedder: Any, now: Any, expected: list[Change]) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), FERRY)
    answer = answered(assistant)
    assistant.index.add([now])
    assert changes(assistant, answer) == expected


@pytest.mark.parametrize("versions", [True, False])
def test_what_became_of_the_cited_paragraph_is_told(tmp_path: Path, embedder: Any, versions: bool) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), FERRY)
    answer = answered(assistant)
    now = article("ferry", "A storm is near. " + OLD.replace("Friday", "10 May"), "No bus takes its place now.")
    assistant.index.add([now])
    if not versions:
        assistant.index.versions.forget(["ferry"])
    (reason,) = StaleCheck(assistant).reasons(Kept(answer, "here", ASKED))
    assert [(change.before, change.after) for change in reason.changes] == [(OLD, OLD.replace("Friday", "10 May"))]
    assert reason.changes[0].words == (("Friday,", "10 May,"),)


LONG = article("ferry", OLD, "It carries 300 people a day.", "It is old and slow.")


@pytest.mark.parametrize(
    ("now", "asked", "expected"),
    [
        (article("ferry", OLD, "It carries 400 people a day.", "It is old."), ASKED, [Change.CORRECTED]),
        (article("ferry", OLD, "It is old and slow."), ASKED, [Change.CORRECTED]),
        (article("ferry", OLD, "It carries 400 people a day."), datetime(2100, 1, 1, tzinfo=UTC), []),
        (article("ferry", OLD, "It carries 400 people a day."), None, []),
        (article("ferry", OLD, "It carries 300 people a day.", "It is old and very slow."), ASKED, []),
        (replace(LONG, paragraphs=(*LONG.paragraphs, article("x", "", "", "", "2 more.").paragraphs[3])), ASKED, []),
    ],
    ids=["a number", "taken out", "before it was asked", "not known when", "wording", "added"],
)
def test_what_changed_elsewhere_in_a_cited_article_is_told(
    tmp_path: Path, embedder: Any, now: Any, asked: datetime | None, expected: list[Change]
) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), LONG)
    answer = answered(assistant)
    assistant.index.add([now])
    reasons = StaleCheck(assistant).reasons(Kept(answer, "here", asked))
    assert [reason.change for reason in reasons] == expected
    assert [change.before for reason in reasons for change in reason.changes] == (
        ["It carries 300 people a day."] if expected else []
    )


def test_an_article_that_is_cited_twice_is_told_once(tmp_path: Path, embedder: Any) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), LONG)
    answer = answered(assistant)
    (cited,) = answer.citations
    text = "It is old and slow."
    other = {"number": 2, "paragraph": 3, "paragraph_id": "ferry#p3", "text": text, "quote": text}
    answer = answer.model_copy(update={"citations": (cited, cited.model_copy(update=other))})
    assistant.index.add([article("ferry", OLD, "It carries 400 people a day.", text)])
    assert changes(assistant, answer) == [Change.CORRECTED]


def test_a_source_that_is_gone_is_told(tmp_path: Path, embedder: Any) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), FERRY)
    answer = answered(assistant)
    assistant.remove(["ferry"])
    assert changes(assistant, answer) == [Change.WITHDRAWN]


@pytest.mark.parametrize(("right", "expected"), [(0.1, [Change.OTHERWISE]), (0.9, [])])
def test_a_newer_report_that_says_otherwise_is_told(
    tmp_path: Path, embedder: Any, right: float, expected: list[Change]
) -> None:
    model = ScriptedModel(drafts())
    assistant = opened(tmp_path, embedder, model, FERRY)
    answer = answered(assistant)
    assistant.index.add([article("later", LATER, day=date(2024, 4, 1))])
    model.chances["RIGHT"] = {"stops on Friday": right}
    assert changes(assistant, answer) == expected


def test_another_figure_is_told_whatever_the_judge_says(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel({"25": "It costs 25 crowns.", "20": "It costs 20 crowns."})
    assistant = opened(tmp_path, embedder, model, article("old", "The ferry costs 20 crowns, it said."))
    answer = answered(assistant, "What does the ferry cost?")
    assistant.index.add([article("new", "The ferry costs 25 crowns, it said now.", day=date(2024, 4, 1))])
    assert changes(assistant, answer) == [Change.OTHERWISE]


def test_what_is_as_of_a_day_is_not_made_stale_by_later_reports(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(drafts())
    assistant = opened(tmp_path, embedder, model, FERRY)
    answer = answered(assistant)
    assistant.index.add([article("later", LATER, day=date(2024, 4, 1))])
    model.chances["RIGHT"] = {"stops on Friday": 0.1}
    assert changes(assistant, answer) == [Change.OTHERWISE]
    assert changes(assistant, answer.model_copy(update={"as_of": date(2024, 3, 1)})) == []
    assert changes(assistant, answer.model_copy(update={"as_of": date(2024, 3, 31)})) == []


def test_a_refusal_is_stale_once_it_is_answered(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(drafts(), answered={"rained": 0.0})
    assistant = opened(tmp_path, embedder, model, article("rain", "It rained."))
    refusal = of_answer(assistant.ask(QUESTION))
    assert refusal.refused
    assistant.index.add([article("later", LATER, day=date(2024, 4, 1))])
    assert changes(assistant, refusal) == [Change.ANSWERED]
    assert changes(assistant, refusal, None) == []


def test_what_is_stale_is_written_out(tmp_path: Path, embedder: Any) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), FERRY)
    kept = Kept(answered(assistant), "here", ASKED)
    assistant.remove(["ferry"])
    seen: list[tuple[int, int]] = []
    (stale,) = StaleCheck(assistant).run([kept], lambda done, total: seen.append((done, total)))
    assert stale.to_dict()["reasons"][0] == {
        "change": "withdrawn",
        "article_id": "ferry",
        "detail": "“Title ferry” is no longer in the library",
        "newer": None,
        "changes": [],
    }
    assert seen == [(0, 1), (1, 1)]


def test_the_old_answer_is_kept_beside_the_new(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(drafts())
    assistant = opened(tmp_path, embedder, model, FERRY)
    before = answered(assistant)
    assert ask_again(assistant, before).difference is Difference.SAME
    assistant.remove(["ferry"])
    assistant.index.add([article("later", LATER, day=date(2024, 4, 1))])
    model.chances["RIGHT"] = {"stops on Friday": 0.1}
    again = ask_again(assistant, before)
    assert (again.before, again.difference) == (before, Difference.OTHERWISE)
    assert again.now.answer == "The ferry to Skar keeps sailing [1]."
    assert json.loads(json.dumps(again.to_dict()))["difference"] == "contradicts"
    as_of = ask_again(assistant, before.model_copy(update={"as_of": date(2024, 3, 31)}))
    assert (as_of.now.refused, as_of.difference) == (True, None)


def test_the_example_in_the_documentation_runs(tmp_path: Path, embedder: Any) -> None:
    page = (Path(__file__).parents[4] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("## Answers that no longer hold")[1].split("```python\n")[1].split("```")[0]
    assistant = opened(tmp_path, embedder, ScriptedModel(drafts()), FERRY)
    names: dict[str, Any] = {"assistant": assistant, "text": json.dumps(assistant.ask(QUESTION).to_dict())}
    assistant.remove(["ferry"])
    exec(example, names)
    assert names["changes"] == [(QUESTION, ["“Title ferry” is no longer in the library"])]
