"""Thresholds that a run must meet, and the reasons for which it does not.

A run of few questions says little of the product, so a metric fails where its 95 % interval leaves
the limit out, and not where its value alone does: one question more or less then decides nothing,
and the more are asked, the closer to the limit a failure is seen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from evals.judgements.metrics import METRICS as JUDGEMENTS
from evals.metrics.aggregate import METRICS as ANSWERS
from evals.schema import Metric, Result

MAX_UNSCORED = 0.05
# What each section of the file sets limits for.
SECTIONS = {
    "news": frozenset(spec.name for spec in ANSWERS),
    "news-together": frozenset(spec.name for spec in ANSWERS),
    "facts": frozenset(spec.name for spec in ANSWERS),
    "judgements": frozenset(JUDGEMENTS),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a metric must be able to be, at least and at most, in its own unit; None: no limit."""

    min: float | None = None
    max: float | None = None


Thresholds = Mapping[str, Limit]


def load_thresholds(path: Path) -> dict[str, dict[str, Limit]]:
    """The limits by section, one of `SECTIONS`, and metric name.

    Raises `UsageError` naming the file and the entry where the file is not as it should be: a
    mistyped name would otherwise be a gate that nobody notices is open.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: thresholds cannot be read ({error}); mend or restore the file") from error
    thresholds: dict[str, dict[str, Limit]] = {}
    for section, metrics in table.items():
        if section not in SECTIONS or not isinstance(metrics, dict):
            raise UsageError(f"{path}: [{section}] is no section; sections: {', '.join(SECTIONS)}")
        thresholds[section] = {name: _limit(value, f"{path}: {section}.{name}") for name, value in metrics.items()}
        for name in metrics:
            if name not in SECTIONS[section]:
                known = ", ".join(sorted(SECTIONS[section]))
                raise UsageError(f"{path}: {section}.{name} is no metric; metrics: {known}")
    if not any(thresholds.values()):
        raise UsageError(f"{path}: holds no threshold; add one, such as right = {{ min = 0.8 }}")
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
    return failures + check_metrics(metrics, thresholds)


def check_metrics(metrics: Sequence[Metric], thresholds: Thresholds) -> list[str]:
    """Why `metrics` are not within `thresholds`, one line a reason; a threshold for what has no value fails."""
    if not thresholds:
        return ["no thresholds: nothing was checked"]
    by_name = {metric.name: metric for metric in metrics}
    return [reason for name, limit in thresholds.items() for reason in _violations(name, limit, by_name.get(name))]


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
    low, high = _interval(metric)
    between = f", 95 %: {low:.2f}–{high:.2f}" if low != high else ""
    shown = f"{metric.label} is {metric.value:.3f} (n = {metric.n}{between})"
    failures = []
    # not (a >= b): a NaN must fail
    if limit.min is not None and not high >= limit.min:
        failures.append(f"{shown}, below {limit.min:g}")
    if limit.max is not None and not low <= limit.max:
        failures.append(f"{shown}, above {limit.max:g}")
    return failures


def _interval(metric: Metric) -> tuple[float, float]:
    """Where the metric may lie; its value alone where it has no interval, as seconds have none but quartiles."""
    value = float("nan") if metric.value is None else metric.value
    if metric.low is None or metric.high is None or metric.unit == "seconds":
        return value, value
    return metric.low, metric.high
