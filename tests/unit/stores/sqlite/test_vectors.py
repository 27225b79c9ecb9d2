"""The quantised copies beside SQLite: never needed, never wrong, whatever happens to them."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery

from assistant.errors import IndexStoreError
from assistant.stores.base import Record
from assistant.stores.quantize import Segment, nearest
from assistant.stores.sqlite import vector_file
from assistant.stores.sqlite import vectors as sqlite_vectors
from assistant.stores.sqlite.store import SqliteStore
from assistant.stores.sqlite.vectors import VectorSearch

DIMENSIONS = 70
Open = Callable[..., SqliteStore]


@pytest.fixture(scope="module", autouse=True)
def _small_spans() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sqlite_vectors, "_SPAN", 64)
        patched.setattr(sqlite_vectors, "_UNSAVED", 10)
        patched.setattr(sqlite_vectors, "_READ_AT_ONCE", 16)
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite3"


@pytest.fixture
def folder(path: Path) -> Path:
    return path.with_name(f"{path.name}-vectors")


@pytest.fixture
def open_store(path: Path) -> Iterator[Open]:
    opened: list[SqliteStore] = []

    def make() -> SqliteStore:
        opened.append(SqliteStore(path))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@cache
def unit(seed: object) -> np.ndarray[Any, np.dtype[np.float32]]:
    vector = np.random.default_rng(abs(hash(seed)) % 2**32).normal(size=DIMENSIONS).astype(np.float32)
    return vector / np.linalg.norm(vector)


def put(store: SqliteStore, article_id: str, seed: int, size: int = 3, published: str | None = None) -> None:
    nodes = [
        TextNode(
            id_=f"{article_id}#p{number}",
            text=f"text {seed} {number}",
            embedding=unit((seed, number)).tolist(),
            metadata={"article_id": article_id, "published": published, "heading": "", "number": number},
        )
        for number in range(size)
    ]
    store.replace([(Record(article_id, {"paragraphs": size, "published": published}), nodes)])


# Of a vector drawn at random the score tells which it is.
def dense(store: SqliteStore, seed: int, top: int = 5, since: str | None = None) -> list[float]:
    dated = MetadataFilters(filters=[MetadataFilter(key="published", operator=FilterOperator.GTE, value=since)])
    query = VectorStoreQuery(
        query_embedding=unit(seed).tolist(), similarity_top_k=top, filters=dated if since else None
    )
    return [float(f"{score:.4g}") for score in store.query(query).similarities or []]


def truth(store: SqliteStore, seed: int, top: int = 5, since: str | None = None) -> list[float]:
    scores = []
    for published, vector in store.read("SELECT published, vector FROM paragraphs"):
        if since is None or (published is not None and published >= since):
            scores.append(float(np.frombuffer(vector, dtype=np.float32) @ unit(seed)))
    return [float(f"{score:.4g}") for score in sorted(scores, reverse=True)[:top]]


def read_from_sqlite(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many vectors each reading takes from SQLite, from now on."""
    counts: list[int] = []
    fresh = VectorSearch._fresh

    def counted(self: VectorSearch, first: int, last: int) -> Iterator[Any]:
        for part in fresh(self, first, last):
            counts.append(len(part.segment.rows))
            yield part

    monkeypatch.setattr(VectorSearch, "_fresh", counted)
    return counts


def test_the_nearest_by_signs_and_small_integers_are_the_nearest() -> None:
    generator = np.random.default_rng(3)
    centres = generator.normal(size=(60, 384))
    vectors = (centres[generator.integers(0, 60, 20_000)] + generator.normal(size=(20_000, 384))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    segments = [
        Segment.of(range(begin, begin + 4_000), [1] * 4_000, vectors[begin : begin + 4_000])
        for begin in range(0, 20_000, 4_000)
    ]
    odd = [np.arange(4_000) % 2 == 1 for _ in segments]
    recall, filtered = [], []
    for vector in vectors[::500]:
        query = vector + generator.normal(size=384).astype(np.float32) * 0.02
        exact = vectors @ query
        recall.append(len(set(np.argsort(-exact)[:10]) & set(nearest(segments, [None] * 5, query, 10).tolist())))
        exact[::2] = -9
        filtered.append(len(set(np.argsort(-exact)[:10]) & set(nearest(segments, odd, query, 10).tolist())))
    assert np.mean(recall) >= 9.7
    assert np.mean(filtered) >= 9.7


def test_copies_are_made_and_spare_reading(open_store: Open, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_store()
    for number in range(60):
        put(writer, f"a{number}", number)
    assert len(list(folder.glob("*.vectors"))) == 3
    assert list(folder.glob("*.tmp")) == []
    counts = read_from_sqlite(monkeypatch)
    reader = open_store()
    assert dense(reader, 1) == truth(reader, 1)
    assert sum(counts) < 30
    counts.clear()
    put(writer, "new", 999)
    assert dense(reader, 999) == truth(reader, 999)
    assert sum(counts) <= 6


def test_a_small_store_has_no_copies(open_store: Open, folder: Path) -> None:
    store = open_store()
    put(store, "a", 1)
    assert dense(store, 1) == truth(store, 1)
    assert not folder.exists()


def test_whatever_is_written_and_removed_every_process_finds_the_nearest(open_store: Open, folder: Path) -> None:
    chosen = random.Random(11)
    stores = [open_store(), open_store()]
    articles: set[str] = set()
    for turn in range(250):
        writer = chosen.choice(stores)
        if articles and chosen.random() < 0.4:
            gone = chosen.sample(sorted(articles), min(len(articles), chosen.randint(1, 8)))
            articles -= set(gone)
            writer.remove(gone)
        else:
            name = f"a{chosen.randint(0, 60)}"
            articles.add(name)
            put(writer, name, turn, chosen.randint(0, 9), chosen.choice([None, "2020-01-01", "2021-01-01"]))
        if turn % 25 == 0:
            stores.append(open_store())
        for store in [*stores[:2], stores[-1]]:
            assert dense(store, turn) == truth(store, turn)
            assert dense(store, turn, since="2020-06-01") == truth(store, turn, since="2020-06-01")
    assert len(list(folder.glob("*.vectors"))) > 4


def test_a_row_number_is_never_used_again(open_store: Open) -> None:
    store = open_store()
    for number in range(20):
        put(store, "a", number)
        store.remove(["a"])
    put(store, "a", 77)
    other = open_store()
    assert dense(other, 5) == truth(other, 5)
    assert store.read("SELECT min(row) FROM paragraphs") == [(61,)]


def test_a_span_that_is_mostly_removed_is_written_anew(open_store: Open, folder: Path) -> None:
    store = open_store()
    for number in range(20):
        put(store, f"a{number}", number)
    before = (folder / "000000.vectors").stat().st_size
    store.remove([f"a{number}" for number in range(18)])
    for number in range(20):
        put(store, f"b{number}", number)
    assert (folder / "000000.vectors").stat().st_size < before
    assert dense(store, 3) == truth(store, 3) == dense(open_store(), 3)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def made_longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def filled_with_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def filled_with_noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def with_a_wrong_label(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"last_removal": 0', b'"last_removal": 9', 1))


def with_wrong_rows(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 + 8] ^= 0xFF
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory, _small_spans: None) -> Path:
    """A folder with a store of sixty articles and its copies."""
    path = tmp_path_factory.mktemp("sixty") / "index.sqlite3"
    store = SqliteStore(path)
    for number in range(60):
        put(store, f"a{number}", number)
    store.close()
    return path.parent


def test_a_store_that_was_moved_takes_its_copies_along(
    open_store: Open, sixty: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(sixty, path.parent, dirs_exist_ok=True)
    counts = read_from_sqlite(monkeypatch)
    store = open_store()
    assert dense(store, 1) == truth(store, 1)
    assert sum(counts) < 30


@pytest.mark.parametrize(
    "damage",
    [
        cut_short, made_longer, emptied, filled_with_zeros, filled_with_noise, with_a_wrong_label, with_wrong_rows,
        a_folder, Path.unlink,
    ],
)  # fmt: skip
@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_damaged_copy_costs_time_only(
    open_store: Open, sixty: Path, path: Path, folder: Path, damage: Callable[[Path], None], which: int
) -> None:
    shutil.copytree(sixty, path.parent, dirs_exist_ok=True)
    assert len(list(folder.glob("*.vectors"))) == 3
    # As it was held before: open, and its copies mapped.
    assert dense(open_store(), 1)
    damage(sorted(folder.glob("*.vectors"))[which])
    again = open_store()
    for seed in range(60):
        assert dense(again, seed) == truth(again, seed)
    put(again, "new", 999)
    for number in range(20):
        put(again, f"b{number}", number)
    assert dense(open_store(), 999) == truth(again, 999)


def test_wrong_integers_leave_the_scores_exact(open_store: Open, folder: Path) -> None:
    store = open_store()
    for number in range(20):
        put(store, f"a{number}", number)
    path = folder / "000000.vectors"
    content = bytearray(path.read_bytes())
    content[-1000:-900] = bytes(100)
    path.write_bytes(content)
    again = open_store()
    assert set(dense(again, 3, top=60)) == set(truth(again, 3, top=60))


def test_copies_of_another_store_are_not_taken(open_store: Open, path: Path, folder: Path, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path / "other.sqlite3")
    for number in range(60):
        put(other, f"o{number}", 1000 + number)
    other.close()
    store = open_store()
    for number in range(60):
        put(store, f"a{number}", number)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "other.sqlite3-vectors", folder)
    again = open_store()
    assert dense(again, 3) == truth(again, 3)


def test_copies_from_before_a_restored_backup_are_not_taken(
    open_store: Open, path: Path, folder: Path, tmp_path: Path
) -> None:
    store = open_store()
    for number in range(30):
        put(store, f"a{number}", number)
    store.client.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = path.read_bytes()
    for number in range(30, 60):
        put(store, f"a{number}", number)
    store.close()
    path.write_bytes(backup)
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    restored = open_store()
    for number in range(30, 60):
        put(restored, f"c{number}", 500 + number)
    again = open_store()
    for seed in range(40):
        assert dense(again, seed) == truth(again, seed)


@pytest.mark.parametrize("problem", ["a file in the folder's place", "no space left"])
def test_without_room_for_copies_everything_works(
    open_store: Open, folder: Path, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    if problem == "no space left":

        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(vector_file.os, "fsync", full)
    else:
        folder.write_text("")
    store = open_store()
    for number in range(60):
        put(store, f"a{number}", number)
    assert dense(store, 3) == truth(store, 3) == dense(open_store(), 3)
    assert not folder.is_dir() or list(folder.iterdir()) == []


def test_vectors_of_another_length_are_refused(open_store: Open) -> None:
    store = open_store()
    put(store, "a", 1)
    node = TextNode(id_="b#p1", text="x", embedding=[1.0] * 3, metadata={"article_id": "b"})
    with pytest.raises(IndexStoreError, match="its vectors have 70 values, not 3"):
        store.replace([(Record("b", {}), [node])])
    with pytest.raises(IndexStoreError, match="its vectors have 70 values, not 3"):
        store.query(VectorStoreQuery(query_embedding=[1.0] * 3, similarity_top_k=1))
    assert store.record("b") is None


def test_what_is_wrong_inside_is_named(open_store: Open) -> None:
    store = open_store()
    for name in ("whole", "short", "long", "lost", "wordless", "infinite"):
        put(store, name, 1)
    assert list(store.faults()) == []
    with store.transaction() as connection:
        connection.execute("DELETE FROM paragraphs WHERE id = 'short#p2'")
        connection.execute("UPDATE paragraphs SET vector = x'00000000' WHERE id = 'long#p1'")
        connection.execute("DELETE FROM records WHERE id = 'lost'")
        connection.execute("DELETE FROM words WHERE rowid = (SELECT row FROM paragraphs WHERE id = 'wordless#p0')")
        infinite = np.full(DIMENSIONS, np.inf, dtype=np.float32).tobytes()
        connection.execute("UPDATE paragraphs SET vector = ? WHERE id = 'infinite#p0'", (infinite,))
    found = {fault.article_id: fault.message for fault in store.faults()}
    assert found == {
        "short": "article short: 2 of 3 paragraphs are stored",
        "long": "article long: a vector is 4 bytes long",
        "lost": "article lost: 3 paragraphs without a record",
        "wordless": "article wordless: 1 paragraphs are not known to word search",
        "infinite": "article infinite: a vector is not finite",
    }
    again = open_store()
    assert len(dense(again, 1, top=50)) == 15
    store.remove(["lost"])
    for name in ("short", "long", "wordless", "infinite"):
        put(store, name, 2)
    assert list(store.faults()) == []


def test_a_damaged_database_is_a_fault_of_the_whole(open_store: Open, path: Path) -> None:
    store = open_store()
    for number in range(60):
        put(store, f"a{number}", number)
    store.client.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096, 2):
        content[page * 4096 : page * 4096 + 200] = bytes([0xAB]) * 200
    path.write_bytes(content)
    faults = list(SqliteStore(path, create=False).faults())
    assert faults
    assert faults[0].article_id is None
    assert str(path) in faults[0].message
    assert all("\n" not in fault.message for fault in faults)


def test_what_an_earlier_store_or_a_killed_writer_left_is_swept_away(open_store: Open, folder: Path) -> None:
    folder.mkdir()
    left = [folder / "000099.vectors", folder / "000000.vectors.123.tmp", folder / "000001.vectors.124.tmp"]
    for path in left:
        path.write_bytes(b"x")
    os.utime(left[1], (0, 0))
    store = open_store()
    for number in range(20):
        put(store, f"a{number}", number)
    assert [path.exists() for path in left] == [False, False, True]
    assert dense(open_store(), 3) == truth(store, 3)
