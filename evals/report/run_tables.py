"""Which tables a run is told in: every metric, one row for each kind of question, the labels, the failing cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.answering.confidence import label as product_label
from evals.metrics.aggregate import aggregate, by_category, by_split, selective_labels
from evals.metrics.labels import Label, LabelRow, confidence_rows, label_rows
from evals.report.table import render_failures, render_grid, render_table
from evals.schema import Metric, Result, Run

# One row a kind of question: what is measured of those with an answer, and of those without.
_ANSWERABLE = {
    "right": "right",
    "right_and_direct": "and direct",
    "false_refusal": "false refusals",
    "citations_state": "citations state",
    "date_confusion": "date confusions",
    "seconds_total": "seconds",
}
_UNANSWERABLE = {"rightly_refused": "rightly refused", "seconds_refusal": "seconds"}


def tables(run: Run, others: Mapping[str, Run]) -> str:
    """All tables of a run, beside `others` (a name → its run)."""
    results = run.results
    if others:
        columns = {"ours": aggregate(results)}
        for name, other in others.items():
            columns[name] = aggregate(other.results)
    else:
        halves = {name: metrics for name, metrics in by_split(results).items() if any(each.n for each in metrics)}
        columns = {**halves, "all": aggregate(results)}
    measured = {metric.name for metrics in columns.values() for metric in metrics if metric.n}
    shown = {name: [each for each in metrics if each.name in measured] for name, metrics in columns.items()}
    parts = [render_table(shown), *type_tables(results), label_table(results)]
    if judged := run.judge:
        parts.append(
            f"judge {judged['model']}: agrees with the gold labels in {judged['agreement']:.2f} of "
            f"{judged['n']} answers (kappa {judged['kappa'] or float('nan'):.2f})"
        )
    return "\n\n".join(filter(None, [*parts, render_failures(results)]))


def type_tables(results: Sequence[Result]) -> list[str]:
    """A table of the questions with an answer and one of those without, one row a type, all of them last."""
    return list(
        filter(
            None,
            (
                _type_table("to be answered", [each for each in results if not each.case.unanswerable], _ANSWERABLE),
                _type_table("to be refused", [each for each in results if each.case.unanswerable], _UNANSWERABLE),
            ),
        )
    )


def _type_table(what: str, results: Sequence[Result], shown: Mapping[str, str]) -> str:
    if not results:
        return ""
    rows = {**by_category(results), "all": aggregate(results)}
    columns = {heading: [_named(metrics, name) for metrics in rows.values()] for name, heading in shown.items()}
    return render_grid(what, list(rows), {name: cells for name, cells in columns.items() if any(c.n for c in cells)})


def _named(metrics: Sequence[Metric], name: str) -> Metric:
    return next(metric for metric in metrics if metric.name == name)


def label_table(results: Sequence[Result], label: Label = product_label) -> str:
    """How often answers were right, by what the page says of them and by their confidence; "" without any."""
    confidences, right = selective_labels(results)
    if not confidences:
        return ""
    rows = [*label_rows(confidences, right, label), *confidence_rows(confidences, right)]
    columns = {"right": [_share(row) for row in rows], "confidence": [_confidence(row) for row in rows]}
    return render_grid("answers that were said to be", [row.name for row in rows], columns)


def _share(row: LabelRow) -> Metric:
    return Metric(row.name, row.name, row.share, row.n, row.low, row.high)


def _confidence(row: LabelRow) -> Metric:
    return Metric(row.name, row.name, row.confidence, row.n, None, None)
