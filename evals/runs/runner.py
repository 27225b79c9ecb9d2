"""Ask every case and keep each result as soon as it is known, so that a stopped run resumes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from assistant.errors import AssistantError, ModelConnectionError, UsageError
from evals.runs.askers import Asker
from evals.runs.records import result_to_dict
from evals.runs.results_file import append, header, open_to_append, prepare
from evals.schema import Case, Result, Score

Scorer = Callable[[Result], Mapping[str, Score]]


def run(
    asker: Asker,
    cases: Sequence[Case],
    output: Path,
    *,
    selected: Sequence[Case] | None = None,
    runs: int = 1,
    configuration: Mapping[str, Any] | None = None,
    score: Scorer | None = None,
    progress: bool = True,
) -> list[Result]:
    """Each case answered once a run, in order; what `output` already holds is not asked again.

    `selected`: only these of `cases` are asked; `configuration` is what makes answers
    comparable (model, settings, prompts). A case that ends in an `AssistantError` is a result
    with `error` and is asked again when the run is resumed. Scores are worked out anew for
    results that were read back, so that one table never mixes the scorers of two versions.
    Raises `UsageError` for a file of other cases or another
    configuration, `ModelConnectionError` as soon as the model cannot be reached.
    """
    selected = select(cases) if selected is None else selected
    if runs < 1:
        raise UsageError(f"runs {runs}: ask for at least one run")
    known = prepare(output, header(cases, configuration or {}))
    wanted = [(case, number) for number in range(1, runs + 1) for case in selected]
    results: list[Result] = []
    with (
        open_to_append(output) as file,
        tqdm(
            total=len(wanted),
            file=sys.stderr,
            disable=not progress,
            unit="case",
            # a log file gets a line now and then instead of one for every case
            mininterval=0.5 if sys.stderr.isatty() else 30.0,
        ) as bar,
    ):
        for case, number in wanted:
            result = known.get((case.id, number))
            if result is None:
                result = _ask(asker, case, number, output)
                result = replace(result, scores=score(result)) if score else result
                append(file, result_to_dict(result), output)
            elif score:
                result = replace(result, scores=score(result))
            results.append(result)
            bar.update()
    return results


def select(cases: Sequence[Case], *, limit: int | None = None, category: str | None = None) -> list[Case]:
    """The cases of a category, at most `limit` of them. Raises `UsageError` where none is left."""
    if not cases:
        raise UsageError("there are no cases to run; give a file with at least one")
    ids = [case.id for case in cases]
    if len(set(ids)) != len(ids):
        twice = next(identifier for identifier in ids if ids.count(identifier) > 1)
        raise UsageError(f"case id {twice!r} is used twice; ids must be unique")
    if limit is not None and limit < 1:
        raise UsageError(f"limit {limit}: ask for at least one case")
    selected = [case for case in cases if category in (None, case.category)]
    if not selected:
        known = ", ".join(sorted({case.category for case in cases}))
        raise UsageError(f"category {category!r}: no case has it; choose one of {known}")
    return selected[:limit]


def _ask(asker: Asker, case: Case, number: int, output: Path) -> Result:
    try:
        answer, passages = asker.ask(case)
    except ModelConnectionError as error:
        # every further case would fail alike
        raise ModelConnectionError(
            f"{error} (what was answered is kept in {output}; the same command goes on from there)"
        ) from error
    except AssistantError as error:
        return Result(case, None, error=str(error), run=number)
    return Result(case, answer, passages, run=number)
