"""Results and metrics to and from JSON: one result a line while a run streams, lists in a run's file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.schema import Case, GoldQuote, Metric, Result, Score


def case_to_dict(case: Case) -> dict[str, Any]:
    """A case as JSON; `split` is written for readers of the file and ignored on the way back."""
    return {**_lists(asdict(case)), "split": case.split}


def case_from_dict(record: Mapping[str, Any]) -> Case:
    """The case that `case_to_dict` wrote."""
    return Case(
        id=record["id"],
        question=record["question"],
        category=record["category"],
        history=tuple(Turn(turn["role"], turn["content"]) for turn in record.get("history") or ()),
        answers=tuple(tuple(point) for point in record.get("answers") or ()),
        rejects=tuple(record.get("rejects") or ()),
        gold=tuple(tuple(point) for point in record.get("gold") or ()),
        unanswerable=bool(record.get("unanswerable", False)),
        long_form=bool(record.get("long_form", False)),
        standalone=record.get("standalone"),
        other_answers=tuple(record.get("other_answers") or ()),
        alternatives=tuple(tuple(tuple(point) for point in points) for points in record.get("alternatives") or ()),
        quotes=tuple(GoldQuote(**quote) for quote in record.get("quotes") or ()),
        references=tuple(record.get("references") or ()),
        by_figure=bool(record.get("by_figure", False)),
        halved=bool(record.get("halved", True)),
    )


def result_to_dict(result: Result) -> dict[str, Any]:
    """A result as JSON: case, answer, passages, error, run, scores."""
    return {
        "case": case_to_dict(result.case),
        "answer": None if result.answer is None else dict(result.answer),
        "passages": [dict(passage) for passage in result.passages],
        "error": result.error,
        "run": result.run,
        "scores": {name: asdict(score) for name, score in result.scores.items()},
    }


def result_from_dict(record: Mapping[str, Any]) -> Result:
    """The result that `result_to_dict` wrote; raises KeyError where a required key is missing."""
    return Result(
        case=case_from_dict(record["case"]),
        answer=record["answer"],
        passages=tuple(record.get("passages") or ()),
        error=record.get("error"),
        run=int(record.get("run", 1)),
        scores={
            name: Score(score["value"], score.get("explanation", ""))
            for name, score in (record.get("scores") or {}).items()
        },
    )


def metric_to_dict(metric: Metric) -> dict[str, Any]:
    """A metric as JSON."""
    return asdict(metric)


def read_run(path: Path) -> dict[str, Any]:
    """A run's JSON file: `provenance`, `metrics`, `results`. Raises `UsageError` if it is not one."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: run cannot be read ({error}); name a run's JSON file") from error
    if not isinstance(run, dict) or not isinstance(run.get("results"), list):
        raise UsageError(f"{path}: no list `results` in it; name the JSON file that an eval run wrote")
    return run


def _lists(value: Any) -> Any:
    """`value` with tuples as lists, so that a dict equals what comes back from its JSON."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value
