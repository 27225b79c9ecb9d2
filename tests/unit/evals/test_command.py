"""What `assistant eval` plans, and how a plan is measured."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundle_builders import small, write_bundle

from assistant.errors import UsageError
from evals import command, measure
from evals.command import make_plan, run_eval
from evals.news_set import BUNDLES
from evals.plans import Plan
from evals.runner import Reply
from evals.schema import Case


def arguments(tmp_path: Path, **changes: Any) -> argparse.Namespace:
    given: dict[str, Any] = {
        "what": [],
        "set": None,
        "evaldata": None,
        "bundles": None,
        "output": tmp_path / "results",
        "baseline": False,
        "limit": None,
        "category": None,
        "split": None,
        "runs": 1,
        "judge": None,
        "articles": None,
        "index": None,
        "model": None,
    }
    return argparse.Namespace(**{**given, **changes})


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "bundles", small())
    return tmp_path / "bundles"


def test_news_and_news_together(tmp_path: Path, bundles: Path) -> None:
    own = make_plan([], arguments(tmp_path, set="news", bundles=bundles, limit=2))
    one = make_plan([], arguments(tmp_path, set="news-together", bundles=bundles))
    assert (own.name, len(own.asked), own.limit) == ("news", 5, 2)
    assert (one.name, len(one.asked)) == ("news-together", 5)
    assert own.news is not None
    assert one.news is not None
    assert (own.news.together, one.news.together) == (False, True)


def test_the_projects_own_bundles_where_none_are_named(tmp_path: Path) -> None:
    namespace = arguments(tmp_path, set="news")
    del namespace.bundles  # as long as the command does not know the option
    plan = make_plan([], namespace)
    assert plan.news is not None
    assert {bundle.name for bundle in plan.news.bundles} == {path.stem for path in BUNDLES.glob("*.json")}


@pytest.mark.parametrize(
    ("what", "changes", "told"),
    [
        ([], {}, "--set news|news-together|squad2"),
        (["facts"], {"set": "news"}, "not both"),
        ([], {"set": "squad2"}, "needs --evaldata"),
        ([], {"set": "squad2", "bundles": Path("x")}, "--bundles is for --set news"),
        (["facts"], {"bundles": Path("x")}, "--bundles is for --set news"),
        ([], {"set": "news", "split": "held-out"}, "have no halves"),
        ([], {"set": "news", "bundles": Path("/nonexistent")}, "no such file or folder"),
    ],
)
def test_what_does_not_fit_together(tmp_path: Path, what: list[str], changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_plan(what, arguments(tmp_path, **changes))
    assert told in str(caught.value)


class FakeModel:
    """Stands for the language model: nothing is started."""

    name = "fake"
    adapter: Path | None = None
    running = 0

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        FakeModel.running += 1

    def close(self) -> None:
        FakeModel.running = 0


class FakeAsker:
    """Answers with Ada Brown, the baseline with Tom Reed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.asked: list[str] = []

    def ask(self, case: Case) -> Reply:
        self.asked.append(case.id)
        name = "Tom Reed" if self.plan.baseline else "Ada Brown"
        text = f"It was {name}."
        return {
            "answer": text,
            "refused": False,
            "confidence": 0.8,
            "sentences": [{"text": text, "citations": []}],
            "citations": [],
            "timings_ms": {"total": 1000},
        }, ()


@pytest.fixture
def askers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeAsker]]:
    made: list[FakeAsker] = []

    def open_asker(plan: Plan, model: Any, scratch: Path) -> FakeAsker:
        assert FakeModel.running == 1
        made.append(FakeAsker(plan))
        return made[-1]

    monkeypatch.setattr(measure, "ChatModel", FakeModel)
    monkeypatch.setattr(measure, "open_asker", open_asker)
    yield made
    assert FakeModel.running == 0


def test_news_beside_the_baseline(
    tmp_path: Path, bundles: Path, askers: list[FakeAsker], capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments(tmp_path, set="news", bundles=bundles, baseline=True, limit=3)
    assert run_eval(given) == 0
    assert [asker.plan.baseline for asker in askers] == [False, True]
    assert [asker.asked for asker in askers] == [["s-01-01", "s-01-02", "s-01-03"]] * 2
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0].split() == ["ours", "baseline"]
    assert "latest" in printed.out
    folder = tmp_path / "results"
    ours = json.loads((folder / "news" / "run.json").read_text(encoding="utf-8"))
    theirs = json.loads((folder / "news-baseline" / "run.json").read_text(encoding="utf-8"))
    values = [{metric["name"]: metric["value"] for metric in run["metrics"]}["right"] for run in (ours, theirs)]
    assert values == [pytest.approx(1 / 3), 0]
    assert ours["provenance"]["adapter_sha256"] is None
    assert (folder / "news" / "report.html").is_file()


def test_another_library_of_the_same_cases_is_another_run(
    tmp_path: Path, bundles: Path, askers: list[FakeAsker]
) -> None:
    for name in ("news", "news-together"):
        run_eval(arguments(tmp_path, set=name, bundles=bundles, limit=1))
    files = {path.name for path in (tmp_path / "results").rglob("results-*.jsonl")}
    assert len(files) == 2


def test_a_stopped_run_is_not_resumed_with_another_adapter(
    tmp_path: Path, bundles: Path, askers: list[FakeAsker], monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = tmp_path / "judge.gguf"
    monkeypatch.setattr(FakeModel, "adapter", adapter)
    for content in (b"one", b"two"):
        adapter.write_bytes(content)
        run_eval(arguments(tmp_path, set="news", bundles=bundles, limit=1))
    assert len(list((tmp_path / "results").rglob("results-*.jsonl"))) == 2
    run = json.loads((tmp_path / "results" / "news" / "run.json").read_text(encoding="utf-8"))
    assert len(run["provenance"]["adapter_sha256"]) == 64


def test_the_digest_of_the_code_sees_everything_that_shapes_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "PROJECT", tmp_path)
    digests = [measure.code_digest()]
    for name in (
        "assistant/a.py",
        "assistant/deep/b.py",
        "assistant/deep/c.json",
        "prompts/d.md",
        "prompts/taught/d.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
        digests.append(measure.code_digest())
    assert len(set(digests)) == 6


def test_compare_needs_two_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="takes two runs"):
        command.run_eval(arguments(tmp_path, what=["compare", "a.json"]))
