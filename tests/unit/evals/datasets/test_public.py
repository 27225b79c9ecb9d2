"""The public sets' shapes, in files made up here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.datasets.public import SETS, load_set

CORPUS: list[dict[str, Any]] = [
    {
        "id": "d0",
        "title": "Lighthouses",
        "date": "2021-03-04",
        "source": "Coast Weekly",
        "paragraphs": [
            {"id": "d0-p000", "text": "The lamp at Skerry was lit in 1851."},
            {"id": "d0-p001", "text": "Its keeper was Ada Brown."},
        ],
    },
    {
        "id": "d1",
        "title": "Harbours",
        "date": None,
        "source": "Coast Weekly",
        "paragraphs": [{"id": "d1-p000", "text": "The harbour has two piers."}],
    },
]


def row(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "id": "q1",
        "question": "When was the lamp lit?",
        "history": None,
        "paragraphs": None,
        "corpus": "corpus.jsonl",
        "answers": ["1851", "in 1851"],
        "unanswerable": False,
        "gold_paragraph_ids": ["d0-p000"],
        "category": "plain",
    }
    return {**base, **changes}


def write(folder: Path, name: str, rows: Sequence[object], corpus: Sequence[object] = CORPUS) -> Path:
    for file, lines in ((f"{name}.dev.jsonl", rows), ("corpus.jsonl", corpus)):
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / file).write_text(f"{text}\n", encoding="utf-8")
    return folder


def test_alternatives_are_one_point_stated_by_any_gold_paragraph(tmp_path: Path) -> None:
    loaded = load_set("squad2", write(tmp_path, "squad2", [row(gold_paragraph_ids=["d0-p000", "d1-p000"])]))

    (case,) = loaded.cases
    assert case.answers == (("1851", "in 1851"),)
    assert case.gold == (("d0-p000", "d1-p000"),)
    assert (case.id, case.question, case.category) == ("q1", "When was the lamp lit?", "plain")
    assert not case.unanswerable
    assert not case.long_form
    assert loaded.candidates == {}


def test_corpus_keeps_its_own_paragraph_ids(tmp_path: Path) -> None:
    loaded = load_set("squad2", write(tmp_path, "squad2", [row()]))

    assert loaded.articles is not None
    first, second = loaded.articles
    assert [(p.id, p.number, p.offset) for p in first.paragraphs] == [("d0-p000", 1, 0), ("d0-p001", 2, 0)]
    assert (first.id, first.title, first.source) == ("d0", "Lighthouses", "Coast Weekly")
    assert first.published == date(2021, 3, 4)
    assert second.published is None


def test_unanswerable_rows_have_neither_points_nor_gold(tmp_path: Path) -> None:
    wrong = row(answers=[], unanswerable=True, gold_paragraph_ids=[], plausible_wrong_answers=["1852"], topic="Lamps")
    (case,) = load_set("squad2", write(tmp_path, "squad2", [wrong])).cases

    assert case.unanswerable
    assert case.answers == case.gold == ()
    # An honest refusal may well repeat such a word, so it must not make it a wrong one.
    assert case.rejects == ()


def test_history_standalone_and_other_answers(tmp_path: Path) -> None:
    turns = [{"role": "user", "text": "Who kept it?"}, {"role": "assistant", "text": "Ada Brown."}]
    question = row(history=turns, standalone_rewrite="When was Skerry's lamp lit?", other_answer=["1902"])
    (case,) = load_set("temporal_timeqa", write(tmp_path, "temporal_timeqa", [question])).cases

    assert case.history == (Turn("user", "Who kept it?"), Turn("assistant", "Ada Brown."))
    assert case.standalone == "When was Skerry's lamp lit?"
    assert case.other_answers == ("1902",)


@pytest.mark.parametrize("long_form", [True, False])
def test_long_form_flag(tmp_path: Path, long_form: bool) -> None:
    rows = [row(answer_is_long_form=long_form)]
    assert load_set("followup_mtrag", write(tmp_path, "followup_mtrag", rows)).cases[0].long_form is long_form


def test_spans_of_running_text_are_bared_or_recalled(tmp_path: Path) -> None:
    rows = [
        row(id="short", answers=["in 1851,"]),
        row(id="long", answers=["he studied lamps with the two keepers of Skerry,"]),
    ]
    short, long = load_set("followup_canard", write(tmp_path, "followup_canard", rows)).cases

    assert short.answers == (("in 1851,", "1851"),)
    assert not short.long_form
    assert long.answers == (("he studied lamps with the two keepers of Skerry,",),)
    assert long.long_form


def test_candidate_sentences_are_one_article_a_page(tmp_path: Path) -> None:
    sentences = [
        {"id": f"c-s0{i}", "title": title, "date": None, "source": "Wiki", "text": text}
        for i, (title, text) in enumerate(
            [("Lamp", "It was lit in 1851."), ("Lamp", "It is tall."), ("Pier", "It is long.")]
        )
    ]
    rows = [
        row(corpus=None, paragraphs=sentences, gold_paragraph_ids=["c-s00", "c-s01"], id="c1"),
        row(corpus=None, paragraphs=sentences[:2], gold_paragraph_ids=["c-s00"], id="c2"),
    ]
    loaded = load_set("clapnq", write(tmp_path, "clapnq", rows))

    assert loaded.articles is None
    lamp, pier = loaded.candidates["c1"]
    assert [(p.id, p.number) for p in lamp.paragraphs] == [("c-s00", 1), ("c-s01", 2)]
    assert (lamp.title, pier.title) == ("Lamp", "Pier")
    assert (lamp.id, pier.id) == ("c1/1", "c1/2")
    assert [article.id for article in loaded.candidates["c2"]] == ["c2"]
    assert loaded.cases[0].gold == (("c-s00", "c-s01"),)


def test_another_half_is_another_file(tmp_path: Path) -> None:
    write(tmp_path, "squad2", [row()])
    (tmp_path / "squad2.dev.jsonl").rename(tmp_path / "squad2.test.jsonl")

    assert len(load_set("squad2", tmp_path, "test").cases) == 1
    with pytest.raises(UsageError, match=r"squad2\.dev\.jsonl: cannot be read"):
        load_set("squad2", tmp_path)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "not JSON"),
        ([1], "a list, not a JSON object"),
        (row(id="q2", question=" "), "question: is blank"),
        (row(id="q2", category=None), "category: write a text, not null"),
        (row(id="q2", answers="1851"), 'answers: write a list, not "1851"'),
        (row(id="q2", answers=[""]), "answers 1: is blank"),
        (row(id="q2", answers=[], gold_paragraph_ids=[]), "answers is empty"),
        (row(id="q2", unanswerable=True), "unanswerable, yet with answers"),
        (row(id="q2", unanswerable="no"), "unanswerable: write true or false"),
        (row(id="q2", gold_paragraph_ids=["d9-p000"]), "gold paragraph 'd9-p000' is not among"),
        (row(id="q2", history=[{"role": "system", "text": "x"}]), "history 1: role: .*system"),
        (row(id="q2", history=[{"role": "user", "text": ""}]), "history 1: text: is blank"),
        (row(id="q2", history=["x"]), "history 1: write an object"),
        (row(id="q2", paragraphs=[]), "paragraphs is empty"),
        (row(id="q2", corpus="other.jsonl"), "names a second corpus"),
        (row(), "id 'q1' was used before"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, bad: object, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load_set("squad2", write(tmp_path, "squad2", [row(), bad]))
    assert f"{tmp_path / 'squad2.dev.jsonl'}:2: " in str(caught.value)


@pytest.mark.parametrize(
    ("article", "message"),
    [
        ({**CORPUS[1], "date": "4 March"}, "date: '4 March' is not a date"),
        ({**CORPUS[1], "paragraphs": [{"id": "x"}]}, "paragraphs 1: no text"),
        ({**CORPUS[1], "paragraphs": CORPUS[0]["paragraphs"]}, "id 'd0-p000' was used before"),
        ({**CORPUS[1], "title": None}, "title: write a text, not null"),
    ],
)
def test_a_bad_article_is_named(tmp_path: Path, article: object, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load_set("squad2", write(tmp_path, "squad2", [row()], [CORPUS[0], article]))
    assert f"{tmp_path / 'corpus.jsonl'}:2: " in str(caught.value)


def test_nothing_to_search_or_to_ask(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither paragraphs nor a corpus"):
        load_set("squad2", write(tmp_path, "squad2", [row(corpus=None)]))
    with pytest.raises(UsageError, match="no articles in it"):
        load_set("squad2", write(tmp_path, "squad2", [row()], []))
    with pytest.raises(UsageError, match="no questions in it"):
        load_set("squad2", write(tmp_path, "squad2", []))


def test_a_row_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="beside this one"):
        load_set("squad2", write(tmp_path, "squad2", [row(corpus="../corpus.jsonl")]))


def test_unknown_set_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="choose one of squad2, clapnq"):
        load_set("trivia", tmp_path)
    for name in SETS:
        with pytest.raises(UsageError, match="give the folder that holds the question sets"):
            load_set(name, tmp_path / "nowhere")
