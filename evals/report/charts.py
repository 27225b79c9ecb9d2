"""The report's pictures as inline SVG, drawn by small functions with no plotting library.

An ElementTree writes the markup, so that whatever stands in a label is escaped and the picture is
well-formed. Colours are the page's: each mark has a class, and the report's style sheet fills it.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.text.clipping import clip
from evals.metrics.calibration import CalibrationBin

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 300, 46, 16, 28, 42
SERIES_COLOURS = 4
_ROW, _BAR, _LABELS, _VALUES = 30, 13, 132, 84
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Point = tuple[float, float]
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Bar:
    """A share with its interval; `n` is how many cases it rests on."""

    value: float
    low: float | None
    high: float | None
    n: int


class Drawing:
    """An SVG picture with a title and a description for those who cannot see it."""

    def __init__(self, name: str, title: str, description: str, height: float) -> None:
        """`name` must be unique on the page: the ids of title and description begin with it."""
        self._root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {WIDTH} {_number(height)}",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
            },
        )
        for tag, text in (("title", title), ("desc", description)):
            ET.SubElement(self._root, tag, {"id": f"{name}-{tag}"}).text = _NOT_XML.sub("", text)

    def rect(self, x: float, y: float, width: float, height: float, kind: str, hint: str = "") -> None:
        """A rectangle; the hint shows while a pointer rests on it."""
        shape = self._add("rect", kind, x=x, y=y, width=max(width, 0), height=max(height, 0))
        _hint(shape, hint)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self._add("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def circle(self, x: float, y: float, radius: float, kind: str, hint: str = "") -> None:
        """A dot; the hint shows while a pointer rests on it."""
        _hint(self._add("circle", kind, cx=x, cy=y, r=radius), hint)

    def path(self, points: Iterable[Point], kind: str) -> None:
        """Straight lines from point to point."""
        self._add("polyline", kind, points=" ".join(f"{_number(x)},{_number(y)}" for x, y in points))

    def text(self, x: float, y: float, content: str, *, anchor: str = "start", kind: str = "") -> None:
        """A line of text standing on (x, y)."""
        shape = self._add("text", kind, x=x, y=y, **{"text-anchor": anchor})
        shape.text = _NOT_XML.sub("", content)

    def markup(self) -> str:
        """The picture, to be put into a page as it is."""
        return ET.tostring(self._root, encoding="unicode")

    def _add(self, tag: str, kind: str, **attributes: float | str) -> ET.Element:
        written = {key: v if isinstance(v, str) else _number(v) for key, v in attributes.items()}
        return ET.SubElement(self._root, tag, {"class": kind, **written} if kind else written)


def bar_chart(name: str, title: str, rows: Mapping[str, Sequence[Bar | None]], series: Sequence[str]) -> str:
    """Horizontal bars with their 95 % intervals: a row a label, in it one bar for each of `series`.

    A bar that is None does not apply and leaves its place empty. No rows: an empty string.
    """
    if not any(bar for bars in rows.values() for bar in bars):
        return ""
    step = max(_ROW, _BAR * len(series) + 10)
    height = step * len(rows) + 26
    told = [
        f"{label}, {which}: {bar.value:.2f} of {bar.n}"
        for label, bars in rows.items()
        for which, bar in zip(series, bars, strict=True)
        if bar
    ]
    drawing = Drawing(name, title, "; ".join(told), height)
    x = _scale(0, 1, _LABELS, WIDTH - _VALUES)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        drawing.line(x(tick), 4, x(tick), height - 20, "grid")
        drawing.text(x(tick), height - 5, f"{tick:g}", anchor="middle", kind="tick")
    for row, (label, bars) in enumerate(rows.items()):
        middle = 4 + step * row + step / 2
        drawing.text(_LABELS - 8, middle + 4, clip(label, 17), anchor="end")
        top = middle - _BAR * len(series) / 2
        for position, bar in enumerate(bars):
            if bar is None:
                continue
            y = top + _BAR * position + _BAR / 2
            hint = f"{label}, {series[position]}: {bar.value:.3f}, n {bar.n}"
            drawing.rect(x(0), y - 5, x(bar.value) - x(0), 10, f"fill pale s{position % SERIES_COLOURS}", hint)
            if bar.low is not None and bar.high is not None:
                drawing.line(x(bar.low), y, x(bar.high), y, "whisker")
                for end in (bar.low, bar.high):
                    drawing.line(x(end), y - 3, x(end), y + 3, "whisker")
            drawing.text(WIDTH - _VALUES + 10, y + 4, f"{bar.value:.2f}", kind="value")
            drawing.text(WIDTH - 4, y + 4, f"n {bar.n}", anchor="end", kind="tick")
    return drawing.markup()


def risk_coverage_chart(name: str, curves: Mapping[str, Sequence[Point]]) -> str:
    """How often answers are wrong (risk) when only the surest share of them (coverage) is given.

    No points at all: an empty string.
    """
    curves = {label: points for label, points in curves.items() if points}
    if not curves:
        return ""
    highest = max(risk for points in curves.values() for _, risk in points)
    told = [f"{label}: risk {points[-1][1]:.2f} at coverage {points[-1][0]:.2f}" for label, points in curves.items()]
    drawing = Drawing(name, "Risk by coverage", "; ".join(told), HEIGHT)
    x, y = _frame(drawing, 1.0, _nice_above(max(highest, 0.05)), "share answered, surest first", "share wrong")
    for position, (label, points) in enumerate(curves.items()):
        colour = f"s{position % SERIES_COLOURS}"
        drawing.path(((x(coverage), y(risk)) for coverage, risk in points), f"curve {colour}")
        coverage, risk = points[-1]
        drawing.circle(x(coverage), y(risk), 4, f"fill {colour}", f"{label}: {risk:.3f} at {coverage:.2f}")
    return drawing.markup()


def reliability_chart(name: str, title: str, bins: Sequence[CalibrationBin], ece: float | None, *, beside: str) -> str:
    """How often a confidence turns out true: on the diagonal where it can be taken at its word.

    Each bin bears its number of cases; `beside` labels the upright axis. No case: an empty string.
    """
    filled = [bin_ for bin_ in bins if bin_.n]
    if not filled:
        return ""
    told = [f"confidence {bin_.confidence:.2f}: {beside} {bin_.share:.2f} of {bin_.n}" for bin_ in filled]
    drawing = Drawing(name, title, "; ".join(told), HEIGHT)
    x, y = _frame(drawing, 1.0, 1.0, "confidence", beside)
    for bin_ in filled:
        hint = f"{bin_.low:.2f}–{bin_.high:.2f}: {beside} {bin_.share:.3f}, n {bin_.n}"
        left, width = x(bin_.low) + 1, x(bin_.high) - x(bin_.low) - 2
        drawing.rect(left, y(bin_.share), width, y(0) - y(bin_.share), "fill s0 pale", hint)
    drawing.line(x(0), y(0), x(1), y(1), "diagonal")
    for bin_ in filled:
        drawing.circle(x(bin_.confidence), y(bin_.share), 4, "fill s0")
        # In the bar's foot where there is room, so that the dot does not run through it.
        height = y(0) - 5 if bin_.share > 0.12 else y(bin_.share) - 10
        drawing.text(x((bin_.low + bin_.high) / 2), height, str(bin_.n), anchor="middle", kind="count")
    if ece is not None:
        drawing.text(x(1), 12, f"ECE {ece:.3f}", anchor="end", kind="value")
    return drawing.markup()


def latency_chart(name: str, samples: Mapping[str, Sequence[float]]) -> str:
    """The share of answers that are ready after so many seconds, with a dot at each median.

    No samples at all: an empty string.
    """
    samples = {label: sorted(values) for label, values in samples.items() if values}
    if not samples:
        return ""
    medians = {label: values[(len(values) - 1) // 2] for label, values in samples.items()}
    told = [f"{label}: half within {medians[label]:.2f} s, all within {samples[label][-1]:.2f} s" for label in samples]
    drawing = Drawing(name, "Seconds until ready", "; ".join(told), HEIGHT)
    longest = max(values[-1] for values in samples.values())
    x, y = _frame(drawing, _nice_above(longest), 1.0, "seconds", "share ready")
    for position, (label, values) in enumerate(samples.items()):
        colour = f"s{position % SERIES_COLOURS}"
        drawing.path(((x(a), y(b)) for a, b in _steps(values)), f"curve {colour}")
        middle = ((len(values) - 1) // 2 + 1) / len(values)
        drawing.circle(x(medians[label]), y(middle), 4, f"fill {colour}", f"{label}: median {medians[label]:.2f} s")
    return drawing.markup()


def _frame(drawing: Drawing, right: float, top: float, below: str, beside: str) -> tuple[Scale, Scale]:
    """Grid, ticks and axis labels of a plot from (0, 0) to (right, top); the scales to draw with."""
    x = _scale(0, right, LEFT, WIDTH - RIGHT)
    y = _scale(0, top, HEIGHT - BOTTOM, TOP)
    for part in range(6):
        at, up = right * part / 5, top * part / 5
        drawing.line(x(0), y(up), x(right), y(up), "grid")
        drawing.text(x(0) - 7, y(up) + 4, f"{up:.3g}", anchor="end", kind="tick")
        drawing.text(x(at), y(0) + 17, f"{at:.3g}", anchor="middle", kind="tick")
    drawing.line(x(0), y(0), x(right), y(0), "axis")
    drawing.text((x(0) + x(right)) / 2, HEIGHT - 6, below, anchor="middle")
    drawing.text(4, 12, beside)
    return x, y


def _scale(start: float, end: float, low: float, high: float) -> Scale:
    return lambda value: low + (min(max(value, start), end) - start) / (end - start) * (high - low)


def _steps(values: Sequence[float]) -> list[Point]:
    points: list[Point] = [(0.0, 0.0)]
    for rank, value in enumerate(values):
        points += [(value, rank / len(values)), (value, (rank + 1) / len(values))]
    return points


def _nice_above(value: float) -> float:
    """The next number at or above `value` whose fifths are short to write."""
    power: float = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    steps = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)
    return power * next(step for step in steps if power * step >= value)


def _hint(shape: ET.Element, hint: str) -> None:
    if hint:
        ET.SubElement(shape, "title").text = _NOT_XML.sub("", hint)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
