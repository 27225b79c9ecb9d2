"""The passages by which `assistant quotes` is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.quotes import Measured, QuoteRow, Spoken, load, main, measure, report


def test_thirty_passages_whose_quotes_stand_in_them() -> None:
    rows = load()
    assert len(rows) == len({row.id for row in rows}) == 30
    assert sum(not row.quotes for row in rows) >= 10
    for row in rows:
        assert all(any(quote.text in text for text in row.paragraphs) for quote in row.quotes)


def test_what_the_documentation_says_holds(project: Path) -> None:
    lines = list(report(measure(load())))
    assert lines[0].startswith("precision: 17 of 17")
    assert lines[1].startswith("recall: 17 of 19")
    assert "17 of the 17 quotes given are right, and 17 of 19" in (project / "docs" / "newsroom.md").read_text()


def test_what_is_wrong_and_what_is_missing_is_named() -> None:
    row = QuoteRow(id="a", paragraphs=("A.",), quotes=(Spoken(speaker="Berg", text="Yes."),))
    lines = list(report([Measured(row=row, found=(Spoken(speaker="Dahl", text="Yes."),))]))
    assert lines[0].startswith("precision: 0 of 1")
    assert lines[2:] == ["a, wrong: Dahl: “Yes.”", "a, missing: Berg: “Yes.”"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", str(tmp_path / "none.jsonl")]) == 2
    assert "name a file of passages" in capsys.readouterr().err
