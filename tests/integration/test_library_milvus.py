"""A library on a server: the same behaviour, its sources and uploads kept on each machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assistant.errors import IndexStoreError
from assistant.library.index import ArticleIndex
from assistant.library.library import Library
from assistant.library.verify import check
from assistant.query.query import Query
from assistant.retrieval.retriever import Retriever

Write = Callable[..., Path]
Open = Callable[[str], Library]
STORY = "date 2017-07-04 They met in Moscow.\n\nThey left for home.\n\n"


@pytest.fixture
def machine(milvus: str, tmp_path: Path, embedder: Any) -> Iterator[Open]:
    opened: list[Library] = []
    address = f"{milvus}/l{uuid4().hex}"

    def make(name: str) -> Library:
        index = ArticleIndex(tmp_path / name / "index.sqlite3", embedder, address=address)
        opened.append(Library(index))
        return opened[-1]

    yield make
    for library in opened:
        library.index.close()


def ids(library: Library) -> list[str]:
    return [article.id for article in library.index.articles()]


def test_a_library_on_a_server_grows_and_shrinks(machine: Open, write_articles: Write) -> None:
    folder = write_articles({"a.txt": STORY + "IANS", "b.txt": STORY + "AFP", "c.txt": "It rained."})
    library = machine("one")
    report = library.refresh(only=library.add_paths([folder]))
    assert (report.added, report.duplicates) == (2, 1)
    assert library.index.article("a").also == ("AFP, 2017-07-04",)
    (found, *_) = Retriever(library.index, passages=5).retrieve(Query.of("Who met in Moscow?"))
    assert (found.article_id, found.also) == ("a", ("AFP, 2017-07-04",))
    (folder / "a.txt").unlink()
    (folder / "c.txt").rename(folder / "d.txt")
    report = library.refresh()
    assert (report.removed, report.moved, report.unchanged) == (1, 1, 1)
    assert ids(library) == ["b", "d"]
    assert library.refresh().unchanged == 2
    assert check(library).lines == []
    assert library.remove(["b"]) == 1
    assert library.refresh().added == 0
    assert ids(library) == ["d"]


def test_two_machines_fill_one_library_each_with_its_own_sources(machine: Open, write_articles: Write) -> None:
    one, two = machine("one"), machine("two")
    one.refresh(only=one.add_paths([write_articles({"a.txt": "It rained."}, folder="first")]))
    two.refresh(only=two.add_paths([write_articles({"b.txt": "It snowed."}, folder="second")]))
    assert ids(one) == ids(two) == ["a", "b"]
    assert one.refresh().unchanged == 1
    assert ids(two) == ["a", "b"]
    extra = write_articles({"c.txt": "It thawed."}, folder="extra") / "c.txt"
    assert two.add_files([extra]).added == 1
    assert ids(one) == ["a", "b", "c"]


def test_another_version_s_library_is_not_misread(machine: Open) -> None:
    machine("one").index.store.set_note("format", "0/other")
    with pytest.raises(IndexStoreError, match=r"made by another version \(0/other; .* name another collection"):
        machine("two")
