"""The terminal's tables of a run: by type of question, and by what the page says of an answer."""

from __future__ import annotations

from typing import Any

import pytest
from eval_builders import MakeCase

from evals.metrics.labels import confidence_rows, label_rows
from evals.report.run_tables import label_table, tables, type_tables
from evals.schema import Result, Run


def words(confidence: float) -> str:
    return "sure" if confidence >= 0.8 else "unsure"


@pytest.fixture
def results(make_case: MakeCase, scored: Any) -> list[Result]:
    return [
        scored(make_case(id="1", category="who", halved=False), confidence=0.95, right=1.0, right_and_direct=1.0),
        scored(make_case(id="2", category="who", halved=False), confidence=0.85, right=0.0, right_and_direct=0.0),
        scored(make_case(id="3", category="when", halved=False), confidence=0.55, right=1.0, seconds_total=2.0),
        scored(
            make_case(id="4", category="near_miss", unanswerable=True, halved=False), refused=True, rightly_refused=1.0
        ),
        scored(
            make_case(id="5", category="outside", unanswerable=True, halved=False), confidence=0.3, rightly_refused=0.0
        ),
    ]


def lines(table: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split() for line in table.splitlines()[3:]}


def test_one_row_a_type_and_all_last(results: list[Result]) -> None:
    answerable, unanswerable = type_tables(results)
    assert list(lines(answerable)) == ["when", "who", "all"]
    assert lines(answerable)["who"][1:4] == ["0.50", "0.09–0.91", "2"]
    assert lines(answerable)["all"][1:4] == ["0.67", "0.21–0.94", "3"]
    assert list(lines(unanswerable)) == ["near_miss", "outside", "all"]
    assert lines(unanswerable)["all"][1:4] == ["0.50", "0.09–0.91", "2"]
    assert lines(unanswerable)["outside"][1] == "0.00"


def test_what_a_type_has_no_case_of_is_a_dash_and_what_none_has_no_column(results: list[Result]) -> None:
    answerable = type_tables(results)[0]
    assert "and direct" in answerable
    assert "–" in lines(answerable)["when"], "none of these has good answers to compare"
    assert "citations state" not in answerable
    assert "2.00 s" in " ".join(lines(answerable)["when"])


def test_types_without_answers_have_no_table_of_answers(results: list[Result]) -> None:
    (only,) = type_tables(results[3:])
    assert "to be refused" in only
    assert type_tables([]) == []


def test_labels_by_hand() -> None:
    sure, unsure = label_rows([0.9, 0.2, 0.8, 0.7], [True, False, False, True], words)
    assert (sure.name, sure.n, sure.share, sure.confidence) == ("sure", 2, 0.5, pytest.approx(0.85))
    assert (unsure.name, unsure.n, unsure.share, unsure.confidence) == ("unsure", 2, 0.5, pytest.approx(0.45))
    assert sure.low < 0.5 < sure.high


def test_bins_by_hand() -> None:
    rows = confidence_rows([1.0, 0.95, 0.91, 0.35], [True, True, False, False])
    assert [(row.name, row.n) for row in rows] == [("0.9–1.0", 3), ("0.3–0.4", 1)]
    assert rows[0].share == pytest.approx(2 / 3)
    assert rows[1].share == 0


def test_the_label_table_is_of_answers_alone(results: list[Result]) -> None:
    found = lines(label_table(results, words))
    assert found["sure"][1:4] == ["0.50", "0.09–0.91", "2"]
    assert found["unsure"][1:4] == ["0.50", "0.09–0.91", "2"], "an answer to an unanswerable question is wrong"
    assert found["0.9–1.0"][1] == "1.00"
    assert label_table(results[3:4], words) == ""


def test_a_run_is_told_whole(results: list[Result]) -> None:
    told = tables(Run(tuple(results)), {})
    head = told.splitlines()[0]
    assert head.split() == ["all"], "questions of no half have no columns of halves"
    assert "near_miss" in told
    assert "2 of 5 cases fail" in told
    assert "context recall" not in told, "what was not measured has no row"


def test_facts_keep_their_halves_and_runs_stand_side_by_side(make_case: MakeCase, scored: Any) -> None:
    run = Run(tuple(scored(make_case(id=str(at)), right=1.0) for at in range(8)))
    assert tables(run, {}).splitlines()[0].split() == ["development", "held-out", "all"]
    assert tables(run, {"baseline": run}).splitlines()[0].split() == ["ours", "baseline"]
