"""The distributed store passes the embedded one's tests, against a real server over HTTP."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from assistant.errors import IndexStoreError, UsageError
from assistant.stores.base import Store
from assistant.stores.milvus import MilvusStore

if importlib.util.find_spec("milvus_lite") is None:
    pytest.skip("milvus-lite is not installed (it is part of the dev requirements)", allow_module_level=True)

Open = Callable[[], Store]


def _load(path: Path) -> ModuleType:
    # By its place: the folders of tests are no packages.
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


contract = _load(Path(__file__).parents[1] / "unit" / "test_store_contract.py")


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A server on loopback; returns once it answers."""
    program = Path(sys.executable).with_name("milvus-lite")
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [program, "server", "--data-dir", folder / "data", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
        )
    for _ in range(600):
        assert server.poll() is None, (folder / "log").read_text(errors="replace")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.2)
    raise AssertionError("the server does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    process = start(tmp_path_factory.mktemp("milvus"), port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


@pytest.fixture
def open_store(server: str) -> Iterator[Open]:
    opened: list[MilvusStore] = []
    name = f"t{uuid4().hex}"

    def make() -> Store:
        opened.append(MilvusStore(f"{server}/{name}"))
        return opened[-1]

    yield make
    for collection in (f"{name}_records", f"{name}_paragraphs"):
        if opened and opened[0].client.has_collection(collection):
            opened[0].client.drop_collection(collection)
    for store in opened:
        store.close()


class TestMilvusStore(contract.StoreContract):  # type: ignore[name-defined,misc]
    """Every test of the contract."""


@pytest.fixture
def article(embedder: Any) -> Any:
    return contract.StoreContract.article.__wrapped__(None, embedder)  # type: ignore[attr-defined]


def test_a_paragraph_of_another_version_than_its_records_is_not_seen(open_store: Open, article: Any) -> None:
    store = open_store()
    assert isinstance(store, MilvusStore)
    store.replace([article("a", ["They met in Moscow", "They left"])])
    # What a writer leaves that was killed before it wrote the record.
    from assistant.stores.milvus_rows import paragraph_row

    _, nodes = article("a", [f"They met in Moscow again {n}" for n in range(60)])
    store._database.upsert(
        store._database.paragraphs, [paragraph_row("other", n, node) for n, node in enumerate(nodes)]
    )
    query = contract.VectorStoreQuery(
        query_str="They met in Moscow again", query_embedding=nodes[0].embedding, similarity_top_k=2,
        mode=contract.VectorStoreQueryMode.HYBRID,
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
    monkeypatch.setattr("assistant.stores.milvus_client._TIMEOUT_S", 1)
    port = free_port()
    with pytest.raises(IndexStoreError, match=f"127.0.0.1:{port}/news_assistant: .*is the server running") as caught:
        MilvusStore(f"http://me:secret@127.0.0.1:{port}")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_client_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(UsageError, match=r'pip install "news-assistant\[milvus\]"'):
        MilvusStore("http://127.0.0.1:1")


def test_a_killed_server_loses_nothing_that_was_acknowledged(tmp_path: Path, article: Any) -> None:
    port = free_port()
    process = start(tmp_path, port)
    try:
        store = MilvusStore(f"http://127.0.0.1:{port}")
        for number in range(5):
            store.replace([article(f"a{number}", [f"Part {part} of {number}" for part in range(3)])])
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process = start(tmp_path, port)
        again = MilvusStore(f"http://127.0.0.1:{port}")
        assert sorted(record.id for record in again.records()) == [f"a{number}" for number in range(5)]
        assert list(again.faults()) == []
        assert again.size().paragraphs == 15
        again.close()
    finally:
        process.kill()
        process.wait(30)
