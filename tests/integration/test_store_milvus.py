"""The distributed store passes the embedded one's tests, against a real server over HTTP."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode
from milvus_server import free_port, start_milvus
from store_contract import Open, Put, StoreContract, article_maker

from assistant.errors import IndexStoreError, UsageError
from assistant.stores.base import Store
from assistant.stores.milvus.store import MilvusStore


@pytest.fixture
def open_store(milvus: str) -> Iterator[Open]:
    opened: list[MilvusStore] = []
    name = f"t{uuid4().hex}"

    def make() -> Store:
        opened.append(MilvusStore(f"{milvus}/{name}"))
        return opened[-1]

    yield make
    for collection in (f"{name}_records", f"{name}_paragraphs"):
        if opened and opened[0].client.has_collection(collection):
            opened[0].client.drop_collection(collection)
    for store in opened:
        store.close()


class TestMilvusStore(StoreContract):
    """Every test of the contract."""


@pytest.fixture
def article(embedder: Any) -> Put:
    return article_maker(embedder)


def test_a_paragraph_of_another_version_than_its_records_is_not_seen(open_store: Open, article: Any) -> None:
    store = open_store()
    assert isinstance(store, MilvusStore)
    store.replace([article("a", ["They met in Moscow", "They left"])])
    # What a writer leaves that was killed before it wrote the record.
    from assistant.stores.milvus.rows import paragraph_row

    _, nodes = article("a", [f"They met in Moscow again {n}" for n in range(60)])
    store._database.upsert(
        store._database.paragraphs, [paragraph_row("other", n, node) for n, node in enumerate(nodes)]
    )
    query = VectorStoreQuery(
        query_str="They met in Moscow again", query_embedding=nodes[0].embedding, similarity_top_k=2,
        mode=VectorStoreQueryMode.HYBRID,
    )  # fmt: skip
    assert sorted(node.get_content() for node in store.query(query).nodes or []) == ["They left", "They met in Moscow"]
    assert [node.text for node in store.nodes_of("a")] == ["They met in Moscow", "They left"]
    assert [(fault.article_id, fault.message) for fault in store.faults()] == [
        ("a", "article a: 60 paragraphs without a record")
    ]
    store.remove(["a"])
    assert list(store.faults()) == []


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://host", "not an address; write it as http://host:19530"),
        ("http://host:port", "write it as http://host:19530"),
        ("http://host:19530/my-index", "cannot be a collection's name"),
    ],
)
def test_an_address_that_is_none(address: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        MilvusStore(address)


def test_nobody_there_is_one_clear_error_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.stores.milvus.client._TIMEOUT_S", 1)
    port = free_port()
    with pytest.raises(IndexStoreError, match=f"127.0.0.1:{port}/news_assistant: .*is the server running") as caught:
        MilvusStore(f"http://me:secret@127.0.0.1:{port}")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_client_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(UsageError, match=r"pip install -e '\.\[milvus\]'"):
        MilvusStore("http://127.0.0.1:1")


def test_a_killed_server_loses_nothing_that_was_acknowledged(tmp_path: Path, article: Any) -> None:
    port = free_port()
    process = start_milvus(tmp_path, port)
    try:
        store = MilvusStore(f"http://127.0.0.1:{port}")
        for number in range(5):
            store.replace([article(f"a{number}", [f"Part {part} of {number}" for part in range(3)])])
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process = start_milvus(tmp_path, port)
        again = MilvusStore(f"http://127.0.0.1:{port}")
        assert sorted(record.id for record in again.records()) == [f"a{number}" for number in range(5)]
        assert list(again.faults()) == []
        assert again.size().paragraphs == 15
        again.close()
    finally:
        process.kill()
        process.wait(30)
