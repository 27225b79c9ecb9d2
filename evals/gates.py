"""Thresholds that a run must meet, and the reasons for which it does not."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from evals.schema import DEVELOPMENT, HELD_OUT, Metric, Result
from evals.stats import METRICS

MAX_UNSCORED = 0.05
ALL = "all"
_NAMES = frozenset(spec.name for spec in METRICS)


@dataclass(frozen=True, slots=True)
class Limit:
    """The least and the greatest value a metric may have, in its own unit; None: no limit."""

    min: float | None = None
    max: float | None = None


Thresholds = Mapping[str, Limit]


def load_thresholds(path: Path) -> dict[str, dict[str, Limit]]:
    """The limits by split ("development", "held-out", "all") and metric name.

    Raises `UsageError` naming the file and the entry where the file is not as it should be: a
    mistyped name would otherwise be a gate that nobody notices is open.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: thresholds cannot be read ({error}); mend or restore the file") from error
    thresholds: dict[str, dict[str, Limit]] = {}
    for split, metrics in table.items():
        if split not in (DEVELOPMENT, HELD_OUT, ALL) or not isinstance(metrics, dict):
            raise UsageError(f"{path}: [{split}] is no split; use [{DEVELOPMENT}], [{HELD_OUT}] or [{ALL}]")
        thresholds[split] = {name: _limit(value, f"{path}: {split}.{name}") for name, value in metrics.items()}
        for name in metrics:
            if name not in _NAMES:
                raise UsageError(f"{path}: {split}.{name} is no metric; metrics: {', '.join(sorted(_NAMES))}")
    if not any(thresholds.values()):
        raise UsageError(f"{path}: holds no threshold; add one, such as answer_accuracy = {{ min = 0.8 }}")
    return thresholds


def check(metrics: Sequence[Metric], thresholds: Thresholds, results: Sequence[Result]) -> list[str]:
    """Why `results` fail, one line a reason; empty when they pass.

    `metrics` are those of `results`. Fails as well where there is nothing to measure: no results,
    no answer that is not a refusal, more than 5 % of the results with a judgement that could not
    be made, or a threshold for a metric that no case has.
    """
    if not results:
        return ["no results: an empty data set passes no gate"]
    failures = []
    if not any(result.answer is not None and not result.answer["refused"] for result in results):
        failures.append(f"nothing was answered in {len(results)} results")
    unscored = [result for result in results if _is_unscored(result)]
    if len(unscored) > MAX_UNSCORED * len(results):
        failures.append(
            f"{len(unscored)} of {len(results)} results are unscored, more than {MAX_UNSCORED:.0%};"
            f" the first is {unscored[0].case.id!r}: {unscored[0].error or 'a judgement could not be made'}"
        )
    if not thresholds:
        failures.append("no thresholds: nothing was checked")
    by_name = {metric.name: metric for metric in metrics}
    for name, limit in thresholds.items():
        failures += _violations(name, limit, by_name.get(name))
    return failures


def check_splits(
    by_split: Mapping[str, Sequence[Metric]],
    thresholds: Mapping[str, Thresholds],
    results: Sequence[Result],
) -> list[str]:
    """`check` for every split that has thresholds, each reason beginning with the split's name.

    `by_split` holds the metrics of each such split, those of all results under "all".
    """
    failures = []
    if not thresholds:
        failures.append("no thresholds: nothing was checked")
    for split, limits in thresholds.items():
        of_split = [result for result in results if split in (ALL, result.case.split)]
        failures += [f"{split}: {reason}" for reason in check(by_split.get(split, ()), limits, of_split)]
    return failures


def _limit(value: Any, place: str) -> Limit:
    if not isinstance(value, dict) or not value or not set(value) <= {"min", "max"}:
        raise UsageError(f"{place}: write {{ min = … }}, {{ max = … }} or both")
    for key, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise UsageError(f"{place}: {key} is {number!r}; write a number")
    return Limit(**value)


def _is_unscored(result: Result) -> bool:
    # a result without any score was never judged at all
    return not result.scores or any(score.value is None for score in result.scores.values())


def _violations(name: str, limit: Limit, metric: Metric | None) -> list[str]:
    if metric is None:
        return [f"{name}: there is a threshold, but no such metric"]
    if metric.value is None or metric.n == 0:
        return [f"{metric.label}: there is a threshold, but no case it applies to"]
    shown = f"{metric.label} is {metric.value:.3f} (n = {metric.n})"
    failures = []
    # not (a >= b): a NaN must fail
    if limit.min is not None and not metric.value >= limit.min:
        failures.append(f"{shown}, below {limit.min:g}")
    if limit.max is not None and not metric.value <= limit.max:
        failures.append(f"{shown}, above {limit.max:g}")
    return failures
