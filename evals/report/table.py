"""How a metric, a score and a case read, and metrics as a table and failing cases as lines for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from enum import StrEnum

from assistant.cli.terminal import printable
from evals.metrics.aggregate import MEDIAN, METRICS, is_right
from evals.schema import Case, Metric, Result, Score

ABSENT = "–"
# What can be amiss with a right answer; the other scores say why an answer is wrong.
_FLAWS = (
    "right_and_direct",
    "citations_state",
    "citation_precision",
    "citation_recall",
    "support_rate",
    "quote_integrity",
    "date_confusion",
)
_REASONS = ("right", "rightly_refused", "context_recall", *_FLAWS[1:])
_WORDINGS_SHOWN = 4
_SPECS = {spec.name: spec for spec in METRICS}


class Outcome(StrEnum):
    """How a case came out, worst first."""

    NOT_JUDGED = "not judged"
    WRONG = "wrong"
    FLAWED = "right, with flaws"
    RIGHT = "right"

    @property
    def failing(self) -> bool:
        """True where the user did not get what the articles say."""
        return self in (Outcome.NOT_JUDGED, Outcome.WRONG)


def outcome(result: Result) -> Outcome:
    """Right answers with a citation, quote or date that is not are flawed, not failing."""
    right = is_right(result)
    if right is None:
        return Outcome.NOT_JUDGED
    if right < 0.5:
        return Outcome.WRONG
    return Outcome.FLAWED if any(name in _FLAWS for name in shortcomings(result)) else Outcome.RIGHT


def shortcomings(result: Result) -> dict[str, Score]:
    """The scores that are not the best possible, or could not be made; times are left out."""
    return {
        name: score
        for name, score in result.scores.items()
        if name in _SPECS
        and _SPECS[name].unit == "share"
        and score.value != (1.0 if _SPECS[name].higher_is_better else 0.0)
    }


def label_of(name: str) -> str:
    """A score's label, as the table has it."""
    return _SPECS[name].label.removesuffix(MEDIAN) if name in _SPECS else name


def format_score(name: str, score: Score) -> str:
    """A score's value, in the unit of its metric."""
    return format_value(score.value, _SPECS[name].unit if name in _SPECS else "share")


def format_value(value: float | None, unit: str) -> str:
    """A metric's or a score's value as it is written everywhere; "–" where it is absent."""
    if value is None:
        return ABSENT
    return {"seconds": f"{value:.2f} s", "count": f"{value:.0f}"}.get(unit, f"{value:.2f}")


def format_interval(metric: Metric) -> str:
    """The 95 % interval, or the quartiles; empty where there is none."""
    if metric.low is None or metric.high is None:
        return ""
    return f"{metric.low:.2f}–{metric.high:.2f}"


def expected_points(case: Case, most: int | None = None) -> list[str]:
    """For each point of the right answer, its wordings in one line, `most` of them at the most.

    Where there are other right answers their points follow, after "or:".
    """
    return [
        ("or: " if place and not number else "")
        + " / ".join(point[:most])
        + (" / …" if most is not None and len(point) > most else "")
        for place, points in enumerate(case.acceptable)
        for number, point in enumerate(points)
    ]


def missed_gold(result: Result) -> list[str]:
    """For each point of which no passage was found, the paragraphs that state it."""
    found = {str(passage["paragraph_id"]) for passage in result.passages}
    return [" or ".join(gold) for gold in result.case.gold if gold and not found.intersection(gold)]


def render_table(columns: Mapping[str, Sequence[Metric]]) -> str:
    """One metric a row; in each column its value, 95 % interval (quartiles of seconds) and n. Absent ones are "–"."""
    labels = {metric.name: metric.label for metrics in columns.values() for metric in metrics}
    by_name = {heading: {metric.name: metric for metric in metrics} for heading, metrics in columns.items()}
    cells = {heading: [found.get(name) for name in labels] for heading, found in by_name.items()}
    return render_grid("metric", list(labels.values()), cells)


def render_grid(what: str, rows: Sequence[str], columns: Mapping[str, Sequence[Metric | None]]) -> str:
    """A table whose `rows`, named in a first column headed `what`, have one metric in each of `columns`."""
    blocks = [["", what, *rows], *(_column(heading, metrics) for heading, metrics in columns.items())]
    lines = ["   ".join(parts).rstrip() for parts in zip(*map(_same_width, blocks), strict=True)]
    lines.insert(2, "─" * max(map(len, lines)))
    return "\n".join(lines)


def _same_width(block: Sequence[str]) -> list[str]:
    width = max(map(len, block))
    return [line.ljust(width) for line in block]


def _column(heading: str, metrics: Sequence[Metric | None]) -> list[str]:
    cells = [("value", "95 %", "n"), *(_cell(metric) for metric in metrics)]
    widths = [max(map(len, part)) for part in zip(*cells, strict=True)]
    rows = ["  ".join(part.rjust(width) for part, width in zip(cell, widths, strict=True)) for cell in cells]
    return [heading.center(len(rows[0])), *rows]


def _cell(metric: Metric | None) -> tuple[str, str, str]:
    if metric is None or metric.value is None:
        return ABSENT, "", ""
    return format_value(metric.value, metric.unit), format_interval(metric), str(metric.n)


def render_failures(results: Sequence[Result], width: int | None = None) -> str:
    """The failing cases in full, then in a line each the right ones with flaws.

    `width` is the terminal's, and asked of it where it is not given.
    """
    width = max(40, width or shutil.get_terminal_size((100, 24)).columns)
    sorted_out = [(outcome(result), result) for result in results]
    failing = [result for found, result in sorted_out if found.failing]
    flawed = [result for found, result in sorted_out if found is Outcome.FLAWED]
    if not results:
        return "No case was run."
    blocks = [f"{len(failing)} of {len(results)} cases fail{':' if failing else '.'}"]
    blocks += [_failure(result, width) for result in failing]
    if flawed:
        blocks.append("\n".join([f"{len(flawed)} right, with flaws:", *(_flaw(result, width) for result in flawed)]))
    return "\n\n".join(blocks)


def _failure(result: Result, width: int) -> str:
    case, answer = result.case, result.answer or {}
    again = f" · run {result.run}" if result.run > 1 else ""
    about = " · ".join(filter(None, (case.id, case.category, case.split)))
    lines = [printable(f"✗ {about}{again} · {outcome(result)}")]

    def add(label: str, text: str) -> None:
        lead = f"  {label:<9} "
        body = [printable(line) for line in text.splitlines()] or [ABSENT]
        for number, line in enumerate(body):
            indent = lead if number == 0 else " " * len(lead)
            lines.append(
                textwrap.fill(
                    line,
                    width,
                    initial_indent=indent,
                    subsequent_indent=" " * len(lead),
                    break_on_hyphens=False,
                )
            )

    for turn in case.history:
        add("before", f"{turn.role}: {turn.content}")
    add("question", case.question)
    if result.error:
        add("error", result.error)
    elif answer.get("refused"):
        add("answer", f"refused: {answer.get('refusal_reason') or 'no reason given'}")
    else:
        add("answer", str(answer.get("answer") or ABSENT))
    add("expected", "a refusal" if case.unanswerable else "\n".join(expected_points(case, _WORDINGS_SHOWN)))
    gold = {paragraph for point in case.gold for paragraph in point}
    ids = [str(passage["paragraph_id"]) for passage in result.passages]
    add("found", "  ".join(each + "*" * (each in gold) for each in ids) or "nothing")
    for missed in missed_gold(result):
        add("not found", missed)
    for name, score in shortcomings(result).items():
        if name in _REASONS:
            add("why", f"{label_of(name)} {format_score(name, score)}: {score.explanation}")
    return "\n".join(lines)


def _flaw(result: Result, width: int) -> str:
    flaws = {name: score for name, score in shortcomings(result).items() if name in _FLAWS}
    told = "; ".join(f"{label_of(name)} {format_score(name, s)}, {s.explanation}" for name, s in flaws.items())
    return "  " + textwrap.shorten(printable(f"{result.case.id}: {told}"), width - 2, placeholder=" …")
