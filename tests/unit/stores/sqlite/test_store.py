from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
)
from store_contract import Search, searcher

from assistant.errors import IndexStoreError
from assistant.stores.fusion import FUSION_CONSTANT, fuse
from assistant.stores.sqlite.store import SqliteStore

TEXTS = {
    "a#p1": "Xi and Putin signed two joint statements in Moscow",
    "a#p2": "The leaders admired the role of China for Iran",
    "b#p1": "A volcano erupted in Iceland on Tuesday",
    "b#p2": "Nobody was hurt and flights went on",
}
DATES = {"a": "2023-03-22", "b": "2017-07-04"}
Node = Callable[..., TextNode]


@pytest.fixture
def node(embedder: Any) -> Node:
    def make(node_id: str, text: str, published: str | None = None, **metadata: Any) -> TextNode:
        article_id = node_id.split("#")[0]
        metadata = {"article_id": article_id, "published": published, "heading": "", **metadata}
        return TextNode(id_=node_id, text=text, metadata=metadata, embedding=embedder.get_text_embedding(text))

    return make


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "deep" / "store.sqlite3")
    yield store
    store.close()


@pytest.fixture
def store(empty: SqliteStore, node: Node) -> SqliteStore:
    empty.add([node(node_id, text, DATES[node_id[0]]) for node_id, text in TEXTS.items()])
    return empty


@pytest.fixture
def search(store: SqliteStore, embedder: Any) -> Search:
    return searcher(store, embedder)


def where(key: str, operator: FilterOperator, value: str) -> MetadataFilter:
    return MetadataFilter(key=key, operator=operator, value=value)


def ids(nodes: list[TextNode]) -> list[str]:
    return [found.node_id for found in nodes]


def test_fusion_sums_reciprocal_ranks() -> None:
    k = FUSION_CONSTANT
    assert fuse([[1, 2], [2, 3]]) == {1: 1 / (k + 1), 2: 1 / (k + 2) + 1 / (k + 1), 3: 1 / (k + 2)}
    assert fuse([]) == fuse([[], []]) == {}


def test_hybrid_has_both_scores_and_puts_first_what_both_find(search: Callable[..., list[TextNode]]) -> None:
    found = search("joint statements signed in Moscow")
    assert found[0].node_id == "a#p1"
    assert found[0].metadata["dense_score"] > 0
    assert found[0].metadata["bm25_score"] > 0
    assert {item.node_id: item.metadata["bm25_score"] for item in found}["b#p2"] is None


def test_dense_alone_and_words_alone(search: Callable[..., list[TextNode]]) -> None:
    dense = search("volcano", mode="default")
    assert len(dense) == 4
    assert all(found.metadata["bm25_score"] is None for found in dense)
    lexical = search("volcano", mode="text_search")
    assert ids(lexical) == ["b#p1"]
    assert lexical[0].metadata["dense_score"] is None


def test_words_are_found_in_other_forms_and_without_accents(search: Callable[..., list[TextNode]]) -> None:
    assert ids(search("ERUPTING volcanoes", mode="text_search")) == ["b#p1"]
    assert ids(search("Pútin", mode="text_search")) == ["a#p1"]


def test_the_heading_is_searched_too(store: SqliteStore, node: Node, search: Callable[..., list[TextNode]]) -> None:
    store.add([node("c#p1", "Nothing of the kind", heading="Tsunami warning · Reuters")])
    assert ids(search("tsunami", mode="text_search")) == ["c#p1"]


def test_as_many_as_asked_for(search: Callable[..., list[TextNode]]) -> None:
    assert len(search("the leaders in Moscow", top=2)) == 2


@pytest.mark.parametrize(
    ("operator", "day", "expected"),
    [
        (FilterOperator.GTE, "2023-03-22", {"a#p1", "a#p2"}),
        (FilterOperator.GTE, "2023-03-23", set()),
        (FilterOperator.LTE, "2017-07-04", {"b#p1", "b#p2"}),
        (FilterOperator.LTE, "2017-07-03", set()),
        (FilterOperator.EQ, "2017-07-04", {"b#p1", "b#p2"}),
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "default"])
def test_date_filters(
    search: Callable[..., list[TextNode]], operator: FilterOperator, day: str, expected: set[str], mode: str
) -> None:
    assert set(ids(search("the leaders in Moscow and Iceland", mode, where("published", operator, day)))) == expected


def test_an_undated_paragraph_passes_no_date_filter(
    store: SqliteStore, node: Node, search: Callable[..., list[TextNode]]
) -> None:
    store.add([node("c#p1", "Moscow again")])
    assert "c#p1" in ids(search("Moscow"))
    assert "c#p1" not in ids(search("Moscow", "hybrid", where("published", FilterOperator.GTE, "0001-01-01")))


def test_an_unknown_filter_is_refused_and_not_overlooked(search: Callable[..., list[TextNode]]) -> None:
    with pytest.raises(NotImplementedError):
        search("Moscow", "hybrid", where("title", FilterOperator.EQ, "x"))
    with pytest.raises(NotImplementedError):
        search("Moscow", "hybrid", where("published", FilterOperator.NE, "x"))


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", "*", "AND", "OR NOT", "NEAR(a b)", "a AND", "moscow*", "text:moscow", "-moscow", "^moscow", "(",
        "'; DROP TABLE words; --", "\x00", "💥", "a" * 10_000, "x " * 5_000, "", "  ", "…?!", "\ud800",
    ],
)  # fmt: skip
def test_no_query_is_an_error(search: Callable[..., list[TextNode]], text: str) -> None:
    search(text, mode="text_search")
    assert ids(search("volcano", mode="text_search")) == ["b#p1"]


def test_fts_keywords_are_plain_words(store: SqliteStore, node: Node, search: Callable[..., list[TextNode]]) -> None:
    store.add([node("c#p1", "NEAR and far, NOT here")])
    assert ids(search("NEAR", mode="text_search")) == ["c#p1"]
    assert set(ids(search("volcano NOT", mode="text_search"))) == {"b#p1", "c#p1"}


@given(st.text())
def test_any_query_is_answered(search: Callable[..., list[TextNode]], text: str) -> None:
    assert len(search(text, mode="hybrid")) == 4


def test_an_empty_query_finds_no_words_and_an_empty_store_nothing(
    empty: SqliteStore, embedder: Any, search: Callable[..., list[TextNode]]
) -> None:
    assert search("", mode="text_search") == []
    for article_id in "ab":
        empty.delete(article_id)
    assert search("Moscow") == []


def test_delete_takes_an_articles_paragraphs_and_words(store: SqliteStore) -> None:
    store.delete("a")
    assert store.read("SELECT id FROM paragraphs ORDER BY id") == [("b#p1",), ("b#p2",)]
    assert store.read("SELECT count(*) FROM words") == [(2,)]
    assert store.read("SELECT rowid FROM words WHERE words MATCH 'putin'") == []


def test_a_paragraph_twice_is_refused_whole(store: SqliteStore, node: Node) -> None:
    with pytest.raises(IndexStoreError):
        store.add([node("c#p1", "new"), node("a#p1", "known")])
    assert store.read("SELECT count(*) FROM paragraphs") == [(4,)]
    assert store.read("SELECT count(*) FROM words") == [(4,)]


def test_a_failed_transaction_leaves_no_trace(store: SqliteStore) -> None:
    before = store.generation()

    def write_and_fail() -> None:
        with store.transaction():
            store.delete("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert store.read("SELECT count(*) FROM paragraphs") == [(4,)]
    assert store.generation() == before


def test_what_another_connection_writes_is_found(
    store: SqliteStore, node: Node, search: Callable[..., list[TextNode]], tmp_path: Path
) -> None:
    assert "c#p1" not in ids(search("tsunami"))
    other = SqliteStore(tmp_path / "deep" / "store.sqlite3")
    other.add([node("c#p1", "A tsunami")])
    other.close()
    assert ids(search("tsunami"))[0] == "c#p1"


def test_a_write_between_the_steps_of_a_query_does_not_show(
    store: SqliteStore,
    node: Node,
    search: Callable[..., list[TextNode]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_nodes = SqliteStore._nodes
    writes: list[str] = []

    def write_first(self: SqliteStore, *arguments: Any) -> list[TextNode]:
        if not writes:
            writes.append("a")
            other = SqliteStore(tmp_path / "deep" / "store.sqlite3")
            with other.transaction():
                for article_id in "ab":
                    other.delete(article_id)
                other.add([node("z#p1", "Another text in the same row")])
            other.close()
        return read_nodes(self, *arguments)

    monkeypatch.setattr(SqliteStore, "_nodes", write_first)
    assert {found.node_id: found.text for found in search("Moscow and Iceland")} == TEXTS
    assert ids(search("Moscow and Iceland")) == ["z#p1"]


def test_a_snapshot_within_a_transaction_is_the_transactions_own(store: SqliteStore) -> None:
    with store.transaction():
        store.delete("a")
        with store.snapshot():
            assert store.read("SELECT count(*) FROM paragraphs") == [(2,)]
    assert store.read("SELECT count(*) FROM paragraphs") == [(2,)]


def test_closing_twice_is_harmless_and_a_closed_store_opens_again(store: SqliteStore) -> None:
    store.close()
    store.close()
    assert store.read("SELECT count(*) FROM paragraphs") == [(4,)]


def test_no_disk_space_is_one_clear_error_and_keeps_what_was_there(store: SqliteStore, node: Node) -> None:
    (pages,) = store.client.execute("PRAGMA page_count").fetchone()
    store.client.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(IndexStoreError, match="full; free some disk space; what was indexed before is intact"):
        store.add([node(f"c#p{number}", "many words " * 50) for number in range(200)])
    assert store.read("SELECT count(*) FROM paragraphs") == [(4,)]
    assert store.read("PRAGMA integrity_check") == [("ok",)]
    store.client.execute("PRAGMA max_page_count = 1000000")
    store.add([node("c#p1", "one more")])
    assert store.read("SELECT count(*) FROM paragraphs") == [(5,)]


def test_a_file_that_is_locked_is_one_clear_error(store: SqliteStore, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "deep" / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.client.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(IndexStoreError, match="locked; another process is writing; try again"):
        store.delete("a")
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.parametrize("kind", ["a folder in its place", "a file in the folder's place", "no database"])
def test_a_path_that_cannot_be_opened_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x" / "store.sqlite3"
    if kind == "a folder in its place":
        path.mkdir(parents=True)
    elif kind == "no database":
        path.parent.mkdir()
        path.write_bytes(b"not a database at all" * 1000)
    else:
        path.parent.write_text("")
    with pytest.raises(IndexStoreError, match=str(tmp_path)) as caught:
        SqliteStore(path)
    assert "\n" not in str(caught.value)


def test_a_store_may_be_closed_while_others_read(
    store: SqliteStore, node: Node, embedder: Any, search: Callable[..., list[TextNode]]
) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        while not stop.is_set():
            try:
                assert len(search("Moscow")) == 4
            except BaseException as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(200):
        store.close()
        store.size()
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
