"""What changed between two versions, and the versions that a library keeps."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from changing_library import article

from assistant.errors import IndexStoreError
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.versions import VersionStore
from assistant.newsroom.versions import Kind, changes

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "evals" / "newsroom" / "versions.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_changed_is_told_by_rank(case: dict[str, Any]) -> None:
    earlier, later = (
        article("a", *case[side]["paragraphs"], title=case[side]["title"]) for side in ("earlier", "later")
    )
    assert [change.kind.value for change in changes(earlier, later)] == case["kinds"]


def test_the_words_that_differ_are_told() -> None:
    (change,) = changes(
        article("a", "Fire hurt 12 people. It rained."), article("a", "Fire hurt 14 people. It rained.")
    )
    assert (change.kind, change.before, change.after) == (
        Kind.NUMBERS,
        "Fire hurt 12 people.",
        "Fire hurt 14 people.",
    )
    assert change.to_dict()["words"] == [["12", "14"]]


def test_an_article_whose_file_is_replaced_keeps_as_many_versions_as_are_wanted(
    tmp_path: Path, embedder: Any, write_articles: Any
) -> None:
    index = ArticleIndex(tmp_path / "index.sqlite3", embedder, versions=2)
    for number in range(4):
        folder = write_articles({"a.txt": f"date 2024-03-0{number + 1} Fire hurt {number} people.\n\nIt rained."})
        index.update(list_files(folder))
        index.update(list_files(folder))
    kept = index.versions.of("a")
    assert [version.article.paragraphs[0].text[-16:] for version in kept] == ["hurt 1 people.", "hurt 2 people."] or [
        version.article.published for version in kept
    ] == [date(2024, 3, 2), date(2024, 3, 3)]
    assert index.versions.of("b") == []
    index.close()


def test_none_are_kept_where_none_are_wanted(tmp_path: Path) -> None:
    store = VersionStore(tmp_path / "versions", 0)
    store.keep(article("a", "Text."))
    assert store.of("a") == []
    assert not (tmp_path / "versions").exists()


def test_the_same_version_is_kept_once_and_reads_back_whole(tmp_path: Path) -> None:
    store = VersionStore(tmp_path / "versions", 5)
    told = article("a/ü", "Text.", modified=date(2024, 4, 1), corrected=True, also=("IANS, 2024-03-01",))
    store.keep(told)
    store.keep(told)
    (version,) = store.of("a/ü")
    assert version.article == told


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store = VersionStore(tmp_path, 5)
    store.keep(article("a", "Text."))
    (path,) = tmp_path.glob("*.json")
    path.write_text("[{")
    with pytest.raises(IndexStoreError, match=path.name):
        store.keep(article("a", "Other."))


def test_the_example_in_the_documentation_runs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("## Versions of an article")[1].split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {"earlier": article("a", "Fire hurt 12."), "later": article("a", "Fire hurt 14.")}
    exec(example, names)
    assert names["told"] == [("numbers", "Fire hurt 12.", "Fire hurt 14.")]
