"""The embedded store between processes: killed, crowded, without room, without permission."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode

from assistant.errors import IndexStoreError
from assistant.stores.base import Record
from assistant.stores.sqlite import vectors as sqlite_vectors
from assistant.stores.sqlite.store import SqliteStore

FORK = multiprocessing.get_context("fork")
KILLS = 50


@pytest.fixture(autouse=True)
def _small_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that copies of vectors are written all the time."""
    monkeypatch.setattr(sqlite_vectors, "_SPAN", 128)
    monkeypatch.setattr(sqlite_vectors, "_UNSAVED", 12)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite3"


@pytest.fixture
def make(embedder: Any) -> Callable[..., tuple[Record, list[TextNode]]]:
    def article(name: str, version: int, size: int) -> tuple[Record, list[TextNode]]:
        nodes = []
        for number in range(size):
            text = f"{name} in version {version} part {number}"
            metadata = {"article_id": name, "published": "2020-01-01", "heading": "", "number": number}
            nodes.append(
                TextNode(
                    id_=f"{name}#p{number}", text=text, metadata=metadata, embedding=embedder.get_text_embedding(text)
                )
            )
        return Record(name, {"paragraphs": size}, modified=version), nodes

    return article


def in_a_child(target: Callable[[], None], *, seconds: float = 60) -> int:
    """Run `target` in a forked process; its exit code, 0 when it returned, -9 when killed."""

    def run() -> None:
        target()
        os._exit(0)

    child = FORK.Process(target=run)
    child.start()
    child.join(seconds)
    if child.is_alive():
        child.kill()
        child.join()
        raise AssertionError("the child hangs")
    return int(child.exitcode or 0)


def versions(store: SqliteStore, embedder: Any) -> dict[str, int]:
    """The version of each article; fails unless each is whole, and found by its words and its vectors."""
    assert list(store.faults()) == []
    found = {}
    paragraphs = characters = 0
    for record in store.records():
        nodes = store.nodes_of(record.id)
        assert {int(node.text.split()[3]) for node in nodes} <= {record.modified}
        paragraphs += len(nodes)
        characters += sum(len(node.text) for node in nodes)
        found[record.id] = record.modified
        for node in nodes[:1] if record.id in "abcw0n0shared" else []:
            for mode in (VectorStoreQueryMode.DEFAULT, VectorStoreQueryMode.TEXT_SEARCH):
                query = VectorStoreQuery(
                    query_str=node.text, query_embedding=embedder.get_text_embedding(node.text), similarity_top_k=3,
                    mode=mode,
                )  # fmt: skip
                result = store.query(query)
                assert node.text in [item.get_content() for item in result.nodes or []]
    assert (store.size().articles, store.size().paragraphs, store.size().characters) == (
        len(found),
        paragraphs,
        characters,
    )
    return found


def test_killed_at_fifty_points_nothing_acknowledged_is_lost_and_nothing_is_half_there(
    path: Path, make: Any, embedder: Any, tmp_path: Path
) -> None:
    chosen = random.Random(5)
    log = tmp_path / "log"
    known: dict[str, int | None] = {}
    version = 0
    kills = 0
    for point in range(KILLS):
        log.write_bytes(b"")
        # The processor's time: the same work is done before it on a busy machine.
        fatal = chosen.uniform(0.002, 0.12)
        seed = point

        def write(seed: int = seed, first: int = version, fatal: float = fatal) -> None:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            draw = random.Random(seed)
            file = os.open(log, os.O_WRONLY | os.O_APPEND)
            store = SqliteStore(path)
            signal.setitimer(signal.ITIMER_PROF, fatal)
            for step in range(1, 100_000):
                names = draw.sample("abcdefghijkl", draw.randint(1, 3))
                gone = draw.random() < 0.3
                now = 0 if gone else first + step
                os.write(file, f"begin {now} {' '.join(names)}\n".encode())
                if gone:
                    store.remove(names)
                else:
                    store.replace([make(name, now, draw.randint(1, 9)) for name in names])
                os.write(file, b"done\n")

        kills += in_a_child(write) != 0
        lines = log.read_text().splitlines()
        pending: dict[str, int | None] = {}
        for line in lines:
            if line == "done":
                known |= pending
                pending = {}
            else:
                _, now, *names = line.split()
                pending = dict.fromkeys(names, int(now) or None)
                version = max(version, int(now))
        store = SqliteStore(path)
        found = versions(store, embedder)
        store.close()
        settled = {name: number for name, number in known.items() if number is not None}
        after = {name: number for name, number in (known | pending).items() if number is not None}
        assert found in (settled, after), f"kill {point}"
        known |= {name: found.get(name) for name in pending}
    assert kills == KILLS
    assert version > KILLS


def test_two_processes_read_while_one_writes(path: Path, make: Any, embedder: Any) -> None:
    store = SqliteStore(path)
    store.replace([make("a", 1, 4), make("b", 1, 4)])
    stop = FORK.Event()
    results = FORK.Queue()

    def read() -> None:
        reader = SqliteStore(path)
        query = VectorStoreQuery(
            query_str="a in version part", query_embedding=embedder.get_text_embedding("a in version part"),
            similarity_top_k=100, mode=VectorStoreQueryMode.HYBRID,
        )  # fmt: skip
        looks, mixed = 0, 0
        while not stop.is_set():
            texts = [node.get_content().split() for node in reader.query(query).nodes or []]
            looks += 1
            of_a = {
                text[3]: sum(other[3] == text[3] for other in texts if other[0] == "a")
                for text in texts
                if text[0] == "a"
            }
            mixed += len(of_a) != 1 or any(count != 3 + int(number) % 3 for number, count in of_a.items())
        results.put((looks, mixed))

    readers = [FORK.Process(target=read) for _ in range(2)]
    store.replace([make("a", 1, 4)])
    store.close()
    for reader in readers:
        reader.start()
    writer = SqliteStore(path)
    for version in range(2, 80):
        writer.replace([make("a", version, 3 + version % 3)])
    stop.set()
    outcomes = [results.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join(60)
    assert all(looks > 0 and mixed == 0 for looks, mixed in outcomes), outcomes
    assert versions(writer, embedder) == {"a": 79, "b": 1}


def test_a_second_writer_waits_for_the_first(path: Path, make: Any, embedder: Any) -> None:
    # SQLite must not be carried over a fork: this process opens the store only at the end.
    held, released, started, done = (FORK.Event() for _ in range(4))

    def hold() -> None:
        store = SqliteStore(path)
        with store.transaction():
            held.set()
            released.wait(60)
        os._exit(0)

    def write() -> None:
        held.wait(60)
        store = SqliteStore(path)
        started.set()
        store.replace([make("a", 1, 2)])
        done.set()
        os._exit(0)

    SqliteStore(path).close()
    children = [FORK.Process(target=hold), FORK.Process(target=write)]
    for child in children:
        child.start()
    assert started.wait(60)
    assert not done.wait(0.3)
    released.set()
    assert done.wait(60)
    for child in children:
        child.join(60)
    assert versions(SqliteStore(path), embedder) == {"a": 1}


def test_four_processes_write_at_once_and_nothing_is_lost(path: Path, make: Any, embedder: Any) -> None:
    def write(writer: int) -> None:
        store = SqliteStore(path)
        for version in range(1, 15):
            store.replace([make(f"w{writer}n{version % 4}", version, 3), make("shared", version, 2)])
        os._exit(0)

    children = [FORK.Process(target=write, args=(writer,)) for writer in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * 4
    found = versions(SqliteStore(path), embedder)
    assert found == {
        f"w{writer}n{slot}": {0: 12, 1: 13, 2: 14, 3: 11}[slot] for writer in range(4) for slot in range(4)
    } | {"shared": 14}


def test_a_full_disk_is_one_clear_error_and_the_index_is_intact(path: Path, make: Any, embedder: Any) -> None:
    store = SqliteStore(path)
    for number in range(5):
        store.replace([make(f"a{number}", 1, 5)])
    store.client.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    before = versions(SqliteStore(path), embedder)
    message = path.with_name("message")
    message.write_text("")
    limit = path.stat().st_size + 100_000

    def write() -> None:
        # Stands for a disk: no file may grow beyond.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        store = SqliteStore(path)
        try:
            for number in range(1000):
                store.replace([make(f"b{number}", 1, 9)])
        except IndexStoreError as error:
            message.write_text(str(error))

    assert in_a_child(write) == 0
    assert "free some disk space; what was indexed before is intact" in message.read_text()
    assert "\n" not in message.read_text()
    after = versions(SqliteStore(path), embedder)
    assert before.items() <= after.items()
    again = SqliteStore(path)
    again.replace([make("later", 1, 3)])
    assert versions(again, embedder) == after | {"later": 1}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("action", ["open", "write", "create"])
def test_a_read_only_folder_is_one_clear_error_and_the_index_is_intact(
    open_folder: Path, make: Any, embedder: Any, action: str
) -> None:
    folder = open_folder / "index"
    folder.mkdir()
    path = folder / "index.sqlite3"
    if action != "create":
        store = SqliteStore(path)
        store.replace([make("a", 1, 3)])
        store.close()
    folder.chmod(0o555)
    message = open_folder / "message"
    message.touch()
    message.chmod(0o666)

    def use() -> None:
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            store = SqliteStore(path)
            if action == "write":
                store.replace([make("b", 1, 3)])
            store.size()
        except IndexStoreError as error:
            message.write_text(str(error))

    assert in_a_child(use) == 0
    folder.chmod(0o755)
    said = message.read_text()
    assert str(folder) in said
    assert "set ASSISTANT_HOME to a folder you may write to" in said
    assert "\n" not in said
    if action != "create":
        assert versions(SqliteStore(path), embedder) == {"a": 1}
