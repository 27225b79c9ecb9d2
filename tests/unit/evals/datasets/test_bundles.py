"""Bundles of news: what is read, and what is refused with file and item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bundle_builders import small, write_bundle

from assistant.errors import UsageError
from evals.datasets.bundles import load_bundle, load_bundles
from evals.datasets.news import BUNDLES

Spoil = Callable[[dict[str, Any]], object]


def test_the_projects_own_bundles_load() -> None:
    bundles = load_bundles(BUNDLES)
    assert len(bundles) == 16
    assert [bundle.name for bundle in bundles] == sorted(bundle.name for bundle in bundles)
    assert sum(len(bundle.items) for bundle in bundles) == 240
    assert sum(not item.answerable for bundle in bundles for item in bundle.items) == 93


def test_a_bundle_is_named_by_its_file(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(tmp_path, small(), "s-07"))
    assert bundle.name == "s-07"
    assert bundle.article("a2").paragraphs[0].startswith("The lamp of Skerry has failed")
    assert [item.asked for item in bundle.items][-1] == "What did Tom Reed earn?"
    assert bundle.items[0].history is None
    assert bundle.items[4].tempting == "Tom Reed earned nine pounds."


def test_a_file_alone_and_a_folder(tmp_path: Path) -> None:
    paths = [write_bundle(tmp_path, small(), name) for name in ("s-02", "s-01")]
    assert [bundle.name for bundle in load_bundles(tmp_path)] == ["s-01", "s-02"]
    assert [bundle.name for bundle in load_bundles(paths[0])] == ["s-02"]


def _set(path: str, value: Any) -> Spoil:
    """Sets what a path such as "items.0.type" leads to."""

    def spoil(record: dict[str, Any]) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        here: Any = record
        for part in way:
            here = here[part]
        here[last] = value

    return spoil


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_set("notes", "x"), "unknown key 'notes'"),
        (_set("items.1.note", "x"), "items 2: unknown key 'note'"),
        (_set("items.1.answers.1.note", "x"), "items 2: answers 2: unknown key 'note'"),
        (_set("articles.1.author", "x"), "articles 2: unknown key 'author'"),
        (_set("articles.0.published", "yesterday"), "articles 1: published: "),
        (_set("articles.0.id", "../a1"), "articles 1: id: "),
        (_set("articles.0.paragraphs", []), "articles 1: paragraphs: "),
        (_set("articles.1.id", "a1"), "two articles have the same id"),
        (_set("items.0.question", " "), "items 1: question: is blank"),
        (_set("items.0.answers", []), "items 1: answerable, but without answers"),
        (_set("items.0.answerable", False), "items 1: has answers, but is not answerable"),
        (_set("items.4.history.0.role", "system"), "items 5: history 1: role: "),
        (_set("items.0.answers.0.article", "a9"), "item 1: article 'a9' is not in the bundle"),
        (_set("items.0.unsupported.0.article", "a9"), "item 1: article 'a9' is not in the bundle"),
        (
            _set("items.0.answers.0.quotes.0.paragraph", 2),
            "item 1: the quote 'lit again on Monday by Ada Brown' is not",
        ),
        (_set("items.0.answers.0.quotes.0.paragraph", 3), "is not in paragraph 3 of article 'a1'"),
        (_set("items.0.answers.0.quotes.0.text", "lit again by"), "copy its exact characters"),
        (_set("items.0.answers.0.points", [[]]), "item 1: a point of the answer has no wording"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_item(tmp_path: Path, spoil: Spoil, told: str) -> None:
    record = small()
    spoil(record)
    path = write_bundle(tmp_path, record)
    with pytest.raises(UsageError) as caught:
        load_bundles(tmp_path)
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", "", '{"articles": []}'])
def test_what_is_no_bundle(tmp_path: Path, text: str) -> None:
    (tmp_path / "s-01.json").write_text(text)
    with pytest.raises(UsageError, match=r"s-01\.json: "):
        load_bundles(tmp_path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_bundles(tmp_path / "none")
    with pytest.raises(UsageError, match=r"no \.json file"):
        load_bundles(tmp_path)
    with pytest.raises(UsageError, match="name: "):
        load_bundle(write_bundle(tmp_path, small(), "a b"))
