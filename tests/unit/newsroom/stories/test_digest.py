"""A digest over a small library, with a model that writes and judges what the test says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answer_samples import ScriptedModel
from changing_library import article, opened

from assistant.errors import UsageError
from assistant.newsroom.stories.digest import Story, beginning, digest_of, story_to_dict
from assistant.newsroom.stories.digest_memory import DigestMemory
from assistant.retrieval.passages import passages_of
from assistant.schema.articles import EVERY_ARTICLE, Article

FIRE = article("fire", "The ferry to Skar burned and 14 people were hurt.", title="Fire on the ferry to Skar")
COPY = replace(
    article(
        "copy", "The ferry to Skar burned and 14 people were hurt, police said.", title="Fire on the ferry to Skar"
    ),
    source="Echo",
)
RAIN = article("rain", "Heavy rain fell on Lund, where a museum was flooded.", title="Rain floods museum")
DRAFTS = {"ferry": "A fire on the ferry to Skar hurt 14 people.", "museum": "Rain flooded a museum in Lund."}


def told(folder: Path, embedder: Any, *articles: Article, model: ScriptedModel, most: int | None = None) -> list[Story]:
    assistant = opened(folder, embedder, model, *articles)
    headers = assistant.headers(EVERY_ARTICLE)
    return list(digest_of(assistant).stories(headers, lambda _done, _total: None, most=most))


def test_a_line_a_story_what_most_outlets_carry_first(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    found = told(tmp_path, embedder, RAIN, FIRE, COPY, model=model)
    assert [story.line.text for story in found] == [DRAFTS["ferry"], DRAFTS["museum"]]
    assert sorted(found[0].outlets) == ["Echo", "The Skar Post"]
    assert len(found[0].articles) == 2
    assert story_to_dict(found[1])["sources"][0]["quote"] == RAIN.paragraphs[0].text
    # Two requests a story: a draft and its judgement.
    assert sorted(model.kinds()) == ["STATED", "STATED", "WRITE", "WRITE"]


def test_a_story_whose_report_is_removed_meanwhile_is_passed_over(tmp_path: Path, embedder: Any) -> None:
    assistant = opened(tmp_path, embedder, ScriptedModel(DRAFTS), RAIN, FIRE)
    headers = assistant.headers(EVERY_ARTICLE)
    assistant.index.store.remove(["fire"])
    (story,) = digest_of(assistant).stories(headers, lambda _done, _total: None)
    assert story.line.text == DRAFTS["museum"]


def test_only_so_many_are_written(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    assert len(told(tmp_path, embedder, RAIN, FIRE, model=model, most=1)) == 1
    assert model.kinds() == ["WRITE", "STATED"]


def test_once_the_time_is_over_the_stories_that_are_left_are_quoted(tmp_path: Path, embedder: Any) -> None:
    model = ScriptedModel(DRAFTS)
    assistant = opened(tmp_path, embedder, model, RAIN, FIRE, COPY)
    times = iter([100.0, 159.9, 160.0])
    digest = digest_of(assistant, clock=lambda: next(times))
    headers = assistant.headers(EVERY_ARTICLE)
    found = list(digest.stories(headers, lambda _done, _total: None, seconds=60))
    assert [(story.line.text, story.line.quoted) for story in found] == [
        (DRAFTS["ferry"], False),
        (RAIN.paragraphs[0].text, True),
    ]
    assert model.kinds() == ["WRITE", "STATED"]


@pytest.mark.parametrize(
    "model",
    [
        ScriptedModel({"ferry": "A fire on the ferry to Skar hurt 15 people."}),
        ScriptedModel(DRAFTS, stated=0.1),
        ScriptedModel(),
    ],
)
def test_what_the_report_does_not_state_gives_way_to_its_own_words(
    tmp_path: Path, embedder: Any, model: ScriptedModel
) -> None:
    (story,) = told(tmp_path, embedder, FIRE, model=model)
    assert (story.line.text, story.line.quoted) == (FIRE.paragraphs[0].text, True)


def test_a_report_without_a_title_is_told_by_its_first_sentence(tmp_path: Path, embedder: Any) -> None:
    (story,) = told(tmp_path, embedder, replace(RAIN, title=""), model=ScriptedModel())
    assert story.line.text == RAIN.paragraphs[0].text


def test_the_beginning_is_short_and_ends_with_a_sentence() -> None:
    sentence = "The museum in Lund was flooded by the rain that fell on it for days on end. "
    long = beginning(passages_of(article("a", sentence * 20, "More.")))
    assert long is not None
    (text,) = long.excerpts.values()
    assert 500 < len(text) <= 600
    assert text.endswith("on end.")
    short = beginning(passages_of(article("a", "One.", "Two.", sentence * 20)))
    assert short is not None
    assert list(short.excerpts.values())[:2] == ["One.", "Two."]
    endless = beginning(passages_of(article("a", "word " * 300, "More.")))
    assert endless is not None
    assert list(endless.excerpts) == ["a#p1"]
    assert beginning([]) is None


def test_what_was_there_is_remembered_and_a_damaged_memory_is_named(tmp_path: Path) -> None:
    memory = DigestMemory(tmp_path)
    with pytest.raises(UsageError, match="give --since YYYY-MM-DD first"):
        memory.held()
    memory.keep(["b", "a"])
    assert DigestMemory(tmp_path).held() == {"a", "b"}
    (tmp_path / "digest.json").write_text("[]")
    with pytest.raises(UsageError, match=r"digest\.json: cannot be read .*delete it"):
        memory.held()
