"""What the model is taught from: whole, and nothing of what it is measured with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.llm.prompts import Prompts
from assistant.settings import PROJECT
from training.examples import DATA, PROMPTS, Builder, Bundle, Shares, as_bundle, drafts_of

BUNDLE = {
    "articles": [
        {
            "id": "a1",
            "title": "A ferry for Holm",
            "source": "Coast Daily",
            "published": "2023-03-22",
            "paragraphs": ["The ferry to Holm carries 40 cars.", "It sails on Monday."],
        }
    ],
    "items": [
        {"type": "number", "question": "and how many cars?", "standalone": "How many cars does the ferry carry?"}
    ],
}


@pytest.fixture
def builder() -> Builder:
    return Builder(Prompts.of(PROMPTS, taught=True))


def test_a_draft_is_learnt_from_as_a_reader_judged_it(builder: Builder) -> None:
    rows = [
        {"item": 0, "article": "a1", "draft": "It carries 40 cars.", "stated": True, "right": True},
        {"item": 0, "article": "a1", "draft": "It sails on Monday.", "stated": True, "right": False},
        {"item": 0, "article": "a1", "draft": "It carries cars.", "stated": None, "right": False},
    ]
    found = [(example.task, example.reply) for example in builder.drafts(BUNDLE, rows)]
    right, wrong = [[("right", word), ("verdict", word)] for word in ("yes", "no")]
    assert found == [("stated", "yes"), *right, ("stated", "yes"), *wrong, *wrong]
    (first, *_) = [example for example in builder.drafts(BUNDLE, rows) if example.task == "right"]
    assert "Question: How many cars does the ferry carry?\nAnswer: It carries 40 cars." in first.tail
    assert "The ferry to Holm carries 40 cars." in first.before


def test_a_verdict_is_the_line_after_an_answer(builder: Builder) -> None:
    row = {"item": 0, "article": "a1", "draft": "It sails on Monday.", "stated": True, "right": False}
    (verdict,) = [one for one in builder.drafts(BUNDLE, [row]) if one.task == "verdict"]
    assert verdict.tail.endswith("Check: answer\nQuestion: How many cars does the ferry carry?")
    assert (verdict.given, verdict.reply) == ("It sails on Monday.\n", "no")


def test_an_answer_ends_with_its_line(builder: Builder) -> None:
    pairs = {
        "article": BUNDLE["articles"][0],
        "claims": [],
        "answers": [{"question": "When does it sail?", "right": "It sails on Monday.", "wrong": ["It sails."]}],
        "unanswerable": [],
    }
    found = [(one.task, one.given, one.reply) for one in builder.pairs(pairs) if one.task in ("answer", "verdict")]
    assert found == [
        ("verdict", "It sails on Monday.\n", "yes"),
        ("answer", "", "It sails on Monday.\n"),
        ("verdict", "It sails.\n", "no"),
    ]


def test_every_draft_is_about_something_that_is_there() -> None:
    for name, rows in drafts_of(DATA / "drafts.jsonl").items():
        bundle = _bundle(name)
        for row in rows:
            assert 0 <= row["item"] < len(bundle["items"]), row
            assert row["article"] in {article["id"] for article in bundle["articles"]}, row
            assert row["draft"].strip(), row
            # What is not stated is not right.
            assert not (row["right"] and row["stated"] is False), row


def test_no_article_and_no_question_is_one_that_is_measured_with() -> None:
    taught, measured = _strings(DATA), _strings(PROJECT / "evals")
    assert taught
    assert measured
    assert taught & measured == set()


def _bundle(name: str) -> Bundle:
    (path,) = DATA.rglob(f"{name}.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if "articles" in found else as_bundle(found)


def _strings(folder: Path) -> set[str]:
    """Every text of more than 60 characters."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, str) and len(value) > 60:
            found.add(value)
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(each)

    for path in [*folder.rglob("*.json"), *folder.rglob("*.jsonl")]:
        if "results" in path.parts:
            continue
        for text in path.read_text(encoding="utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text()]:
            walk(json.loads(text))
    return found


def test_a_share_is_named_for_what_it_fits() -> None:
    shares = Shares(0.1, [("when", 1.0), ("p-9[3-9]", 0.5), ("drafts", 0.0)])
    names = ["when", "p-93", "p-92", "drafts", "list"]
    assert [shares.of(name) for name in names] == [1.0, 0.5, 0.1, 0.0, 0.1]
