"""Results and runs to and from JSON: one result a line while a run streams, all of them in a run's file.

The dataclasses of `evals.schema` are the format; pydantic checks what is read against them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import UsageError
from assistant.util.validation import fault
from evals.metrics.aggregate import aggregate
from evals.schema import Case, Metric, Result, Run

_CASE, _METRIC, _RESULT, _RUN = TypeAdapter(Case), TypeAdapter(Metric), TypeAdapter(Result), TypeAdapter(Run)


def case_to_dict(case: Case) -> dict[str, Any]:
    """A case as JSON; `split` is written for readers of the file and ignored on the way back."""
    return {**_CASE.dump_python(case, mode="json"), "split": case.split}


def result_to_dict(result: Result) -> dict[str, Any]:
    """A result as JSON: case, answer, passages, error, run, scores."""
    return {**_RESULT.dump_python(result, mode="json"), "case": case_to_dict(result.case)}


def metric_to_dict(metric: Metric) -> dict[str, Any]:
    """A metric as JSON."""
    record: dict[str, Any] = _METRIC.dump_python(metric, mode="json")
    return record


def run_to_dict(run: Run) -> dict[str, Any]:
    """A run as JSON: provenance, metrics (of all results), results, and what the judge said, where one was asked."""
    return {
        "provenance": dict(run.provenance),
        "metrics": [metric_to_dict(metric) for metric in aggregate(run.results)],
        "results": [result_to_dict(result) for result in run.results],
        **({"judge": dict(run.judge)} if run.judge else {}),
    }


def parse_result(line: str) -> Result:
    """The result on a line that `result_to_dict` wrote. Raises ValueError, in one line, where it is none."""
    # json takes a lone surrogate, which a model can write; pydantic's own parser does not.
    record = json.loads(line)
    try:
        return _RESULT.validate_python(record)
    except ValidationError as error:
        raise ValueError(fault(error)) from error


def read_run(path: Path) -> Run:
    """The run in a JSON file. Raises `UsageError` if it is not one."""
    try:
        return _RUN.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise UsageError(f"{path}: {fault(error)}; name the JSON file that an eval run wrote") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: run cannot be read ({error}); name a run's JSON file") from error
