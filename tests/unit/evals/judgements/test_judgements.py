"""The judge alone: what is asked, and what is made of the probabilities."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from answer_samples import prompts_in
from bundle_builders import small, write_bundle

from assistant.errors import ModelError, UsageError
from assistant.retrieval.context import ArticleContext
from assistant.settings import Settings
from evals.datasets.bundles import Bundle, load_bundle
from evals.judgements.__main__ import main
from evals.judgements.items import (
    ANSWERED,
    CONTRADICTIONS,
    RIGHT,
    STATED,
    TASKS,
    Ask,
    bundle_asks,
    contradiction_asks,
    load_contradictions,
)
from evals.judgements.measure import asks_of, judge_all, judgement_tables, open_judge, record_of
from evals.judgements.metrics import METRICS, Judged, by_kind, by_question, summarise
from evals.schema import Metric

Row = dict[str, Any]
CONTRADICTION: Row = {
    "id": "c-001",
    "kind": "direction",
    "paragraph": "Sales were down 5 percent.",
    "title": "Figures",
    "source": "The Trade Ledger",
    "published": "2022-04-28",
    "contradicted": "Sales were up 5 percent.",
    "stated": "Sales fell by 5 percent.",
    "from": "written",
}


class FakeJudge:
    """Says what `probability` makes of what it is asked, and keeps it."""

    def __init__(self, probability: Callable[[str], float] = lambda asked: 0.5) -> None:
        self.probability = probability
        self.asked: list[tuple[str, ...]] = []

    def answered(self, question: str, report: ArticleContext) -> float:
        self.asked.append(("answered", question, report.passages[0].article_id))
        return self.probability(question)

    def stated(self, sentence: str, report: ArticleContext) -> float:
        self.asked.append(("stated", sentence, report.passages[0].article_id))
        return self.probability(sentence)

    def right(self, question: str, sentence: str, report: ArticleContext) -> float:
        self.asked.append(("right", question, sentence, report.passages[0].article_id))
        return self.probability(sentence)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return load_bundle(write_bundle(tmp_path / "bundles", small()))


def of(asks: list[Ask], task: str) -> list[Ask]:
    return [ask for ask in asks if ask.task == task]


def test_every_question_is_asked_of_every_article(bundle: Bundle) -> None:
    asks = of(bundle_asks([bundle]), ANSWERED)
    assert len(asks) == 5 * 2
    assert {(ask.group, ask.article): ask.label for ask in asks} == {
        ("s-01-01", "s-01/a1"): True,
        ("s-01-01", "s-01/a2"): False,
        ("s-01-02", "s-01/a1"): True,
        ("s-01-02", "s-01/a2"): True,
        ("s-01-03", "s-01/a1"): True,
        ("s-01-03", "s-01/a2"): True,
        ("s-01-04", "s-01/a1"): True,
        ("s-01-04", "s-01/a2"): True,
        ("s-01-05", "s-01/a1"): False,
        ("s-01-05", "s-01/a2"): False,
    }
    assert asks[-1].question == "What did Tom Reed earn?", "a follow-up as it is put without the conversation"
    assert asks[0].kind == "who"


def test_sentences_are_asked_of_their_own_article(bundle: Bundle) -> None:
    asks = of(bundle_asks([bundle]), STATED)
    assert Counter((ask.kind, ask.label) for ask in asks) == {
        ("answer", True): 7,
        ("supported", True): 1,
        ("unsupported", False): 1,
    }
    assert {ask.article for ask in asks if ask.sentence == "In 2022 it was Tom Reed."} == {"s-01/a2"}


def test_good_answers_against_wrong_and_tempting_ones(bundle: Bundle) -> None:
    asks = of(bundle_asks([bundle]), RIGHT)
    assert Counter((ask.kind, ask.label) for ask in asks) == {
        ("answer", True): 7,
        ("unsupported", False): 1,
        ("tempting", False): 2,
    }
    assert {ask.article for ask in asks if ask.kind == "tempting"} == {"s-01/a1", "s-01/a2"}


def test_an_article_is_read_whole_and_its_judgements_follow_one_another(bundle: Bundle) -> None:
    asks = bundle_asks([bundle])
    articles = [ask.article for ask in asks]
    assert articles == sorted(articles)
    report = asks[0].report
    assert report.whole
    assert [passage.paragraph.text for passage in report.passages] == list(bundle.articles[0].paragraphs)
    assert report.outlet_and_day == "Coast Weekly, 4 March 2021"
    assert all(ask.report is report for ask in asks if ask.article == "s-01/a1")


def test_only_some_tasks(bundle: Bundle) -> None:
    assert {ask.task for ask in bundle_asks([bundle], [STATED])} == {STATED}
    assert {ask.task for ask in bundle_asks([bundle])} == {ANSWERED, STATED, RIGHT}


def contradictions_file(tmp_path: Path, *rows: Row) -> Path:
    path = tmp_path / "contradictions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_contradiction_is_two_judgements_of_one_paragraph(tmp_path: Path) -> None:
    stated, contradicted = contradiction_asks(load_contradictions(contradictions_file(tmp_path, CONTRADICTION)))
    assert (stated.sentence, stated.label) == ("Sales fell by 5 percent.", True)
    assert (contradicted.sentence, contradicted.label) == ("Sales were up 5 percent.", False)
    (passage,) = contradicted.report.passages
    assert (passage.paragraph.text, passage.source) == ("Sales were down 5 percent.", "The Trade Ledger")
    assert not contradicted.report.whole, "it is not worth keeping on disk"
    assert (stated.kind, stated.group) == ("direction", "c-001")


def test_the_projects_own_contradictions_load() -> None:
    rows = load_contradictions()
    assert len(rows) == 109
    assert len({row.id for row in rows}) == 109
    assert all(row.stated != row.contradicted for row in rows)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({**CONTRADICTION, "note": "x"}, "2: unknown key 'note'; known are contradicted, from, id"),
        ({key: value for key, value in CONTRADICTION.items() if key != "stated"}, "2: no stated; add it"),
        ({**CONTRADICTION, "published": "soon"}, "2: published: "),
        ({**CONTRADICTION, "contradicted": " "}, "2: contradicted: "),
    ],
)
def test_a_bad_contradiction_is_told_with_its_line(tmp_path: Path, row: Row, told: str) -> None:
    path = contradictions_file(tmp_path, CONTRADICTION, row)
    with pytest.raises(UsageError) as caught:
        load_contradictions(path)
    assert f"{path}:{told}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"), [("{\n", "not JSON"), ("[]\n", "a list, not a JSON object"), ("3\n", "a int")]
)
def test_what_is_no_row(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=rf"c\.jsonl:1: {told}"):
        load_contradictions(path)


def test_no_contradictions(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no contradictions"):
        load_contradictions(contradictions_file(tmp_path))
    with pytest.raises(UsageError, match="cannot be read"):
        load_contradictions(tmp_path / "none.jsonl")


def test_each_task_asks_the_judge_its_own_question(bundle: Bundle) -> None:
    judge = FakeJudge(lambda asked: 0.9 if "Brown" in asked else 0.1)
    rows = judge_all(judge, bundle_asks([bundle]), progress=False)
    assert ("answered", "Who lit the lamp again?", "s-01/a2") in judge.asked
    assert ("stated", "Tom Reed lit the lamp again.", "s-01/a1") in judge.asked
    assert ("right", "Who lit the lamp again?", "Tom Reed lit the lamp again.", "s-01/a1") in judge.asked
    assert len(rows) == len(judge.asked)
    (found,) = [row for row in rows if row.task == STATED and row.kind == "supported"]
    assert (found.sentence, found.label, found.probability) == ("On Monday Ada Brown lit the lamp.", True, 0.9)


def test_contradictions_are_asked_as_statements(tmp_path: Path) -> None:
    judge = FakeJudge()
    asks = contradiction_asks(load_contradictions(contradictions_file(tmp_path, CONTRADICTION)))
    judge_all(judge, asks, progress=False)
    assert [asked[:2] for asked in judge.asked] == [
        ("stated", "Sales fell by 5 percent."),
        ("stated", "Sales were up 5 percent."),
    ]


def row(task: str, label: bool, probability: float, group: str = "g", kind: str = "k") -> Judged:
    return Judged(task, group, kind, "a", "", "", label, probability)


def named(metrics: list[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def test_what_a_threshold_keeps_and_passes() -> None:
    rows = [
        *(row(STATED, True, p) for p in (0.9, 0.5, 0.4)),
        *(row(STATED, False, p) for p in (0.6, 0.3, 0.2, 0.1)),
        *(row(CONTRADICTIONS, True, p) for p in (0.9, 0.8, 0.7, 0.2)),
        *(row(CONTRADICTIONS, False, p) for p in (0.5, 0.4, 0.3)),
    ]
    found = named(summarise(rows, 0.5))
    assert list(found) == list(METRICS)
    assert (found["stated_kept"].value, found["stated_kept"].n) == (pytest.approx(2 / 3), 3)
    assert (found["stated_passed"].value, found["stated_passed"].n) == (0.25, 4)
    # pairs in order: 0.9 over all four, 0.5 and 0.4 over three each
    assert found["stated_auc"].value == pytest.approx(10 / 12)
    assert (found["contradictions_passed"].value, found["contradictions_passed"].n) == (pytest.approx(1 / 3), 3)
    assert (found["contradictions_refused"].value, found["contradictions_refused"].n) == (0.25, 4)
    assert found["stated_passed"].low is not None
    assert named(summarise(rows, 0.55))["contradictions_passed"].value == 0
    assert not found["stated_passed"].higher_is_better
    assert found["stated_kept"].higher_is_better


def test_what_was_not_asked_has_no_value() -> None:
    for metric in summarise([], 0.5):
        assert (metric.value, metric.n, metric.low) == (None, 0, None)
    assert named(summarise([row(STATED, True, 0.9)], 0.5))["stated_auc"].n == 0, "one class alone"


def test_a_question_is_as_likely_as_its_likeliest_article() -> None:
    rows = [
        row(ANSWERED, False, 0.7, "one"),
        row(ANSWERED, True, 0.6, "one"),
        row(ANSWERED, False, 0.2, "one"),
        row(ANSWERED, False, 0.3, "two"),
        row(ANSWERED, False, 0.65, "two"),
    ]
    assert [(each.group, each.label, each.probability) for each in by_question(rows)] == [
        ("one", True, 0.7),
        ("two", False, 0.65),
    ]
    found = named(summarise(rows, 0.5))
    assert (found["answered_auc_article"].value, found["answered_auc_article"].n) == (0.5, 5)
    assert (found["answered_auc_question"].value, found["answered_auc_question"].n) == (1.0, 2)


def test_contradictions_by_kind() -> None:
    rows = [
        row(CONTRADICTIONS, True, 0.9, kind="negation"),
        row(CONTRADICTIONS, False, 0.8, kind="negation"),
        row(CONTRADICTIONS, True, 0.1, kind="number"),
        row(CONTRADICTIONS, False, 0.2, kind="number"),
        row(STATED, False, 0.9, kind="answer"),
    ]
    found = by_kind(rows, CONTRADICTIONS, 0.5)
    assert {kind: (passed.value, refused.value) for kind, (passed, refused) in found.items()} == {
        "negation": (1.0, 0.0),
        "number": (0.0, 1.0),
    }
    table = judgement_tables(rows, 0.5)
    assert "negation" in table
    assert "answered" not in table, "what was not asked has no row"


def test_the_record_holds_every_row(bundle: Bundle) -> None:
    rows = judge_all(FakeJudge(), bundle_asks([bundle], [STATED]), progress=False)
    record = json.loads(json.dumps(record_of(rows, Settings(), 0.5)))
    assert len(record["rows"]) == len(rows) == 9
    assert record["rows"][0] == {
        "task": "stated",
        "group": "s-01-01",
        "kind": "answer",
        "article": "s-01/a1",
        "question": "",
        "sentence": "Ada Brown lit the lamp of Skerry again.",
        "label": True,
        "probability": 0.5,
    }
    assert record["provenance"]["threshold"] == 0.5
    assert "api_key" not in record["provenance"]["settings"]
    assert {metric["name"] for metric in record["metrics"]} == set(METRICS)


@pytest.fixture
def fake_judge() -> FakeJudge:
    return FakeJudge(lambda asked: 0.9 if "Brown" in asked else 0.2)


def run(arguments: list[str], judge: FakeJudge) -> int:
    return main(arguments, lambda settings: nullcontext(judge))


def test_the_command_writes_rows_and_prints_tables(
    bundle: Bundle, fake_judge: FakeJudge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "deep" / "judged.json"
    given = ["--bundles", str(tmp_path / "bundles"), "--only", "answered,stated", "--output", str(output)]
    assert run([*given, "--threshold", "0.7"], fake_judge) == 0
    record = json.loads(output.read_text(encoding="utf-8"))
    assert Counter(each["task"] for each in record["rows"]) == {"answered": 10, "stated": 9}
    assert len(fake_judge.asked) == 19
    printed = capsys.readouterr().out
    assert "threshold 0.7" in printed
    assert "stated: AUC" in printed
    assert "contradictions" not in printed


def test_the_command_asks_everything_by_default(bundle: Bundle, fake_judge: FakeJudge, tmp_path: Path) -> None:
    assert run(["--bundles", str(tmp_path / "bundles")], fake_judge) == 0
    assert len(fake_judge.asked) == 10 + 9 + 10 + 2 * 109


@pytest.mark.parametrize("only", ["stated,sure", "", ","])
def test_an_unknown_task_is_refused(only: str, fake_judge: FakeJudge, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--only", only], fake_judge) == 2
    assert "choose some of answered, stated, right, contradictions" in capsys.readouterr().err
    assert fake_judge.asked == []


def test_a_failing_model_ends_the_command(
    bundle: Bundle, fake_judge: FakeJudge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(asked: str) -> float:
        raise ModelError("model fake: gone")

    fake_judge.probability = fail
    assert run(["--bundles", str(tmp_path / "bundles"), "--output", str(tmp_path / "j.json")], fake_judge) == 1
    assert "model fake: gone" in capsys.readouterr().err
    assert not (tmp_path / "j.json").exists()


def test_a_part_of_the_projects_judgements_has_every_kind() -> None:
    whole, part = asks_of(tasks=TASKS), asks_of(tasks=TASKS, every=3)
    assert (len(of(whole, CONTRADICTIONS)), len(of(part, CONTRADICTIONS))) == (218, 74)
    for task in (ANSWERED, STATED, RIGHT):
        assert len(of(part, task)) == pytest.approx(len(of(whole, task)) / 3, abs=1)
    assert {(ask.task, ask.kind) for ask in part} >= {(STATED, kind) for kind in ("answer", "supported", "unsupported")}


def test_the_products_judge_is_one_and_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr("assistant.llm.remote.EndpointModel.close", lambda _self: closed.append(True))
    prompts_in(tmp_path)
    with open_judge(Settings(model="tiny@http://127.0.0.1:9/v1", prompts=tmp_path)) as judge:
        assert all(hasattr(judge, name) for name in (ANSWERED, STATED, RIGHT))
        assert not closed
    assert closed == [True]
