"""Saved questions over a library that grows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from answer_samples import ScriptedModel
from changing_library import OLD, QUESTION, article, opened

from assistant.api import Assistant
from assistant.errors import AssistantError, ModelError
from assistant.newsroom.saved_questions.book import Event, Outcome, QuestionBook
from assistant.newsroom.saved_questions.output import to_text
from assistant.newsroom.saved_questions.watch import Watch

FERRY = article("ferry", OLD)
LATER = article("later", "The ferry to Skar keeps sailing and does not stop, it said now.", day=date(2024, 4, 1))
NOW = datetime(2024, 4, 2, 6, 7, 8, tzinfo=UTC)
DRAFTS = {"keeps sailing": "The ferry to Skar keeps sailing.", "on Friday": "The ferry to Skar stops on Friday."}


def outcomes(events: tuple[Event, ...]) -> list[Outcome]:
    return [event.outcome for event in events]


def watching(
    folder: Path, embedder: Any, model: ScriptedModel, *articles: Any
) -> tuple[Assistant, QuestionBook, Watch]:
    assistant = opened(folder, embedder, model, *articles)
    book = QuestionBook(folder / "questions.json")
    return assistant, book, Watch(assistant, book, now=lambda: NOW)


def test_a_hundred_questions_that_nothing_new_bears_on_cost_no_model_call(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY)
    book.add(QUESTION)
    assert outcomes(watch.run()) == [Outcome.NEW]
    kept = json.loads(book.path.read_text())
    kept["questions"] = [kept["questions"][0] | {"id": str(number)} for number in range(100)]
    book.path.write_text(json.dumps(kept))
    assistant.index.add([replace(article(f"snow{n}", "Snow.", title="Snow"), source=None) for n in range(50)])
    model.asked.clear()
    assert watch.run() == ()
    assert model.asked == []
    # They count as seen: what comes later is asked about alone.
    kept["questions"] = kept["questions"][:1]
    book.path.write_text(json.dumps(json.loads(book.path.read_text()) | {"questions": kept["questions"]}))
    assistant.index.add([LATER])
    watch.run()
    assert {title for _, context, _ in model.asked for title in ("Title later", "Snow") if title in context} == {
        "Title later"
    }


@pytest.mark.parametrize(
    ("right", "stated", "outcome"),
    [(0.1, 0.9, [Outcome.CONTRADICTS]), (0.9, 0.1, [Outcome.CHANGED]), (0.9, 0.9, [])],
)
def test_a_new_report_is_compared_with_the_last_answer(
    tmp_path: Path, embedder: Any, right: float, stated: float, outcome: list[Outcome]
) -> None:
    model = ScriptedModel(DRAFTS)
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY)
    book.add(QUESTION)
    assert outcomes(watch.run()) == [Outcome.NEW]
    assistant.index.add([LATER])
    model.chances["RIGHT"] = {"stops on Friday": right}
    # Whether the new report states its own sentence is asked as well, of another article.
    judged = model.probability_yes

    def say(messages: Any, **more: Any) -> float:
        asked = messages[-1]["content"]
        of_the_old = "STATED" in asked and "on Friday" in asked and "keeps sailing" in asked
        return stated if of_the_old else judged(messages, **more)

    model.probability_yes = say  # type: ignore[method-assign]
    assert outcomes(watch.run()) == outcome
    last = book.questions()[0].answer
    assert last is not None
    assert ("keeps sailing" in last.answer) == bool(outcome)
    model.asked.clear()
    assert watch.run() == ()
    assert model.asked == []


def test_an_older_report_that_comes_later_is_told_and_the_answer_stays(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY)
    book.add(QUESTION)
    watch.run()
    assistant.index.add([replace(LATER, published=date(2023, 4, 1))])
    model.chances["RIGHT"] = {"stops on Friday": 0.1}
    (event,) = watch.run()
    assert (event.outcome, "keeps sailing" in event.answer.answer) == (Outcome.EARLIER, True)
    assert book.events()[-1] == event
    last = book.questions()[0].answer
    assert last is not None
    assert "on Friday" in last.answer
    assert "  the answer still: The ferry to Skar stops on Friday [1].\n" in to_text([event])


def test_what_is_not_stated_stays_so_until_it_is(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS, answered={"keeps sailing": 0.9, "": 0.0})
    assistant, book, watch = watching(tmp_path, embedder, model, article("rain", "It rained."))
    book.add(QUESTION)
    assert outcomes(watch.run()) == [Outcome.NOT_STATED]
    assistant.index.add([article("wharf", "When the ferry to Skar does stop is not known.")])
    assert outcomes(watch.run()) == [Outcome.NOT_STATED]
    assistant.index.add([LATER])
    assert outcomes(watch.run()) == [Outcome.NEW]


def test_a_replaced_article_counts_as_new(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel({"Monday": "The ferry to Skar stops on Monday.", **DRAFTS})
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY)
    book.add(QUESTION)
    watch.run()
    assistant.index.add([article("ferry", OLD.replace("Friday", "Monday"))])
    model.chances["RIGHT"] = {"on Friday": 0.1}
    (event,) = watch.run()
    assert event.outcome is Outcome.CONTRADICTS
    assert event.earlier is not None
    assert event.earlier.answer == "The ferry to Skar stops on Friday [1]."


def test_an_answer_whose_source_is_withdrawn_is_looked_for_in_the_whole_library(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS, answered={"Friday": 0.9, "": 0.0})
    other = article("harbour", "The ferry to Skar stops on Friday, the harbour says too.", day=date(2023, 3, 1))
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY, article("rain", "It rained."))
    book.add(QUESTION)
    watch.run()
    assistant.index.add([other])
    watch.run()
    assistant.remove(["ferry"])
    # The same is stated elsewhere, by an article that is not new any more.
    assert watch.run() == ()
    assistant.remove(["harbour"])
    (event,) = watch.run()
    assert (event.outcome, event.answer.refused) == (Outcome.NO_LONGER, True)
    assistant.index.add([other])
    assert outcomes(watch.run()) == [Outcome.NEW]


def test_a_run_that_breaks_off_keeps_what_it_found_and_is_gone_on_with(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    _, book, watch = watching(tmp_path, embedder, model, FERRY)
    first, second = book.add(QUESTION), book.add("When does the bus to Skar stop?")
    judged = model.probability_yes

    def fails(messages: Any, **more: Any) -> float:
        if "bus" in messages[-1]["content"]:
            raise ModelError("the server is gone")
        return judged(messages, **more)

    model.probability_yes = fails  # type: ignore[method-assign]
    with pytest.raises(ModelError):
        watch.run()
    assert [event.question_id for event in book.events()] == [first.id]
    model.probability_yes = judged  # type: ignore[method-assign]
    assert [event.question_id for event in watch.run()] == [second.id]


def test_questions_can_be_changed_while_they_are_asked_but_asked_by_one_alone(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY)
    removed = book.add(QUESTION)
    refused: list[str] = []

    def meanwhile(done: int, total: int) -> None:
        if done == 0:
            book.remove(removed.id)
            book.add("Who is the mayor?")
            with pytest.raises(AssistantError, match="another process is asking"):
                Watch(assistant, QuestionBook(book.path)).run()
            refused.append("yes")

    watch.run(meanwhile)
    assert refused == ["yes"]
    assert [(one.text, one.answer) for one in book.questions()] == [("Who is the mayor?", None)]


def test_the_example_in_the_documentation_runs(tmp_path: Path, embedder: Any) -> None:
    page = (Path(__file__).parents[4] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("## Saved questions")[1].split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {"assistant": opened(tmp_path, embedder, ScriptedModel(DRAFTS), FERRY), "folder": tmp_path}
    exec(example, names)
    assert names["told"] == [("new", "The ferry to Skar stops on Friday [1].")]
