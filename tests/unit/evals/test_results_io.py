"""Results survive their JSON, and a file cut off by a stopped run can be read."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.schema import Turn
from evals.results_io import (
    metric_from_dict,
    metric_to_dict,
    read_results,
    read_run,
    result_from_dict,
    result_to_dict,
    write_result,
)
from evals.schema import Case, GoldQuote, Metric, Result, Score

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


def test_metric_round_trip() -> None:
    metric = Metric("m", "M", None, 0, None, None)
    assert metric_from_dict(json.loads(json.dumps(metric_to_dict(metric)))) == metric


def test_a_line_cut_off_is_left_out(tmp_path: Path) -> None:
    lines = io.StringIO()
    write_result(lines, RESULT)
    write_result(lines, RESULT)
    path = tmp_path / "r.jsonl"
    path.write_text(lines.getvalue()[:-20], encoding="utf-8")
    assert read_results(path) == [RESULT]


def test_a_broken_line_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(result_to_dict(RESULT)) + '\n{"case": 1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"r\.jsonl:2: not a result"):
        read_results(path)


@pytest.mark.parametrize("text", ["{", "[]", '{"results": 3}'])
def test_what_is_no_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"run\.json"):
        read_run(path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_results(tmp_path / "none.jsonl")
    with pytest.raises(UsageError):
        read_run(tmp_path / "none.json")
