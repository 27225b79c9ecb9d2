"""Results survive their JSON, and a file cut off by a stopped run can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.results_io import (
    read_run,
    result_from_dict,
    result_to_dict,
)
from evals.schema import Case, GoldQuote, Result, Score

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
    record = json.loads(json.dumps(result_to_dict(RESULT)))
    assert result_from_dict(record) == RESULT
    assert record["case"]["split"] == RESULT.case.split


def test_a_case_of_an_earlier_edition_still_reads() -> None:
    record = result_to_dict(Result(Case("a", "Who?", "c", answers=(("é",),)), None))
    for name in ("alternatives", "quotes", "references", "by_figure", "halved"):
        del record["case"][name]
    assert result_from_dict(record).case == Case("a", "Who?", "c", answers=(("é",),))


def test_failed_result_round_trip() -> None:
    failed = Result(RESULT.case, None, error="no connection")
    assert result_from_dict(result_to_dict(failed)) == failed


@pytest.mark.parametrize("text", ["{", "[]", '{"results": 3}'])
def test_what_is_no_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"run\.json"):
        read_run(path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_run(tmp_path / "none.json")
