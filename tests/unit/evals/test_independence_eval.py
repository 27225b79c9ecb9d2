"""The runner that measures independent sources, and the cases it has."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.independence import ROWS, load, main, measure, report


def test_the_cases_are_four_of_each_kind() -> None:
    assert set(Counter(case.kind for case in load()).values()) == {4}
    assert len(load()) == 20


def test_the_goal_is_reached() -> None:
    assert sum(measure(case).is_right for case in load()) >= 18


def test_what_is_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = json.loads(ROWS.read_text(encoding="utf-8").split("\n")[0])
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row | {"independent": 2}))
    assert main(["--rows", str(path)]) == 0
    assert f"wrong: {row['id']}: 2, 1; it is 2 outlets, 2 independent" in capsys.readouterr().out
    assert report([measure(load()[0])]).startswith("right: 1 of 1")


@pytest.mark.parametrize(("rows", "told"), [("", "holds no cases"), ('{"id": "x"}', "rows.jsonl:1")])
def test_a_file_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, told: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(rows)
    assert main(["--rows", str(path)]) == 2
    assert told in capsys.readouterr().err
