"""Probabilities with their labels → how well they separate, and what a threshold lets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.judgements.items import ANSWERED, CONTRADICTIONS, RIGHT, STATED
from evals.metrics.calibration import auc, auc_interval
from evals.metrics.uncertainty import wilson
from evals.schema import Metric


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement that was made: `probability` in [0, 1] of what `label` says is so. The rest as in `Ask`."""

    task: str
    group: str
    kind: str
    article: str
    question: str
    sentence: str
    label: bool
    probability: float


# name → label and whether more is better
METRICS: Mapping[str, tuple[str, bool]] = {
    "answered_auc_article": ("answered: AUC, each article", True),
    "answered_auc_question": ("answered: AUC, the likeliest article of each question", True),
    "stated_auc": ("stated: AUC", True),
    "stated_kept": ("stated: supported sentences kept", True),
    "stated_passed": ("stated: unsupported sentences passed", False),
    "right_auc": ("right: AUC", True),
    "right_kept": ("right: good answers kept", True),
    "right_passed": ("right: wrong answers passed", False),
    "contradictions_auc": ("contradictions: AUC", True),
    "contradictions_passed": ("contradictions: contradicted sentences passed", False),
    "contradictions_refused": ("contradictions: stated sentences refused", False),
}


def summarise(rows: Sequence[Judged], threshold: float) -> list[Metric]:
    """Every metric of `METRICS`, in that order; n is 0 where nothing was asked. At `threshold` a sentence passes."""
    by_task = {task: [row for row in rows if row.task == task] for task in (ANSWERED, STATED, RIGHT, CONTRADICTIONS)}
    found = [
        _auc("answered_auc_article", by_task[ANSWERED]),
        _auc("answered_auc_question", by_question(by_task[ANSWERED])),
        _auc("stated_auc", by_task[STATED]),
        _share("stated_kept", by_task[STATED], threshold, of=True),
        _share("stated_passed", by_task[STATED], threshold, of=False),
        _auc("right_auc", by_task[RIGHT]),
        _share("right_kept", by_task[RIGHT], threshold, of=True),
        _share("right_passed", by_task[RIGHT], threshold, of=False),
        _auc("contradictions_auc", by_task[CONTRADICTIONS]),
        _share("contradictions_passed", by_task[CONTRADICTIONS], threshold, of=False),
        _share("contradictions_refused", by_task[CONTRADICTIONS], threshold, of=True, passes=False),
    ]
    assert [metric.name for metric in found] == list(METRICS)
    return found


def by_question(rows: Sequence[Judged]) -> list[Judged]:
    """Of each question the likeliest article, labelled by whether any of its articles answers."""
    best: dict[str, Judged] = {}
    answered: dict[str, bool] = {}
    for row in rows:
        answered[row.group] = answered.get(row.group, False) or row.label
        if row.group not in best or row.probability > best[row.group].probability:
            best[row.group] = row
    return [
        Judged(row.task, group, row.kind, row.article, row.question, "", answered[group], row.probability)
        for group, row in best.items()
    ]


def by_kind(rows: Sequence[Judged], task: str, threshold: float) -> dict[str, tuple[Metric, Metric]]:
    """By kind of the sentence: the share of those not so that passes, and of those that are so that is refused."""
    kinds = dict.fromkeys(row.kind for row in rows if row.task == task)
    own = {kind: [row for row in rows if row.task == task and row.kind == kind] for kind in kinds}
    return {
        kind: (
            _share("passed", each, threshold, of=False),
            _share("refused", each, threshold, of=True, passes=False),
        )
        for kind, each in own.items()
    }


def _auc(name: str, rows: Sequence[Judged]) -> Metric:
    probabilities, labels = [row.probability for row in rows], [row.label for row in rows]
    value, interval = auc(probabilities, labels), auc_interval(probabilities, labels)
    low, high = interval or (None, None)
    return Metric(name, METRICS[name][0], value, 0 if value is None else len(rows), low, high)


def _share(name: str, rows: Sequence[Judged], threshold: float, *, of: bool, passes: bool = True) -> Metric:
    """The share of the rows labelled `of` that pass the threshold (or, without `passes`, do not)."""
    own = [row for row in rows if row.label == of]
    counted = sum((row.probability >= threshold) == passes for row in own)
    low, high = wilson(counted, len(own)) if own else (None, None)
    label, better = METRICS.get(name, (name, False))
    return Metric(name, label, counted / len(own) if own else None, len(own), low, high, higher_is_better=better)
