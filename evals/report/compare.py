"""Two runs side by side: what got better or worse, and whether it is more than chance.

Cases are paired by id. A share that is 0 or 1 for every case is tested by McNemar's exact test,
any other value by a paired permutation test of its mean. The p values are adjusted for being many
(Holm 1979); "more than chance" is an adjusted p below 0.05.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from evals.metrics.aggregate import CONFIDENCE_AUC, MEDIAN, METRICS, OVERALL, MetricSpec, answerable_labels, case_values
from evals.metrics.calibration import auc
from evals.metrics.uncertainty import holm, mcnemar_exact, permutation_paired
from evals.schema import Case, Result, Run

ALPHA = 0.05
# it is a score of refusals alone, and which cases are refused is itself what changes
_UNPAIRED = frozenset({"refusal_precision"})


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case that got better or worse: the share of its runs that were right, and one answer each."""

    id: str
    question: str
    before: float
    after: float
    answer_before: str
    answer_after: str


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric in both runs, as means over `n` paired cases (over all cases where not paired).

    `difference` is after minus before, in the metric's unit. `p` is adjusted; None: no test fits.
    """

    name: str
    label: str
    before: float
    after: float
    difference: float
    n: int
    test: str
    p: float | None
    higher_is_better: bool

    @property
    def is_more_than_chance(self) -> bool:
        """True when the difference is unlikely to be chance."""
        return self.p is not None and self.p < ALPHA

    @property
    def is_better(self) -> bool:
        """True when the difference goes the right way."""
        return (self.difference > 0) == self.higher_is_better and self.difference != 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run `b` against run `a`. `changed`: ids whose question or answers differ between the runs."""

    paired: int
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    changed: tuple[str, ...]
    better: tuple[CaseChange, ...]
    worse: tuple[CaseChange, ...]
    metrics: tuple[MetricChange, ...]
    provenance: tuple[tuple[str, str, str], ...]


_ALWAYS_DIFFERENT = frozenset({"date", "duration_seconds"})


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs: `a` before, `b` after."""
    cases_a, cases_b = _cases(a.results), _cases(b.results)
    common = [case_id for case_id in cases_a if case_id in cases_b]
    changed = tuple(case_id for case_id in common if not _is_same(cases_a[case_id], cases_b[case_id]))
    paired = [case_id for case_id in common if case_id not in set(changed)]
    kept = frozenset(paired)
    before = [result for result in a.results if result.case.id in kept]
    after = [result for result in b.results if result.case.id in kept]
    changes = _case_changes(paired, before, after)
    return Comparison(
        paired=len(paired),
        only_a=tuple(case_id for case_id in cases_a if case_id not in cases_b),
        only_b=tuple(case_id for case_id in cases_b if case_id not in cases_a),
        changed=changed,
        better=tuple(change for change in changes if change.after > change.before),
        worse=tuple(change for change in changes if change.after < change.before),
        metrics=_metric_changes(before, after),
        provenance=_provenance_changes(a.provenance, b.provenance),
    )


def render(comparison: Comparison) -> str:
    """The comparison as text for a terminal."""
    lines = [f"{comparison.paired} cases paired"]
    for ids, where in (
        (comparison.only_a, "only in the first run"),
        (comparison.only_b, "only in the second run"),
        (comparison.changed, "left out, since question or expected answer differ"),
    ):
        if ids:
            lines.append(f"{len(ids)} {where}: {', '.join(ids)}")
    if comparison.provenance:
        lines += ["", "What differs between the runs"]
        lines += [f"  {key}: {first} -> {second}" for key, first, second in comparison.provenance]
    lines += ["", *_metric_table(comparison.metrics)]
    for changes, title in ((comparison.worse, "Worse"), (comparison.better, "Better")):
        lines += ["", f"{title}: {len(changes)} cases"]
        for change in changes:
            lines += [
                f"  {change.id}: {change.question}",
                f"    before ({change.before:.2f}): {change.answer_before}",
                f"    after  ({change.after:.2f}): {change.answer_after}",
            ]
    return "\n".join(lines) + "\n"


def _metric_table(changes: Sequence[MetricChange]) -> list[str]:
    if not changes:
        return ["No metric has cases in both runs."]
    width = max(len(change.label) for change in changes)
    lines = [f"{'mean over paired cases':{width}}  before   after    diff     n  p (Holm)  verdict"]
    for change in changes:
        p = "-" if change.p is None else f"{change.p:.3f}"
        lines.append(
            f"{change.label:{width}}  {change.before:6.3f}  {change.after:6.3f}  {change.difference:+6.3f}"
            f"  {change.n:4d}  {p:>8}  {_verdict(change)}"
        )
    return lines


def _verdict(change: MetricChange) -> str:
    if change.difference == 0:
        return "same"
    direction = "better" if change.is_better else "worse"
    if change.p is None:
        return f"{direction}, not tested"
    return direction if change.is_more_than_chance else f"{direction}, may be chance"


def _cases(results: Sequence[Result]) -> dict[str, Case]:
    return {result.case.id: result.case for result in results}


def _is_same(first: Case, second: Case) -> bool:
    return (
        first.question == second.question
        and first.history == second.history
        and first.acceptable == second.acceptable
        and first.rejects == second.rejects
        and first.unanswerable == second.unanswerable
    )


def _case_changes(paired: Sequence[str], before: Sequence[Result], after: Sequence[Result]) -> list[CaseChange]:
    values_a, values_b = case_values(before, OVERALL), case_values(after, OVERALL)
    said_a, said_b = _said(before), _said(after)
    questions = {result.case.id: result.case.question for result in before}
    return [
        CaseChange(case, questions[case], values_a[case], values_b[case], said_a[case], said_b[case])
        for case in paired
        if case in values_a and case in values_b and values_a[case] != values_b[case]
    ]


def _said(results: Sequence[Result]) -> dict[str, str]:
    """What was said in the first run of each case."""
    said: dict[str, str] = {}
    for result in results:
        if result.answer is None:
            text = f"(no answer: {result.error or 'unknown error'})"
        else:
            text = ("(refused) " if result.answer["refused"] else "") + str(result.answer["answer"])
        said.setdefault(result.case.id, text)
    return said


def _metric_changes(before: Sequence[Result], after: Sequence[Result]) -> tuple[MetricChange, ...]:
    found: list[tuple[MetricSpec, float, float, int, str, float | None]] = []
    for spec in METRICS:
        row = _confidence_auc(before, after) if spec.name == CONFIDENCE_AUC else _paired(spec, before, after)
        if row is not None:
            found.append((spec, *row))
    tested = [p for *_, p in found if p is not None]
    adjusted = iter(holm(tested))
    return tuple(
        MetricChange(
            name=spec.name,
            label=spec.label.removesuffix(MEDIAN),
            before=first,
            after=second,
            difference=second - first,
            n=n,
            test=test,
            p=None if p is None else next(adjusted),
            higher_is_better=spec.higher_is_better,
        )
        for spec, first, second, n, test, p in found
    )


def _paired(
    spec: MetricSpec, before: Sequence[Result], after: Sequence[Result]
) -> tuple[float, float, int, str, float | None] | None:
    values_a, values_b = case_values(before, spec.name), case_values(after, spec.name)
    if spec.name in _UNPAIRED:
        if not values_a or not values_b:
            return None
        n = len(values_a.keys() | values_b.keys())
        return fmean(values_a.values()), fmean(values_b.values()), n, "", None
    common = [case for case in values_a if case in values_b]
    if not common:
        return None
    first, second = [values_a[case] for case in common], [values_b[case] for case in common]
    if spec.unit == "share" and set(first) | set(second) <= {0.0, 1.0}:
        p = mcnemar_exact([value == 1 for value in first], [value == 1 for value in second])
        test = "McNemar, exact"
    else:
        p, test = permutation_paired(first, second), "paired permutation"
    return fmean(first), fmean(second), len(common), test, p


def _confidence_auc(
    before: Sequence[Result], after: Sequence[Result]
) -> tuple[float, float, int, str, float | None] | None:
    labels_a, labels_b = answerable_labels(before), answerable_labels(after)
    first, second = auc(*labels_a), auc(*labels_b)
    if first is None or second is None:
        return None
    return first, second, min(len(labels_a[0]), len(labels_b[0])), "", None


def _provenance_changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    flat_a, flat_b = dict(_flat(a)), dict(_flat(b))
    # in the order of the first run's file, then what only the second has
    return tuple(
        (key, flat_a.get(key, "-"), flat_b.get(key, "-"))
        for key in dict.fromkeys([*flat_a, *flat_b])
        if flat_a.get(key) != flat_b.get(key) and key not in _ALWAYS_DIFFERENT
    )


def _flat(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, item in value.items():
        if isinstance(item, Mapping):
            pairs += _flat(item, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", str(item)))
    return pairs
