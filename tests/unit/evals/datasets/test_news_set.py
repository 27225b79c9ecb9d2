"""Bundles as libraries: what is written, which library is asked, and what `pytest evals/` costs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bundle_builders import small, write_bundle

from assistant.errors import UsageError
from assistant.settings import Settings
from evals.conftest import FACTS, JUDGED_EVERY, SMOKE, TOGETHER_EVERY
from evals.datasets.news import load_news
from evals.judgements.items import CONTRADICTIONS, STATED
from evals.judgements.measure import asks_of
from evals.runs.askers import LibraryAsker, Reply
from evals.runs.opening import AssistantOpener, BaselineOpener
from evals.runs.plans import plan_facts, plan_news
from evals.schema import Case


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    for name in ("s-01", "s-02", "t-01"):
        write_bundle(tmp_path / "bundles", small(), name)
    return tmp_path / "bundles"


class FakeLibrary:
    def __init__(self, folder: Path, log: list[str]) -> None:
        self.name, self.log = folder.name, log
        log.append(f"open {self.name}")

    def ask(self, case: Case) -> Reply:
        self.log.append(f"ask {self.name} {case.id}")
        return {"answer": "", "refused": True}, ()

    def close(self) -> None:
        self.log.append(f"close {self.name}")


def test_each_bundle_is_a_library_of_its_own(bundles: Path, tmp_path: Path) -> None:
    news = load_news(bundles)
    libraries = news.write(tmp_path / "own")
    assert len(libraries) == 15
    assert libraries["t-01-03"] == tmp_path / "own" / "t-01"
    files = sorted(
        path.relative_to(tmp_path / "own" / "t-01").as_posix() for path in libraries["t-01-03"].rglob("*.json")
    )
    assert files == ["t-01/a1.json", "t-01/a2.json"]


def test_together_they_are_one_library_with_the_same_ids(bundles: Path, tmp_path: Path) -> None:
    news = load_news(bundles, together=True)
    libraries = news.write(tmp_path / "one")
    assert set(libraries.values()) == {tmp_path / "one"}
    files = sorted(path.relative_to(tmp_path / "one").as_posix() for path in (tmp_path / "one").rglob("*.json"))
    assert files == [f"{name}/{article}.json" for name in ("s-01", "s-02", "t-01") for article in ("a1", "a2")]
    assert news.cases == load_news(bundles).cases


def test_a_part_holds_every_type(bundles: Path) -> None:
    part = load_news(bundles, every=3)
    assert Counter(case.category for case in part.cases) == dict.fromkeys(
        ("who", "both", "latest", "number", "follow_up_outside"), 1
    )


def test_an_article_that_is_not_read_as_it_stands_is_refused_before_anything_runs(tmp_path: Path) -> None:
    record = small()
    record["articles"][1]["title"] = "Lamp  of Skerry"
    write_bundle(tmp_path, record)
    with pytest.raises(UsageError, match="article 'a2' is not read as it is written"):
        load_news(tmp_path)


def test_one_library_is_open_at_a_time_and_once_for_all_its_cases(bundles: Path, tmp_path: Path) -> None:
    news = load_news(bundles)
    log: list[str] = []
    asker = LibraryAsker(news.write(tmp_path / "own"), lambda folder: FakeLibrary(folder, log))
    assert log == []
    for case in news.cases:
        if case.category in ("who", "both"):
            asker.ask(case)
    asker.close()
    asker.close()
    assert log == [
        line
        for name in ("s-01", "s-02", "t-01")
        for line in (f"open {name}", f"ask {name} {name}-01", f"ask {name} {name}-02", f"close {name}")
    ]


def test_the_assistant_is_opened_on_every_paragraph_of_the_projects_bundles(
    embedder: Any, fake_model: Any, tmp_path: Path
) -> None:
    """None is lost as a repeated story, and gold ids are the index's."""
    news = load_news(together=True)
    folder = tmp_path / "articles"
    news.write(folder)
    opener = AssistantOpener(embedder, fake_model(yes=0.0), Settings(home=tmp_path / "home"), tmp_path)
    asker: Any = opener.on_folder(folder)
    indexed = {paragraph.id for article in asker._assistant.articles() for paragraph in article.paragraphs}
    written = sum(len(article.paragraphs) for bundle in news.bundles for article in bundle.articles)
    assert len(indexed) == written
    assert {each for case in news.cases for gold in case.gold for each in gold} <= indexed
    asker.close()


def test_the_assistant_is_asked_with_the_conversation(
    embedder: Any, fake_model: Any, bundles: Path, tmp_path: Path
) -> None:
    news = load_news(bundles)
    model = fake_model("What did Tom Reed earn?", yes=0.0)
    opener = AssistantOpener(embedder, model, Settings(home=tmp_path / "home"), tmp_path)
    asker = LibraryAsker(news.write(tmp_path / "own"), opener.on_folder)
    answer, passages = asker.ask(news.cases[4])
    assert answer["refused"]
    assert answer["standalone_question"] == "What did Tom Reed earn?"
    assert {passage["article_id"] for passage in passages} <= {"s-01/a1", "s-01/a2"}
    asker.close()


def test_the_baseline_is_asked_of_the_same_paragraphs(embedder: Any, bundles: Path, tmp_path: Path) -> None:
    class Model:
        name = "fake"

        def complete(self, messages: Any, max_tokens: int) -> str:
            return "Ada Brown lit it [1]."

    news = load_news(bundles)
    model: Any = Model()
    asker = LibraryAsker(news.write(tmp_path / "own"), BaselineOpener(embedder, model).on_folder)
    answer, passages = asker.ask(news.cases[0])
    assert not answer["refused"]
    assert {passage["paragraph_id"] for passage in passages} == {"s-01/a1#p1", "s-01/a1#p2", "s-01/a2#p1"}


def test_a_file_that_is_not_taken_is_an_error(embedder: Any, fake_model: Any, bundles: Path, tmp_path: Path) -> None:
    folder = next(iter(load_news(bundles).write(tmp_path / "own").values()))
    (folder / "broken.json").write_text("{")
    opener = AssistantOpener(embedder, fake_model(), Settings(home=tmp_path / "home"), tmp_path)
    with pytest.raises(UsageError, match="not every article was indexed"):
        opener.on_folder(folder)


def test_what_pytest_evals_asks_stays_within_twenty_minutes(tmp_path: Path, project: Path) -> None:
    """At 2.5 seconds a question and 0.5 a judgement, with a minute for loading."""
    settings = Settings(home=tmp_path / "home")
    news = plan_news(settings, tmp_path)
    together = plan_news(settings, tmp_path, together=True, every=TOGETHER_EVERY)
    judgements = asks_of(tasks=(STATED,), every=JUDGED_EVERY) + asks_of(tasks=(CONTRADICTIONS,))
    assert (len(news.asked), len(together.asked), SMOKE, len(judgements)) == (240, 80, 40, 420)
    seconds = 2.5 * (len(news.asked) + len(together.asked) + SMOKE) + 0.5 * len(judgements)
    assert seconds <= 19 * 60


def test_the_smoke_sample_has_facts_of_every_kind(tmp_path: Path, seeds: Path, monkeypatch: Any, embedder: Any) -> None:
    monkeypatch.setattr("assistant.library.open.open_embedder", lambda settings: embedder)
    plan = plan_facts(FACTS, Settings.load(articles=seeds, home=tmp_path / "home"), tmp_path, sample=SMOKE)
    assert len(plan.asked) == SMOKE
    assert {case.category for case in plan.asked} == {path.stem for path in FACTS.glob("*.jsonl")}
    assert sum(case.unanswerable for case in plan.asked) >= 10


def test_plans_name_their_folders(bundles: Path, tmp_path: Path) -> None:
    own = plan_news(Settings(), tmp_path, bundles=bundles)
    one = plan_news(Settings(), tmp_path, bundles=bundles, together=True, limit=2)
    assert (own.folder, one.folder) == (tmp_path / "news", tmp_path / "news-together")
    assert (own.news is not None and own.news.together, one.news is not None and one.news.together) == (False, True)
    assert one.limit == 2
