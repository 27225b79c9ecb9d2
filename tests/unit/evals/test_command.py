"""What `python -m evals` plans, and how a plan is measured."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bundle_builders import small, write_bundle

from assistant.errors import UsageError
from assistant.library.user_data import feedback_path
from assistant.web.storage.feedback import FeedbackStore
from evals.__main__ import main
from evals.command import make_plan, run_eval
from evals.datasets.facts import load_cases
from evals.datasets.feedback import TO_COMPLETE
from evals.datasets.news import BUNDLES
from evals.runs import measure
from evals.runs.askers import Reply
from evals.runs.plans import Plan
from evals.schema import Case

Run = Callable[..., tuple[int, str, str]]
SIGNED: dict[str, Any] = {
    "question": "Where did they sign it?",
    "answer": "They signed it in Bern [1].",
    "refused": False,
    "sentences": [{"text": "They signed it in Bern.", "citations": [1]}],
    "citations": [{"number": 1, "paragraph_id": "a#p1", "quote": "signed it in Bern"}],
}


def arguments(tmp_path: Path, **changes: Any) -> argparse.Namespace:
    given: dict[str, Any] = {
        "facts": None,
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
        "read": None,
    }
    return argparse.Namespace(**{**given, **changes})


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "bundles", small())
    return tmp_path / "bundles"


def test_news_and_news_together(tmp_path: Path, bundles: Path) -> None:
    own = make_plan(arguments(tmp_path, set="news", bundles=bundles, limit=2))
    one = make_plan(arguments(tmp_path, set="news-together", bundles=bundles))
    assert (own.name, len(own.asked), own.limit) == ("news", 5, 2)
    assert (one.name, len(one.asked)) == ("news-together", 5)
    assert own.news is not None
    assert one.news is not None
    assert (own.news.together, one.news.together) == (False, True)


def test_the_projects_own_bundles_where_none_are_named(tmp_path: Path) -> None:
    plan = make_plan(arguments(tmp_path, set="news"))
    assert plan.news is not None
    assert {bundle.name for bundle in plan.news.bundles} == {path.stem for path in BUNDLES.glob("*.json")}


def test_it_is_read_as_asked(tmp_path: Path) -> None:
    assert make_plan(arguments(tmp_path, set="news", read="together")).settings.read == "together"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "--set news|news-together|squad2"),
        ({"facts": Path("facts"), "set": "news"}, "not both"),
        ({"set": "squad2"}, "needs --evaldata"),
        ({"set": "squad2", "bundles": Path("x")}, "--bundles is for --set news"),
        ({"facts": Path("facts"), "bundles": Path("x")}, "--bundles is for --set news"),
        ({"set": "news", "split": "held-out"}, "have no halves"),
        ({"set": "news", "bundles": Path("/nonexistent")}, "no such file or folder"),
    ],
)
def test_what_does_not_fit_together(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_plan(arguments(tmp_path, **changes))
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

    monkeypatch.setattr(measure, "open_model", FakeModel)
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


def kept(tmp_path: Path) -> list[list[str]]:
    """The cases in each file of results."""
    files = sorted((tmp_path / "results").rglob("results-*.jsonl"))
    return [[json.loads(line)["case"]["id"] for line in path.read_text().splitlines()[1:]] for path in files]


def test_a_stopped_run_is_not_resumed_with_other_settings(
    tmp_path: Path, bundles: Path, askers: list[FakeAsker], monkeypatch: pytest.MonkeyPatch
) -> None:
    for threshold in ("0.35", "0.9"):
        monkeypatch.setenv("ASSISTANT_THRESHOLD", threshold)
        run_eval(arguments(tmp_path, set="news", bundles=bundles, limit=1))
    assert kept(tmp_path) == [["s-01-01"]] * 2


def test_a_finished_run_is_measured_anew_and_a_longer_one_is_kept(
    tmp_path: Path, bundles: Path, askers: list[FakeAsker]
) -> None:
    category = make_plan(arguments(tmp_path, set="news", bundles=bundles)).asked[0].category
    for _ in range(2):
        run_eval(arguments(tmp_path, set="news", bundles=bundles, category=category))
    assert askers[0].asked == askers[1].asked != []
    run_eval(arguments(tmp_path, set="news", bundles=bundles, limit=3))
    longer = kept(tmp_path)
    run_eval(arguments(tmp_path, set="news", bundles=bundles, limit=2))
    assert (kept(tmp_path), askers[3].asked) == (longer, [])


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


@pytest.mark.parametrize("given", [["compare", "a.json"], ["run", "one", "two"], ["nonsense"], []])
def test_what_is_no_command(given: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(given)
    assert caught.value.code == 2


def test_an_error_is_one_line_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "a.json")
    assert main(["compare", missing, missing]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"evals: {missing}: run cannot be read")
    assert len(said.splitlines()) == 1


@pytest.fixture
def evals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))

    def run(*given: str | Path) -> tuple[int, str, str]:
        code = main([str(one) for one in given])
        return code, *capsys.readouterr()

    return run


def test_verdicts_are_printed_or_written_as_facts(evals: Run, tmp_path: Path) -> None:
    code, out, err = evals("feedback")
    assert (code, out) == (0, "")
    assert "no feedback yet" in err
    store = FeedbackStore(feedback_path(tmp_path / "home"))
    store.add("ann", SIGNED, verdict="up")
    store.add("ann", SIGNED | {"question": "Who paid?"}, verdict="down")
    store.close()

    code, out, err = evals("feedback")
    assert json.loads(out)["answers"] == [["They signed it in Bern.", "signed it in Bern"]]
    assert "1 more must be completed" in err
    assert TO_COMPLETE in json.loads(evals("feedback", "--verdict", "down")[1])

    output = tmp_path / "facts" / "feedback.jsonl"
    code, _, err = evals("feedback", "--output", output)
    assert code == 0
    assert "1 facts" in err
    assert "1 to complete" in err
    assert sorted(file.name for file in output.parent.iterdir()) == ["feedback.jsonl", "feedback.jsonl.todo"]
    assert len(load_cases(output.parent)) == 1, "a folder of facts loads beside its drafts"

    before = output.read_bytes()
    code, _, err = evals("feedback", "--output", output)
    assert code == 2
    assert "is there already" in err
    assert output.read_bytes() == before
    code, _, err = evals("feedback", "--output", output / "below.jsonl")
    assert code == 2
    assert "cannot be written" in err
