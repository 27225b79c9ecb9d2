"""The terminal's table and list of failures."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.schema.answers import Turn
from evals.report.table import (
    Outcome,
    expected_points,
    format_value,
    missed_gold,
    outcome,
    render_failures,
    render_table,
    shortcomings,
)
from evals.schema import Case, Metric, Result, Score

ACCURACY = Metric("right", "right answers", 0.925, 120, 0.86, 0.96)
SECONDS = Metric("seconds_total", "seconds to answer (median, quartiles)", 2.104, 118, 1.9, 2.35, "seconds")
NONE = Metric("right", "right answers", None, 0, None, None)


def result(
    *, scores: dict[str, float | None], case: Case | None = None, refused: bool = False, **answer: Any
) -> Result:
    case = case or Case("c1", "Who hosted?", "plain", answers=(("Putin", "he"),), gold=(("a#p1", "a#p2"),))
    return Result(
        case,
        {"answer": "Xi did [1].", "refused": refused, "refusal_reason": "The articles do not say.", **answer},
        passages=({"paragraph_id": "a#p3"}, {"paragraph_id": "a#p2"}),
        scores={name: Score(value, f"why {name}") for name, value in scores.items()},
    )


def test_each_cell_has_value_interval_and_n() -> None:
    table = render_table({"held-out": [ACCURACY, SECONDS], "all": [ACCURACY]})
    title, head, rule, accuracy, seconds = table.splitlines()
    assert title.split() == ["held-out", "all"]
    assert head.split() == ["metric", *["value", "95", "%", "n"] * 2]
    assert set(rule) == {"─"}
    assert accuracy.split() == ["right", "answers", *["0.93", "0.86–0.96", "120"] * 2]
    assert seconds.split()[-5:] == ["2.10", "s", "1.90–2.35", "118", "–"]


def test_columns_line_up() -> None:
    small = Metric("mrr", "MRR", 1.0, 3, 0.44, 1.0)
    lines = render_table({"a much longer heading than its cells": [ACCURACY, small], "b": [small]}).splitlines()
    ends = (
        [line.index("0.96") for line in lines if "0.96" in line],
        [line.index("1.00", line.index("–")) for line in lines if line.startswith("MRR")],
    )
    assert ends[0] == ends[1]


def test_an_absent_metric_is_a_dash_and_never_zero() -> None:
    table = render_table({"ours": [ACCURACY], "baseline": [NONE], "other": []})
    assert table.splitlines()[-1].split()[-2:] == ["–", "–"]
    assert "0.00" not in table


def test_no_columns_and_no_metrics_make_a_table_all_the_same() -> None:
    assert "metric" in render_table({})
    assert "all" in render_table({"all": []})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.5, "share", "0.50"), (2.0, "seconds", "2.00 s"), (7.0, "count", "7"), (None, "share", "–")],
)
def test_values_are_written_by_their_unit(value: float | None, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


UNANSWERABLE = Case("u1", "Which city?", "refuse", unanswerable=True)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (result(scores={"right": 1.0, "mrr": 0.5}), Outcome.RIGHT),
        (result(scores={"right": 1.0, "citation_precision": 0.5}), Outcome.FLAWED),
        (result(scores={"right": 1.0, "date_confusion": 1.0}), Outcome.FLAWED),
        (result(scores={"right": 1.0, "right_and_direct": 0.0}), Outcome.FLAWED),
        (result(scores={"right": 1.0, "date_confusion": 0.0, "seconds_total": 9.0}), Outcome.RIGHT),
        (result(scores={"right": 0.0, "citation_precision": 1.0}), Outcome.WRONG),
        (result(scores={"right": None}), Outcome.NOT_JUDGED),
        (result(scores={}), Outcome.NOT_JUDGED),
        (result(case=UNANSWERABLE, scores={"rightly_refused": 1.0}, refused=True), Outcome.RIGHT),
        (result(case=UNANSWERABLE, scores={"rightly_refused": 0.0}), Outcome.WRONG),
    ],
)
def test_outcomes(made: Result, expected: Outcome) -> None:
    assert outcome(made) is expected


def test_shortcomings_leave_out_times_and_the_best_values() -> None:
    made = result(scores={"seconds_total": 3.0, "false_refusal": 0.0, "mrr": 0.5, "support_rate": None})
    assert list(shortcomings(made)) == ["mrr", "support_rate"]


def test_gold_is_missed_only_where_no_paragraph_of_the_point_was_found() -> None:
    points = ((), ("a#p1", "a#p2"), ("a#p8", "a#p9"))
    case = Case("c", "?", "plain", answers=(("x",), ("y",), ("z",)), gold=points)
    assert missed_gold(result(case=case, scores={})) == ["a#p8 or a#p9"]


def test_other_right_answers_follow_the_first() -> None:
    case = Case("c", "?", "number", answers=(("nine", "9"),), alternatives=((("six",), ("ten",)),))
    assert expected_points(case, 1) == ["nine / …", "or: six", "ten"]
    assert expected_points(Case("u", "?", "refuse", unanswerable=True)) == []


def test_a_case_of_no_half_names_none() -> None:
    case = Case("n-01", "Who?", "who", answers=(("Xi",),), halved=False)
    assert "✗ n-01 · who · wrong" in render_failures([result(case=case, scores={"right": 0.0})], width=100)


def test_a_failing_case_is_told_in_full() -> None:
    case = Case(
        "c9",
        "And who hosted?",
        "followup",
        history=(Turn("user", "Where did they meet?"), Turn("assistant", "In Moscow.")),
        answers=(("Putin", "Vladimir Putin", "he", "Russia", "the Kremlin"),),
        gold=(("a#p2",),),
    )
    text = render_failures([result(case=case, scores={"right": 0.0})], width=100)
    for part in (
        "1 of 1 cases fail:",
        "c9 · followup",
        "user: Where did they meet?",
        "And who hosted?",
        "Xi did [1].",
        "Putin / Vladimir Putin / he / Russia / …",
        "a#p3  a#p2*",
        "right answers 0.00: why right",
    ):
        assert part in text


def test_a_refusal_shows_its_reason_and_an_error_its_message() -> None:
    refused = result(scores={"right": 0.0}, refused=True)
    broken = Result(UNANSWERABLE, None, error="the model is gone", scores={"rightly_refused": Score(None, "no answer")})
    text = render_failures([refused, broken], width=100)
    assert "refused: The articles do not say." in text
    assert "the model is gone" in text
    assert "a refusal" in text
    assert "rightly refused –: no answer" in text


def test_right_answers_are_not_listed_and_flawed_ones_in_a_line() -> None:
    right = result(scores={"right": 1.0})
    flawed = result(scores={"right": 1.0, "citation_recall": 0.5})
    text = render_failures([right, flawed], width=100)
    assert text.splitlines()[0] == "0 of 2 cases fail."
    assert text.splitlines()[2:] == [
        "1 right, with flaws:",
        "  c1: citation recall 0.50, why citation_recall",
    ]
    assert render_failures([]) == "No case was run."


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_keep_to_the_width(width: int) -> None:
    case = Case("c", "Which of the many leaders " * 9, "plain", answers=(("Xi " * 40,),), gold=(("a#p1",),))
    flawed = result(scores={"right": 1.0, "citation_recall": 0.5}, case=case)
    text = render_failures([result(case=case, scores={"right": 0.0}), flawed], width=width)
    assert max(map(len, text.splitlines())) <= width


def test_the_terminal_takes_no_orders_from_an_answer() -> None:
    made = result(scores={"right": 0.0}, answer="\x1b[2J\x9b31mgone\x07\u202eback\r")
    text = render_failures([made], width=100)
    assert not set("\x1b\x9b\x07\u202e\r") & set(text)
    assert "gone" in text
