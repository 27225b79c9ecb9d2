"""What is measured of `assistant check`, on signals that are made up here."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.newsroom.drafts.check import Signals, Thresholds, Verdict
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.draft_check import DraftRow, Measured, balanced, cross_validated, fit, load, main, recalls

STATED, OTHERWISE, ABSENT = Verdict
SIGNALS = {STATED: Signals(0.9, 0.9, 0.8, False), OTHERWISE: Signals(0.1, 0.65, 0.6, False)}
SIGNALS[ABSENT] = Signals(0.1, 0.25, 0.6, False)


def measured(label: Verdict, bundle: str, signals: Signals | None = None) -> Measured:
    quote = None if label is ABSENT else "as it stands"
    row = DraftRow(id=f"{bundle}-{label}", bundle=bundle, sentence="The ferry stops.", label=label, quote=quote)
    return Measured(row=row, signals=(signals or SIGNALS[label],))


ROWS = [measured(label, bundle) for label in Verdict for bundle in ("one", "two", "three")]


def test_the_sentences_are_twenty_of_each_kind_and_quote_their_bundles() -> None:
    rows, bundles = load(), {bundle.name: bundle for bundle in load_bundles(BUNDLES)}
    assert Counter(row.label for row in rows) == {STATED: 20, OTHERWISE: 20, ABSENT: 20}
    assert len({row.id for row in rows}) == 60
    for row in rows:
        texts = [text for article in bundles[row.bundle].articles for text in article.paragraphs]
        assert row.quote is None or any(row.quote in text for text in texts), row.id
    written = {
        one.text for bundle in bundles.values() for item in bundle.items for one in (*item.supported, *item.unsupported)
    }
    assert not written & {row.sentence for row in rows}


def test_the_fitted_thresholds_separate_what_can_be_separated() -> None:
    at = fit(ROWS)
    assert balanced(recalls(ROWS, lambda _: at)) == 1.0
    assert 0.25 < at.answered <= 0.65


def test_a_bundle_is_decided_without_having_been_fitted() -> None:
    # What is stated here nowhere looks so: thresholds of the other bundles must miss it.
    odd = measured(STATED, "odd", Signals(0.3, 0.0, 0.0, False))
    others = [measured(ABSENT, name, Signals(0.35, 0.0, 0.0, False)) for name in ("one", "two", "three")]
    assert cross_validated([*ROWS, *others, odd])[STATED] == (3, 4)
    assert recalls([odd], lambda _: Thresholds(stated=0.2))[STATED] == (1, 1)


def test_what_was_written_is_fitted_again_without_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "signals.json"
    rows = [json.loads(one.model_dump_json()) for one in ROWS]
    file.write_text(json.dumps({"measured": rows}))
    again = tmp_path / "again.json"
    assert main(["--signals", str(file), "--output", str(again)]) == 0
    assert "cross-validated: balanced accuracy 1.000, n 9" in capsys.readouterr().out
    assert json.loads(again.read_text()) == json.loads(file.read_text())


@pytest.mark.parametrize("quote", [None, "x"])
def test_a_quote_goes_with_its_label(tmp_path: Path, quote: str | None) -> None:
    label = STATED if quote is None else ABSENT
    row = {"id": "1", "bundle": "b", "sentence": "A.", "label": label, "quote": quote}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(UsageError, match=r"a\.jsonl:1: .*a quote goes with"):
        load(tmp_path / "a.jsonl")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--signals", str(tmp_path / "none.json")]) == 2
    assert "name what --output wrote" in capsys.readouterr().err
