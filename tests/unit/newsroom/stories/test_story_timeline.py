"""A story from its reports, with a model that writes and judges what the test says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from answer_samples import ScriptedModel
from changing_library import article, opened

from assistant.newsroom.export.formats import export
from assistant.newsroom.export.kinds import ExportFormat
from assistant.newsroom.stories.timeline import Entry, entry_to_dict, timeline_of, to_answer
from assistant.schema.articles import EVERY_ARTICLE, Article, ArticleFilter
from assistant.util.progress import unseen

STORY = "the ferry to Skar"
STOPS = article("stops", "The ferry to Skar stops on Friday, the operator said.", day=date(2024, 3, 2))
BURNS = article("burns", "The ferry to Skar burned and 14 people were hurt.", day=date(2024, 3, 1))
OTHER = replace(
    article("other", "The ferry to Skar burned and 17 people were hurt.", day=date(2024, 3, 1)), source="Echo"
)
COPY = replace(
    article("copy", "A blaze: the ferry to Skar burned, and 14 people were hurt.", day=date(2024, 3, 1)), source="Wire"
)
DRAFTS = {
    "stops": "The ferry to Skar stops on Friday.",
    "14 people": "The ferry to Skar burned, hurting 14 people.",
    "17 people": "The ferry to Skar burned, hurting 17 people.",
}


def entries(
    folder: Path,
    embedder: Any,
    *articles: Article,
    model: ScriptedModel | None = None,
    chosen: ArticleFilter = EVERY_ARTICLE,
    story: str = STORY,
) -> list[Entry]:
    assistant = opened(folder, embedder, model or ScriptedModel(DRAFTS), *articles)
    return timeline_of(assistant, most=10).entries(story, chosen, most=10, progress=unseen(""))


def lines(found: list[Entry]) -> list[list[str]]:
    return [[told.line.text for told in entry.told] for entry in found]


def test_a_line_a_report_oldest_first_undated_last(tmp_path: Path, embedder: Any) -> None:
    undated = replace(article("undated", "The ferry to Skar stops on Friday, he said."), published=None)
    found = entries(tmp_path, embedder, undated, STOPS, BURNS)
    assert [entry.day for entry in found] == [date(2024, 3, 1), date(2024, 3, 2), None]
    assert lines(found)[0] == ["The ferry to Skar burned, hurting 14 people."]
    (told,) = found[0].told
    assert [part.quote.text for part in told.evidence] == ["The ferry to Skar burned and 14 people were hurt."]


def test_what_two_reports_of_a_day_say_is_told_once_and_cites_both(tmp_path: Path, embedder: Any) -> None:
    found = entries(tmp_path, embedder, BURNS, COPY)
    assert len(lines(found)) == 1
    (told,) = found[0].told
    assert {part.passage.source for part in told.evidence} == {"The Skar Post", "Wire"}


def test_the_same_on_another_day_is_told_again(tmp_path: Path, embedder: Any) -> None:
    assert len(entries(tmp_path, embedder, BURNS, replace(COPY, published=date(2024, 3, 9)))) == 2


def test_what_only_one_of_them_states_is_kept(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel({**DRAFTS, "blaze": "The ferry to Skar burned in a blaze."}, stated={"hurting": 0.9})
    more = replace(COPY, paragraphs=article("copy", "A blaze on the ferry to Skar.").paragraphs)
    model.drafts = {"A blaze": "There was a blaze on the ferry to Skar.", **DRAFTS}
    assert len(entries(tmp_path, embedder, BURNS, more, model=model)) == 2


def test_other_figures_of_one_day_stand_side_by_side(tmp_path: Path, embedder: Any) -> None:
    found = entries(tmp_path, embedder, BURNS, OTHER, COPY, STOPS)
    assert [len(told) for told in lines(found)] == [2, 1]
    assert {text[-10:] for text in lines(found)[0]} == {"14 people.", "17 people."}
    assert [entry_to_dict(entry)["differ"] for entry in found] == [True, False]


def test_a_figure_that_the_lines_leave_out_is_quoted_where_reports_of_a_day_differ_in_it(
    tmp_path: Path, embedder: Any
) -> None:
    model = ScriptedModel(
        {"14 people": "The ferry to Skar burned.", "17 people": "There was a fire on the ferry to Skar."}
    )
    (entry,) = entries(tmp_path, embedder, BURNS, OTHER, model=model)
    assert {told.differs.quote.text for told in entry.told if told.differs} == {
        "The ferry to Skar burned and 14 people were hurt.",
        "The ferry to Skar burned and 17 people were hurt.",
    }
    answer = to_answer(STORY, [entry], model="m", articles=EVERY_ARTICLE)
    assert [sentence.quoted for sentence in answer.sentences] == [False, True, False, True]
    assert all(len(sentence.citations) == 1 for sentence in answer.sentences)


def test_figures_of_which_the_judge_denies_that_they_are_of_one_thing_stand_apart(
    tmp_path: Path, embedder: Any
) -> None:
    model = ScriptedModel(DRAFTS, stated={"and 14": 0.05, "and 17": 0.05})
    assert [len(told) for told in lines(entries(tmp_path, embedder, BURNS, OTHER, model=model))] == [1, 1]
    assert {"The ferry to Skar burned and 17 people were hurt."} < {text for _, _, text in model.asked}


def test_what_a_day_of_many_reports_asks_grows_with_their_number_alone(tmp_path: Path, embedder: Any) -> None:
    many = [
        replace(
            article(f"r{hurt}", f"The ferry to Skar burned and {hurt} people were hurt."), published=BURNS.published
        )
        for hurt in range(20, 30)
    ]
    model = ScriptedModel({"ferry": "The ferry to Skar burned."}, stated={"people were hurt": 0.01})
    entries(tmp_path, embedder, *many, model=model)
    swapped = [text for kind, _, text in model.asked if kind == "STATED" and "people were hurt" in text]
    # Two for each pair of sentences, of which four for each report, not for each two of 45.
    assert len(swapped) == 2 * 4 * len(many)


def test_what_counts_something_else_stands_apart(tmp_path: Path, embedder: Any) -> None:
    cars = replace(OTHER, paragraphs=article("other", "The ferry to Skar burned and 17 cars were hurt.").paragraphs)
    model = ScriptedModel({**DRAFTS, "17 cars": "The ferry to Skar burned and so did 17 cars."})
    assert [len(told) for told in lines(entries(tmp_path, embedder, BURNS, cars, model=model))] == [1, 1]


def test_a_report_of_something_else_is_not_told(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS, answered={"stops": 0.1})
    assert lines(entries(tmp_path, embedder, STOPS, BURNS, model=model)) == [[DRAFTS["14 people"]]]
    assert model.kinds().count("WRITE") == 1


def test_a_line_with_a_figure_of_its_own_gives_way_to_the_reports_words(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel({"14 people": "The ferry to Skar burned, hurting 15 people."})
    (entry,) = entries(tmp_path, embedder, BURNS, model=model)
    (told,) = entry.told
    assert (told.line.text, told.line.quoted) == ("The ferry to Skar burned and 14 people were hurt.", True)


def test_the_filter_holds_and_a_question_is_put_as_it_is(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    chosen = ArticleFilter(as_of=date(2024, 3, 1))
    found = entries(tmp_path, embedder, STOPS, BURNS, model=model, chosen=chosen, story="How did the ferry burn?")
    assert [entry.day for entry in found] == [date(2024, 3, 1)]
    assert {text for kind, _, text in model.asked if kind == "ANSWERED"} == {"How did the ferry burn?"}


def test_it_is_exported_as_answers_are(tmp_path: Path, embedder: Any) -> None:
    found = entries(tmp_path, embedder, BURNS, OTHER, COPY, STOPS)
    answer = to_answer(STORY, found, model="m", articles=EVERY_ARTICLE)
    assert [sentence.byline for sentence in answer.sentences][-1] == "2024-03-02, The Skar Post"
    assert answer.sentences[0].byline is not None
    assert answer.sentences[0].byline.endswith("reports of this day differ")
    held = {one.id: one for one in (BURNS, OTHER, COPY, STOPS)}
    written = {form: export([answer], held.get, datetime.now(UTC), form) for form in ExportFormat}
    assert all("burned" in text or "Title burns" in text for text in written.values())
    assert written["csv"].count("\n") == 5
    nothing = to_answer(STORY, [], model="m", articles=EVERY_ARTICLE)
    assert (nothing.refused, nothing.answer) == (True, "The articles do not say.")
