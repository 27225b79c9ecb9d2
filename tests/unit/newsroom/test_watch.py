"""Saved questions over a library that grows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from answer_samples import ScriptedModel
from changing_library import OLD, QUESTION, article, opened

from assistant.api import Assistant
from assistant.errors import AssistantError, QuestionError, UsageError
from assistant.newsroom.watch import BOOK, Event, Outcome, Watch, WatchBook
from assistant.newsroom.watch_output import to_atom, to_json, to_markdown, to_text

FERRY = article("ferry", OLD)
LATER = article("later", "The ferry to Skar keeps sailing and does not stop, it said now.", day=date(2024, 4, 1))
NOW = datetime(2024, 4, 2, 6, 7, 8, tzinfo=UTC)
DRAFTS = {"keeps sailing": "The ferry to Skar keeps sailing.", "on Friday": "The ferry to Skar stops on Friday."}


def outcomes(events: tuple[Event, ...]) -> list[Outcome]:
    return [event.outcome for event in events]


def watching(folder: Path, embedder: Any, model: ScriptedModel, *articles: Any) -> tuple[Assistant, WatchBook, Watch]:
    assistant = opened(folder, embedder, model, *articles)
    book = WatchBook(folder / BOOK)
    return assistant, book, Watch(assistant, book, now=lambda: NOW)


def test_a_hundred_questions_that_nothing_new_bears_on_cost_no_model_call(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    assistant, book, watch = watching(tmp_path, embedder, model, FERRY)
    book.add(QUESTION)
    watch.run()
    answer = book.questions()[0].answer
    kept = book.load()
    many = tuple(kept.questions[0].model_copy(update={"id": f"{n:08}"}) for n in range(100))
    book.save(kept.model_copy(update={"questions": many}))
    assert answer is not None
    assistant.index.add([replace(article(f"snow{n}", "Snow.", title="Snow"), source=None) for n in range(50)])
    model.asked.clear()
    assert watch.run() == ()
    assert model.asked == []


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
        return (
            stated
            if "STATED" in asked and "on Friday" in asked and "keeps sailing" in asked
            else judged(messages, **more)
        )

    model.probability_yes = say  # type: ignore[method-assign]
    assert outcomes(watch.run()) == outcome
    assert watch.run() == ()


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


def test_questions_are_added_once_and_removed_by_id_or_words(tmp_path: Path) -> None:
    book = WatchBook(tmp_path / "kept" / BOOK)
    one, two = book.add(" When  does it stop? "), book.add("Who is mayor?")
    assert book.add("When does it stop?") == one
    assert book.remove(one.id) == one
    assert book.remove("Who is mayor?") == two
    with pytest.raises(UsageError, match="watch-questions list"):
        book.remove(one.id)
    with pytest.raises(QuestionError):
        book.add(" ")
    assert book.questions() == ()


def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / BOOK).write_text('{"questions": [{"id": 1}]}')
    with pytest.raises(AssistantError, match=r"questions\.json"):
        WatchBook(tmp_path / BOOK).add("When?")
    assert (tmp_path / BOOK).read_text() == '{"questions": [{"id": 1}]}'


def test_what_was_found_is_written_in_each_format(tmp_path: Path, embedder: Any) -> None:
    _, book, watch = watching(tmp_path, embedder, ScriptedModel(DRAFTS), FERRY)
    book.add(QUESTION)
    events = watch.run()
    feed = feedparser.parse(to_atom(book.events(), NOW))
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.title == f"new: {QUESTION}"
    assert entry.updated == "2024-04-02T06:07:08+00:00"
    assert "The ferry to Skar stops on Friday [1]." in entry.content[0].value
    assert entry.tags[0].term == "new"
    assert feedparser.parse(to_atom((), NOW)).entries == []
    assert to_text(events).startswith(f"new: {QUESTION}\n  The ferry to Skar stops on Friday")
    assert Event.model_validate_json(to_json(events)) == events[0]
    assert r"The ferry to Skar stops on Friday \[1\]\." in to_markdown(events)


def test_the_example_in_the_documentation_runs(tmp_path: Path, embedder: Any) -> None:
    page = (Path(__file__).parents[3] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("## Saved questions")[1].split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {"assistant": opened(tmp_path, embedder, ScriptedModel(DRAFTS), FERRY), "folder": tmp_path}
    exec(example, names)
    assert names["told"] == [("new", "The ferry to Skar stops on Friday [1].")]
