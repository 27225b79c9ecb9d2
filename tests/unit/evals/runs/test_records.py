"""Results survive their JSON, and a file cut off by a stopped run can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.runs.records import parse_result, read_run, result_to_dict, run_to_dict
from evals.schema import Case, GoldQuote, Result, Run, Score

RESULT = Result(
    Case(
        "a",
        "Who?",
        "c",
        history=(Turn("user", "x"),),
        answers=(("é", "e"),),
        gold=(("p",),),
        other_answers=("o",),
        alternatives=((("f", "g"), ("h",)), (("i",),)),
        quotes=(GoldQuote("p", "é ist"),),
        references=("É.",),
        by_figure=True,
        halved=False,
    ),
    {"answer": "é", "refused": False},
    ({"paragraph_id": "p"},),
    run=2,
    scores={"s": Score(None, "why"), "t": Score(1.0)},
)


def test_result_round_trip_through_json() -> None:
    line = json.dumps(result_to_dict(RESULT))
    assert parse_result(line) == RESULT
    assert json.loads(line)["case"]["split"] == RESULT.case.split


def test_a_case_of_an_earlier_edition_still_reads() -> None:
    record = result_to_dict(Result(Case("a", "Who?", "c", answers=(("é",),)), None))
    for name in ("alternatives", "quotes", "references", "by_figure", "halved"):
        del record["case"][name]
    assert parse_result(json.dumps(record)).case == Case("a", "Who?", "c", answers=(("é",),))


def test_failed_result_round_trip() -> None:
    failed = Result(RESULT.case, None, error="no connection")
    assert parse_result(json.dumps(result_to_dict(failed))) == failed


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"answer": null}', "no case; add it"),
        (
            '{"case": {"id": "a", "question": 3, "category": "c"}, "answer": null}',
            "case: question: write a text, not 3",
        ),
        ('{"case": {"id": "a", "question": "Who?", "category": "c"}, "answer": "yes"}', "answer: "),
    ],
)
def test_a_result_of_another_shape_is_told_in_one_line(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        parse_result(line)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("judge", [None, {"model": "m", "n": 3, "agreement": 1.0, "kappa": None}])
def test_a_run_round_trip_through_its_file(tmp_path: Path, judge: dict[str, object] | None) -> None:
    run = Run((RESULT, RESULT), {"model": {"name": "m"}}, judge)
    path = tmp_path / "run.json"
    path.write_text(json.dumps(run_to_dict(run)))
    assert read_run(path) == run
    assert {metric["name"] for metric in json.loads(path.read_text())["metrics"]} >= {"right"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read"),
        ("[]", "name the JSON file"),
        ('{"results": 3}', "results: write a list, not 3"),
        ('{"results": [{"case": {"id": "a", "question": "Who?"}, "answer": null}]}', "results 1: case: no category"),
    ],
)
def test_what_is_no_run(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=rf"run\.json: .*{told}"):
        read_run(path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_run(tmp_path / "none.json")
