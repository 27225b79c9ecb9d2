"""One self-contained HTML file about a run: numbers, pictures, every case, provenance.

The page fetches nothing and runs no script; the template's autoescape treats every word of
articles, questions and models as text. Metrics are worked out from the results, so that the page
never shows numbers of another version of the scorers than its cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.errors import UsageError
from assistant.util.files import replace_file
from evals.metrics.aggregate import aggregate, answerable_labels, by_category, by_split, case_values, selective_labels
from evals.metrics.calibration import calibration_bins, expected_calibration_error, risk_coverage
from evals.metrics.labels import label_rows
from evals.report import charts
from evals.report.cases import case_views
from evals.report.table import ABSENT, format_interval, format_value, label_of, outcome
from evals.schema import DEVELOPMENT, HELD_OUT, Metric, Result, Run

OURS = "ours"
_TILES = (
    "right",
    "right_and_direct",
    "false_refusal",
    "rightly_refused",
    "citations_state",
    "citation_precision",
    "seconds_total",
)
_CATEGORY_CHARTS = (
    "overall",
    "right_and_direct",
    "citations_state",
    "citation_precision",
    "citation_recall",
    "context_recall",
)


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """The record as a JSON file, written whole or not at all. Raises `UsageError`."""
    _write(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n", errors="backslashreplace")


def write_report(path: Path, run: Run, *, others: Mapping[str, Run] = {}) -> None:
    """The run as one HTML file, with a column for each of `others` (its name → its run). Raises `UsageError`."""
    # A lone surrogate, which a model can write and UTF-8 cannot, becomes a question mark.
    _write(path, render_report(run, others=others), errors="replace")


def render_report(run: Run, *, others: Mapping[str, Run] = {}) -> str:
    """The page that `write_report` writes."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours = run.results
    compared = {name: other.results for name, other in others.items()}
    # A lone run needs no name; "ours" must stay free to be the name of another.
    runs = {OURS if compared and OURS not in compared else "this run": ours, **compared}
    half, shown = _honest_half(ours)
    tiles = {metric.name: metric for metric in aggregate(shown)}
    cases, filters = case_views(ours, compared)
    facts = (
        f"model {(run.provenance.get('model') or {}).get('name') or 'unknown'}",
        f"{len(ours)} answers",
        f"{sum(outcome(result).failing for result in ours)} failing",
        str(run.provenance.get("date") or "")[:10],
    )
    return environment.get_template("page.html.j2").render(
        title="Accuracy of the answers",
        subtitle=" · ".join(filter(None, facts)),
        half=half,
        tiles=[_metric_view(tiles[name]) for name in _TILES if tiles[name].n],
        table=_table(runs),
        halves=half == HELD_OUT,
        sections=_sections(runs, half, shown),
        labels=_labels(shown),
        cases=cases,
        filters=filters,
        provenance={name: _flat(each.provenance) for name, each in zip(runs, (run, *others.values()), strict=True)},
        colours=charts.SERIES_COLOURS,
    )


def _table(runs: Mapping[str, Sequence[Result]]) -> dict[str, Any]:
    """Splits side by side, held-out first, and within each split the runs."""
    halves = {name: {**by_split(results), "all": aggregate(results)} for name, results in runs.items()}
    splits = [
        split for split in (HELD_OUT, DEVELOPMENT, "all") if any(m.n for each in halves.values() for m in each[split])
    ]
    columns = [halves[name][split] for split in splits for name in runs]
    rows = [
        {"label": metrics[0].label, "cells": [_metric_view(metric) for metric in metrics]}
        for metrics in zip(*columns, strict=True)
        if any(metric.n for metric in metrics)
    ]
    return {"splits": splits, "runs": list(runs), "rows": rows}


def _labels(results: Sequence[Result]) -> list[dict[str, Any]]:
    """How often answers were right, by what the page says of them."""
    return [
        {"name": row.name, "cell": _metric_view(Metric(row.name, row.name, row.share, row.n, row.low, row.high))}
        for row in label_rows(*selective_labels(results))
    ]


def _metric_view(metric: Metric) -> dict[str, Any]:
    return {
        "label": metric.label,
        "shown": metric.value is not None,
        "value": format_value(metric.value, metric.unit),
        "interval": format_interval(metric),
        "n": metric.n,
    }


def _honest_half(results: Sequence[Result]) -> tuple[str, list[Result]]:
    """The held-out half, on which nothing was tuned; all cases where it is empty."""
    held_out = [result for result in results if result.case.split == HELD_OUT]
    return (HELD_OUT, held_out) if held_out else ("all", list(results))


def _sections(runs: Mapping[str, Sequence[Result]], half: str, shown: Sequence[Result]) -> list[dict[str, Any]]:
    sections = {
        "By category": list(_category_charts(runs)),
        "Confidence and latency": [*_confidence_charts(runs, half, shown), *_latency_charts(runs)],
    }
    return [
        {"name": f"section-{at}", "title": title, "charts": [chart for chart in found if chart["svg"]]}
        for at, (title, found) in enumerate(sections.items())
    ]


def _category_charts(runs: Mapping[str, Sequence[Result]]) -> Iterator[dict[str, Any]]:
    categories = {name: by_category(results) for name, results in runs.items()}
    order = list(dict.fromkeys(category for found in categories.values() for category in found))
    for metric in _CATEGORY_CHARTS:
        rows = {}
        for category in order:
            bars = [_bar(categories[name].get(category, ()), metric) for name in runs]
            if any(bars):
                rows[category] = bars
        svg = charts.bar_chart(f"by-category-{metric}", label_of(metric), rows, list(runs))
        yield _chart(label_of(metric).capitalize(), "All cases, with 95 % intervals.", svg, runs)


def _bar(metrics: Sequence[Metric], name: str) -> charts.Bar | None:
    metric = next((metric for metric in metrics if metric.name == name), None)
    if metric is None or metric.value is None:
        return None
    return charts.Bar(metric.value, metric.low, metric.high, metric.n)


def _confidence_charts(
    runs: Mapping[str, Sequence[Result]], half: str, shown: Sequence[Result]
) -> Iterator[dict[str, Any]]:
    if len(runs) > 1:
        chosen = {f"{name}, all cases": list(results) for name, results in runs.items()}
    elif half == HELD_OUT:
        (ours,) = runs.values()
        chosen = {split: [each for each in ours if each.case.split == split] for split in (HELD_OUT, DEVELOPMENT)}
    else:
        chosen = {half: list(shown)}
    curves = {
        name: [(point.coverage, point.risk) for point in risk_coverage(*selective_labels(results))]
        for name, results in chosen.items()
    }
    curves = {name: points for name, points in curves.items() if points}
    note = "Of the answers given, the share wrong if only the surest are kept. The dot: all that were given."
    yield _chart("Risk by coverage", note, charts.risk_coverage_chart("risk", curves), curves)
    yield _reliability("is there an answer?", "share answerable", answerable_labels(shown), half)
    yield _reliability("is the answer right?", "share right", selective_labels(shown), half)


def _reliability(question: str, beside: str, labels: tuple[list[float], list[bool]], half: str) -> dict[str, Any]:
    title = f"Calibration: {question}"
    name = f"calibration-{beside.replace(' ', '-')}"
    ece = expected_calibration_error(*labels)
    svg = charts.reliability_chart(name, title, calibration_bins(*labels), ece, beside=beside)
    note = f"{len(labels[0])} cases ({half}), their number in each bar. Calibrated: on the dashed line."
    return _chart(title, note, svg)


def _latency_charts(runs: Mapping[str, Sequence[Result]]) -> Iterator[dict[str, Any]]:
    if len(runs) > 1:
        samples = {name: case_values(results, "seconds_total") for name, results in runs.items()}
    else:
        (ours,) = runs.values()
        samples = {
            "first word": case_values(ours, "seconds_first_token"),
            "whole answer": case_values(ours, "seconds_total"),
        }
    seconds = {label: list(values.values()) for label, values in samples.items() if values}
    note = "The share of cases that are ready after so many seconds. The dot: the median."
    yield _chart("Seconds until ready", note, charts.latency_chart("latency", seconds), seconds)


def _chart(title: str, note: str, svg: str, legend: Iterable[str] = ()) -> dict[str, Any]:
    # The drawing escapes its labels itself, see charts.Drawing.
    return {"title": title, "note": note, "svg": Markup(svg), "legend": list(legend)}


def _flat(record: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested values as rows: `model` → `name` becomes "model · name"."""
    rows: list[tuple[str, str]] = []
    for key, value in record.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key} · ")
        else:
            rows.append((prefix + str(key), ABSENT if value is None else str(value)))
    return rows


def _write(path: Path, text: str, *, errors: str) -> None:
    try:
        replace_file(path, text.encode(errors=errors))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another file") from error
