"""The examples of docs/newsroom.md run, over files and with a model behind HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from changing_library import article as kept_article
from evidence_base_samples import article

from assistant.library.index import ArticleIndex


@pytest.fixture
def articles(tmp_path: Path, assistant_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_HOME", str(assistant_home))
    (tmp_path / "news").mkdir()
    story = "Tram line closed\n\nLUND, May 2, 2019 (AFP) - The tram line was closed in Lund by the mayor.\n"
    (tmp_path / "news" / "tram.txt").write_text(story)
    return tmp_path / "news"


def run(heading: str, **names: object) -> None:
    page = (Path(__file__).parents[3] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    exec(section.split("```python\n")[1].split("```")[0], names)


def test_every_report_that_says_so(model: str, articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("Every report that says …", model=model, articles=articles)
    assert capsys.readouterr().out == "AFP 2019-05-02 ['The tram line was closed in Lund by the mayor.']\n"


def test_the_timeline_of_a_story(model: str, articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("The timeline of a story", model=model, articles=articles)
    line, quote = "The tram line was closed by the mayor.", "The tram line was closed in Lund by the mayor."
    assert capsys.readouterr().out == f"2019-05-02 [('{line}', '{quote}')]\n"


def test_who_said_it(tmp_path: Path, embedder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    index = ArticleIndex(tmp_path / "index.sqlite3", embedder)
    index.add(
        [
            kept_article("a", "“The ferry stops on Friday,” Anna Berg said."),
            kept_article("b", "“It never sails,” he said."),
        ]
    )
    run("Who said it", index=index)
    assert capsys.readouterr().out == "Anna Berg The ferry stops on Friday, 2024-03-01\n"


def test_a_digest(model: str, articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("Digest", model=model, articles=articles)
    line = "The tram line was closed in Lund by the mayor."
    assert capsys.readouterr().out == f"{line} ('AFP',) ['{line}']\n"


def test_check_a_draft(model: str, articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("Check a draft", model=model, articles=articles)
    assert capsys.readouterr().out == "stated ['The tram line was closed in Lund by the mayor.']\n"


def test_independent_sources(capsys: pytest.CaptureFixture[str]) -> None:
    text = "The tram line was closed in Lund by the mayor on Tuesday after a long night of talks."
    run("Independent sources", articles=[article("a", text), article("b", text, source="Echo")])
    assert capsys.readouterr().out == "2 outlets, 1 independent\n"
