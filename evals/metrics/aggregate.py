"""Results to metrics. Each case counts once: several runs of it are averaged first, since they
are no independent evidence."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.metrics.calibration import auc, auc_interval
from evals.metrics.uncertainty import quartiles, wilson
from evals.schema import DEVELOPMENT, HELD_OUT, Metric, Result

OVERALL, CONFIDENCE_AUC = "overall", "confidence_auc"
MEDIAN = " (median, quartiles)"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A metric's name (its score's name, too), label, unit and direction."""

    name: str
    label: str
    unit: str = "share"
    higher_is_better: bool = True


METRICS: tuple[MetricSpec, ...] = (
    MetricSpec("right", "right answers"),
    MetricSpec("right_and_direct", "right and direct answers"),
    MetricSpec("false_refusal", "false refusals", higher_is_better=False),
    MetricSpec("rightly_refused", "rightly refused"),
    MetricSpec("refusal_precision", "refusal precision"),
    MetricSpec("citations_state", "citations that state the answer"),
    MetricSpec("citation_precision", "citation precision"),
    MetricSpec("citation_recall", "citation recall"),
    MetricSpec("support_rate", "sentences that cite the gold quote"),
    MetricSpec("date_confusion", "date confusions", higher_is_better=False),
    MetricSpec("context_recall", "context recall@k"),
    MetricSpec("mrr", "MRR"),
    MetricSpec("seconds_first_token", f"seconds to first token{MEDIAN}", "seconds", higher_is_better=False),
    MetricSpec("seconds_total", f"seconds to answer{MEDIAN}", "seconds", higher_is_better=False),
    MetricSpec("seconds_refusal", f"seconds to refusal{MEDIAN}", "seconds", higher_is_better=False),
    MetricSpec(OVERALL, "right or rightly refused"),
    MetricSpec(CONFIDENCE_AUC, "AUC of confidence: answerable or not"),
    MetricSpec("quote_integrity", "quote integrity"),
)


def aggregate(results: Sequence[Result]) -> list[Metric]:
    """Every metric of `METRICS`, in that order, with interval or quartiles; None where n is 0."""
    return [
        _confidence_auc(spec, results) if spec.name == CONFIDENCE_AUC else _metric(spec, results) for spec in METRICS
    ]


def by_category(results: Sequence[Result]) -> dict[str, list[Metric]]:
    """The metrics of each category, by its name."""
    return _grouped(results, lambda result: result.case.category)


def by_split(results: Sequence[Result]) -> dict[str, list[Metric]]:
    """The metrics of the development and of the held-out half; both always present."""
    return {
        split: aggregate([result for result in results if result.case.split == split])
        for split in (DEVELOPMENT, HELD_OUT)
    }


def case_values(results: Sequence[Result], name: str) -> dict[str, float]:
    """The mean value of a score over the runs of each case, by case id; unscored ones left out."""
    values: dict[str, list[float]] = {}
    for result in results:
        value = is_right(result) if name == OVERALL else _value(result, name)
        if value is not None:
            values.setdefault(result.case.id, []).append(value)
    return {case: statistics.fmean(each) for case, each in values.items()}


def is_right(result: Result) -> float | None:
    """1.0 for a right answer or a right refusal, else 0.0; None where it could not be judged."""
    return _value(result, "rightly_refused" if result.case.unanswerable else "right")


def answerable_labels(results: Sequence[Result]) -> tuple[list[float], list[bool]]:
    """(confidence in [0, 1], is it answerable) of every case that came back with a confidence."""
    confidences: dict[str, list[float]] = {}
    answerable: dict[str, bool] = {}
    for result in results:
        if result.answer is not None and result.answer.get("confidence") is not None:
            confidences.setdefault(result.case.id, []).append(float(result.answer["confidence"]))
            answerable[result.case.id] = not result.case.unanswerable
    return [statistics.fmean(each) for each in confidences.values()], list(answerable.values())


def selective_labels(results: Sequence[Result]) -> tuple[list[float], list[bool]]:
    """(confidence, is it right) of every answered result that has a confidence.

    Refusals have no answer that could be judged, so the curve says what raising the threshold
    further would do. An answer to an unanswerable question is wrong.
    """
    confidences, right = [], []
    for result in results:
        value = is_right(result)
        if result.answer is None or result.answer["refused"] or value is None:
            continue
        if (confidence := result.answer.get("confidence")) is None:
            continue
        confidences.append(float(confidence))
        right.append(value >= 0.5)
    return confidences, right


def _value(result: Result, name: str) -> float | None:
    score = result.scores.get(name)
    return None if score is None else score.value


def _metric(spec: MetricSpec, results: Sequence[Result]) -> Metric:
    values = list(case_values(results, spec.name).values())
    if not values:
        return _made(spec, None, 0, None)
    if spec.unit == "seconds":
        low, median, high = quartiles(values)
        return _made(spec, median, len(values), (low, high))
    return _made(spec, statistics.fmean(values), len(values), wilson(sum(values), len(values)))


def _confidence_auc(spec: MetricSpec, results: Sequence[Result]) -> Metric:
    confidences, answerable = answerable_labels(results)
    value = auc(confidences, answerable)
    if value is None:
        return _made(spec, None, 0, None)
    return _made(spec, value, len(confidences), auc_interval(confidences, answerable))


def _made(spec: MetricSpec, value: float | None, n: int, interval: tuple[float, float] | None) -> Metric:
    low, high = interval or (None, None)
    return Metric(spec.name, spec.label, value, n, low, high, spec.unit, spec.higher_is_better)


def _grouped(results: Sequence[Result], key: Callable[[Result], str]) -> dict[str, list[Metric]]:
    groups: Mapping[str, list[Result]] = {name: [] for name in sorted({key(result) for result in results})}
    for result in results:
        groups[key(result)].append(result)
    return {name: aggregate(group) for name, group in groups.items()}
