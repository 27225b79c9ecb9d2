"""What is measured of `assistant timeline`, on entries that are made up here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.newsroom.stories.report_line import Line
from assistant.newsroom.stories.timeline import Entry, Told
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import Quote
from assistant.schema.articles import Paragraph, Passage
from assistant.verification.evidence import Evidence
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.timeline import Measured, Story, load, main, measure, report

DAY = "2020-01-02"


def story(**more: object) -> Story:
    reports = [
        {"id": key, "title": "T", "source": "S", "published": DAY, "paragraphs": ["A."], "tells": [["14", "fourteen"]]}
        for key in ("one", "two", "three")
    ]
    pairs = {"same": [("one", "two")], "differ": [("one", "three")]}
    return Story.model_validate({"id": "s", "story": "it", "reports": reports, **pairs, **more})


def evidence(article: str) -> Evidence:
    passage = Passage(Paragraph(f"{article}#p1", 1, "A."), article, "T", "S", date.fromisoformat(DAY))
    return Evidence(passage, Quote("A.", 0, 2))


def told(text: str, *articles: str) -> Told:
    first, *others = map(evidence, articles)
    return Told(Line(text, ArticleContext((first.passage,), 0), (first,), 0.9), tuple(others))


def test_twelve_stories_of_five_reports_each_with_a_copy_and_a_difference() -> None:
    stories = load()
    assert [len(one.reports) for one in stories] == [5] * 12
    assert all(one.same and one.differ for one in stories)
    for one in stories:
        for told_of in one.reports:
            text = " ".join((told_of.title, *told_of.paragraphs)).lower()
            assert all(any(wording.lower() in text for wording in wordings) for wordings in told_of.tells), told_of.id
    written = {text for bundle in load_bundles(BUNDLES) for article in bundle.articles for text in article.paragraphs}
    assert not written & {text for one in stories for told_of in one.reports for text in told_of.paragraphs}


def test_what_is_right_and_what_is_wrong_is_counted() -> None:
    entries = [
        Entry(date(2020, 1, 2), (told("Fourteen fell.", "s/one", "s/two"), told("17 fell.", "s/three"))),
        Entry(date(2020, 1, 3), (told("14 rose.", "t/one"),)),
    ]
    measured = measure(story(), entries)
    assert measured == Measured(
        told=("one", "two"),
        folded=(("one", "two"),),
        side_by_side=(("one", "three"), ("three", "two")),
        foreign=("t/one",),
    )
    text = report([story()], [measured])
    assert "told: 2 of 3" in text
    assert "folded: 1 of 1" in text
    assert "folded, wrongly: 0" in text
    assert "side by side, wrongly: 1" in text
    assert text.endswith("foreign: 1")


def test_pairs_are_of_one_day(tmp_path: Path) -> None:
    row = story().model_dump(mode="json")
    row["same"] = [["one", "four"]]
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(UsageError, match=r"a\.jsonl:1: .*one and four are no two reports of one day"):
        load(tmp_path / "a.jsonl")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", str(tmp_path / "none.jsonl")]) == 2
    assert "name a file of stories" in capsys.readouterr().err
