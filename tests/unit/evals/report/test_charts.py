"""The pictures: well-formed, true to the numbers, harmless whatever stands in a label."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from evals.metrics.calibration import CalibrationBin
from evals.report.charts import (
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Bar,
    bar_chart,
    latency_chart,
    reliability_chart,
    risk_coverage_chart,
)

HOSTILE = "</title><script>alert(1)</script>&\" onload='x'\x00\x1b[31m\ud800"
SVG = "{http://www.w3.org/2000/svg}"


def parsed(markup: str) -> ET.Element:
    root = ET.fromstring(markup)
    assert root.tag == f"{SVG}svg"
    return root


def shapes(root: ET.Element, tag: str, kind: str) -> list[ET.Element]:
    return [each for each in root.iter(f"{SVG}{tag}") if kind in each.get("class", "").split()]


def texts(root: ET.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def test_bars_are_as_long_as_their_values_and_whiskers_as_their_intervals() -> None:
    rows = {"dates": [Bar(0.5, 0.25, 0.75, 12)], "speakers": [Bar(1.0, None, None, 3)]}
    root = parsed(bar_chart("a", "Accuracy", rows, ["ours"]))
    half, whole = (float(bar.get("width", "")) for bar in shapes(root, "rect", "fill"))
    assert whole == pytest.approx(2 * half)
    whiskers = shapes(root, "line", "whisker")
    assert len(whiskers) == 3, "one interval and its two ends; none where the interval is not known"
    assert float(whiskers[0].get("x2", "")) - float(whiskers[0].get("x1", "")) == pytest.approx(half)
    assert {"dates", "0.50", "n 12", "speakers", "1.00", "n 3"} <= set(texts(root))


def test_a_bar_that_does_not_apply_leaves_its_place_empty() -> None:
    root = parsed(bar_chart("a", "Recall", {"plain": [None, Bar(0.4, 0.3, 0.5, 9)]}, ["ours", "baseline"]))
    (bar,) = shapes(root, "rect", "fill")
    assert "s1" in bar.get("class", "").split()
    assert "0.00" not in texts(root)


def test_each_picture_says_in_words_what_it_shows() -> None:
    root = parsed(bar_chart("x", "Recall", {"plain": [Bar(0.4, 0.3, 0.5, 9)]}, ["ours"]))
    assert root.get("role") == "img"
    told = {each.get("id"): each.text for each in root if each.get("id")}
    assert told == {"x-title": "Recall", "x-desc": "plain, ours: 0.40 of 9"}
    assert root.get("aria-labelledby") == "x-title x-desc"


def test_a_curve_ends_at_full_coverage() -> None:
    root = parsed(risk_coverage_chart("r", {"ours": [(0.5, 0.0), (1.0, 0.1)], "nobody": []}))
    (curve,) = shapes(root, "polyline", "curve")
    points = [tuple(map(float, pair.split(","))) for pair in curve.get("points", "").split()]
    assert [x for x, _ in points] == [pytest.approx((LEFT + WIDTH - RIGHT) / 2), WIDTH - RIGHT]
    assert points[1][1] == TOP, "the highest risk, 0.1, is the axis's end"
    assert "0.1" in texts(root)


def test_risk_free_answers_still_have_an_axis() -> None:
    root = parsed(risk_coverage_chart("r", {"ours": [(1.0, 0.0)]}))
    assert "0.05" in texts(root)


def test_reliability_shows_counts_and_error() -> None:
    bins = [CalibrationBin(0.0, 0.1, 7, 0.05, 0.0), CalibrationBin(0.9, 1.0, 31, 0.95, 1.0)]
    root = parsed(reliability_chart("c", "Calibration", bins, 0.05, beside="share right"))
    assert {"7", "31", "ECE 0.050", "share right", "confidence"} <= set(texts(root))
    low, high = shapes(root, "rect", "fill")
    assert float(low.get("height", "")) == 0
    assert float(high.get("height", "")) == pytest.approx(HEIGHT - 42 - TOP)
    assert len(shapes(root, "line", "diagonal")) == 1


def test_latency_dot_stands_at_the_median() -> None:
    root = parsed(latency_chart("l", {"whole answer": [3.0, 1.0, 2.0]}))
    (dot,) = shapes(root, "circle", "fill")
    assert [each.text for each in dot] == ["whole answer: median 2.00 s"]
    assert float(dot.get("cx", "")) == pytest.approx(LEFT + (WIDTH - RIGHT - LEFT) * 2 / 3, abs=0.01)


def test_nothing_to_show_is_no_picture() -> None:
    assert bar_chart("a", "t", {}, ["ours"]) == ""
    assert bar_chart("a", "t", {"x": [None]}, ["ours"]) == ""
    assert risk_coverage_chart("a", {}) == ""
    assert risk_coverage_chart("a", {"ours": []}) == ""
    assert reliability_chart("a", "t", [], None, beside="y") == ""
    assert latency_chart("a", {"ours": []}) == ""


@pytest.mark.parametrize(
    "markup",
    [
        bar_chart("a", HOSTILE, {HOSTILE: [Bar(0.5, 0.4, 0.6, 2)]}, [HOSTILE]),
        risk_coverage_chart("a", {HOSTILE: [(1.0, 0.5)]}),
        reliability_chart("a", HOSTILE, [CalibrationBin(0, 0.1, 1, 0, 1)], 1.0, beside=HOSTILE),
        latency_chart("a", {HOSTILE: [0.0]}),
    ],
    ids=["bars", "risk", "reliability", "latency"],
)
def test_hostile_labels_stay_text(markup: str) -> None:
    root = parsed(markup)
    assert not list(root.iter(f"{SVG}script"))
    assert "<script" not in markup
    assert not any(name.startswith("on") for each in root.iter() for name in each.attrib)
