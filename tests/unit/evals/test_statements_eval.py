"""What is measured of `assistant find`, with a judge that says what the test says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from evidence_base_samples import article, evidence_base_of, shares_words

from assistant.errors import ModelError, UsageError
from evals.datasets.bundle_cases import paragraph_id
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.statements import Kind, Listed, Measured, Missed, StatementRow, Why, check_rows, load, main, measure, report

STATEMENT = "The ferry to Skar stops on Friday."
ARTICLES = [
    article("one", "The ferry to Skar stops on Friday.", "Rain fell.", "On Friday, then, the ferry to Skar stops."),
    article("two", "Snow fell on Lund."),
]


def row(*stated_by: str, statement: str = STATEMENT, kind: Kind = Kind.TWICE, key: str = "r") -> StatementRow:
    return StatementRow(id=key, bundle="b", statement=statement, kind=kind, stated_by=stated_by)


def test_the_statements_are_so_many_of_each_kind_and_name_paragraphs_that_there_are() -> None:
    rows, bundles = load(), load_bundles(BUNDLES)
    counts = {Kind.PARAPHRASE: 16, Kind.TWICE: 12, Kind.CONTRADICTED: 12, Kind.ABSENT: 8}
    assert Counter(one.kind for one in rows) == counts
    assert len({one.id for one in rows}) == len({one.statement for one in rows}) == 48
    assert Counter(one.bundle for one in rows) == {bundle.name: 3 for bundle in bundles}
    texts = {
        paragraph_id(bundle.name, one.id, number): text
        for bundle in bundles
        for one in bundle.articles
        for number, text in enumerate(one.paragraphs, start=1)
    }
    for one in rows:
        assert set(one.stated_by) <= set(texts), one.id
        assert not any(one.statement in text for text in texts.values()), one.id
    written = {one.text for bundle in bundles for item in bundle.items for one in (*item.supported, *item.unsupported)}
    assert not written & {one.statement for one in rows}


def test_what_is_listed_and_what_is_missed_is_told_with_its_reason(tmp_path: Path, embedder: Any) -> None:
    def says(name: str, text: str, context: str) -> float:
        return 0.1 if context.startswith("On Friday") else shares_words(name, text, context)

    base = evidence_base_of(tmp_path, embedder, ARTICLES, says)
    other = row("one#p1", statement="The ferry to Skar stops on Friday, 21 March.", kind=Kind.PARAPHRASE)
    first, second = measure(base, [row("one#p1", "one#p3", "two#p1"), other])
    base.index.close()
    assert first.listed == (Listed("one#p1", 1.0),)
    assert first.missed == (Missed("one#p3", Why.NOT_STATED, 0.1), Missed("two#p1", Why.NOT_NEAR))
    assert first.judged == 3
    assert not first.wrong
    assert (second.listed, second.missed) == ((), (Missed("one#p1", Why.OTHER_FIGURE),))


def test_the_figures_and_each_error_are_reported() -> None:
    measured = [
        Measured(
            row("a#p1", "a#p2"), 4, (Listed("a#p1", 0.9), Listed("a#p3", 0.5)), (Missed("a#p2", Why.NOT_STATED, 0.2),)
        ),
        Measured(row("b#p1", kind=Kind.PARAPHRASE, key="p"), 2, (), (Missed("b#p1", Why.NOT_NEAR),)),
        Measured(row(kind=Kind.ABSENT, key="n"), 0, (), ()),
    ]
    lines = report(measured).splitlines()
    assert lines[0].startswith("found: 1 of 3 (")
    assert lines[1].startswith("  paraphrase: 0 of 1 (")
    assert lines[2].startswith("  twice: 1 of 2 (")
    assert lines[3].startswith("right of what is listed: 1 of 2 (")
    assert lines[4:6] == ["listed wrongly: 1", "  paraphrase: 0, for 0 of 1 (0.00 to 0.79) statements"]
    assert lines[6].startswith("  twice: 1, for 1 of 1 (")
    assert lines[7].startswith("  absent: 0, for 0 of 1 (")
    assert lines[8:] == [
        "passages judged: 6, 2.0 a statement",
        "missed: 2",
        "  not near: 1",
        "  another figure: 0",
        "  judged not stated: 1",
        "  no words to quote: 0",
        "missed: r: a#p2: judged not stated, P 0.20",
        "missed: p: b#p1: not near",
        "listed wrongly: r (twice): a#p3, P 0.50",
    ]


@pytest.mark.parametrize(("kind", "stated_by"), [("paraphrase", []), ("twice", ["a#p1"]), ("absent", ["a#p1"])])
def test_a_kind_goes_with_what_states_it(tmp_path: Path, kind: str, stated_by: list[str]) -> None:
    record = {"id": "1", "bundle": "b", "statement": "A.", "kind": kind, "stated_by": stated_by}
    (tmp_path / "a.jsonl").write_text(json.dumps(record))
    with pytest.raises(UsageError, match=r"a\.jsonl:1: .*one paragraph states a paraphrase"):
        load(tmp_path / "a.jsonl")


def test_a_paragraph_that_is_not_there_is_named() -> None:
    check_rows([row("one#p1", "one#p3")], ARTICLES)
    with pytest.raises(UsageError, match=r"statement 'r': there is no paragraph 'one#p4'"):
        check_rows([row("one#p1", "one#p4")], ARTICLES)


def test_what_cannot_be_read_and_a_limit_of_none_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", str(tmp_path / "none.jsonl")]) == 2
    assert "name a file of statements" in capsys.readouterr().err
    assert main(["--limit", "0"]) == 2
    assert "give a number from 1 on" in capsys.readouterr().err


def test_the_first_rows_are_asked_and_a_models_error_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[list[str]] = []

    def ask(rows: Sequence[StatementRow], _settings: object) -> list[Measured]:
        asked.append([one.id for one in rows])
        if len(rows) > 2:
            raise ModelError("it is away; start it")
        return [Measured(one, 1, (), ()) for one in rows]

    output = tmp_path / "out.json"
    assert main(["--limit", "2", "--output", str(output)], ask=ask) == 0
    assert asked == [["a-19-1", "a-19-2"]]
    assert "passages judged: 2" in capsys.readouterr().out
    assert [one["row"]["id"] for one in json.loads(output.read_text())["measured"]] == asked[0]
    assert main([], ask=ask) == 1
    assert capsys.readouterr().err == "statements: it is away; start it\n"
