"""The joined model file, with three parts of a few bytes."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.errors import ModelFileError
from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL, ModelFile, ModelStore

PARTS = (b"first part " * 50, b"second part " * 50, b"third part")
WHOLE = b"".join(PARTS)
MODEL = ModelFile("Tiny", "tiny.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), 3, "tiny_model_part", "MIT")
FORK = multiprocessing.get_context("fork")
Locate = Callable[[int], Path | None]


@pytest.fixture
def parts(tmp_path: Path) -> Locate:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, content in enumerate(PARTS, start=1):
        (folder / f"part{number:02d}.bin").write_bytes(content)
    return lambda number: folder / f"part{number:02d}.bin"


@pytest.fixture
def store(tmp_path: Path, parts: Locate) -> ModelStore:
    return ModelStore(tmp_path / "home" / "models", MODEL, parts)


def refuse(_number: int) -> Path:
    raise AssertionError("the parts must not be read")


def test_parts_are_joined_in_order_and_checked(store: ModelStore) -> None:
    path = store.ensure()
    assert path == store.path
    assert path.read_bytes() == WHOLE
    assert store.check()


def test_nothing_but_the_model_its_stamp_and_the_lock_is_left(store: ModelStore) -> None:
    store.ensure()
    names = {path.name for path in store.path.parent.iterdir()} - {"tiny.gguf.lock"}
    assert names == {"tiny.gguf", "tiny.checked.json"}


def test_progress_counts_bytes_up_to_the_whole(store: ModelStore) -> None:
    steps: list[tuple[int, int]] = []
    store.ensure(lambda done, total: steps.append((done, total)))
    assert steps[-1] == (len(WHOLE), len(WHOLE))
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert len(steps) == len(PARTS)


def test_the_second_time_nothing_is_read_or_joined(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.ensure()
    again = ModelStore(store.path.parent, MODEL, refuse)
    monkeypatch.setattr(again, "check", lambda: pytest.fail("the whole file must not be read again"))
    assert again.ensure().read_bytes() == WHOLE


@pytest.mark.parametrize("damaged", [WHOLE[:-1], b"x" + WHOLE[1:], WHOLE + b"x", b""])
def test_a_damaged_file_is_rebuilt(store: ModelStore, damaged: bytes) -> None:
    store.ensure().write_bytes(damaged)
    os.utime(store.path, ns=(1, 1))
    assert not store.check()
    assert store.ensure().read_bytes() == WHOLE


def test_a_whole_file_without_a_stamp_is_checked_and_kept(store: ModelStore) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(WHOLE)
    assert ModelStore(store.path.parent, MODEL, refuse).ensure().read_bytes() == WHOLE


@pytest.mark.parametrize("stamp", ["", "{", "[]", json.dumps({"size": len(WHOLE), "modified": 0, "sha256": "0"})])
def test_a_broken_stamp_proves_nothing(store: ModelStore, stamp: str) -> None:
    store.ensure().write_bytes(b"x" * len(WHOLE))
    (store.path.parent / "tiny.checked.json").write_text(stamp)
    assert store.ensure().read_bytes() == WHOLE


def test_a_half_written_part_is_never_taken_for_the_model(store: ModelStore) -> None:
    store.path.parent.mkdir(parents=True)
    draft = store.path.with_suffix(".part")
    draft.write_bytes(b"z" * 10 * len(WHOLE))
    assert store.ensure().read_bytes() == WHOLE
    assert not draft.exists()


def test_a_half_written_part_does_not_count_against_the_free_space(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.path.parent.mkdir(parents=True)
    draft = store.path.with_suffix(".part")
    draft.write_bytes(WHOLE[:-5])
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0 if draft.exists() else 10**12))
    assert store.ensure().read_bytes() == WHOLE


def test_wrong_parts_are_refused_and_leave_nothing(store: ModelStore, parts: Locate) -> None:
    part = parts(2)
    assert part
    part.write_bytes(PARTS[1].upper())
    with pytest.raises(ModelFileError, match=r"tiny_model_part1 … 3: together they do not give the checksum of Tiny"):
        store.ensure()
    assert not store.path.exists()
    assert not store.path.with_suffix(".part").exists()


def test_a_part_that_is_not_installed_is_named(tmp_path: Path, parts: Locate) -> None:
    store = ModelStore(tmp_path, MODEL, lambda number: None if number == 2 else parts(number))
    with pytest.raises(ModelFileError, match=r"package tiny-model-part2 is not installed; run 'make setup'"):
        store.ensure()
    assert not store.path.exists()


def test_parts_are_looked_for_among_the_installed_packages(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="package no-such-model-part1 is not installed"):
        ModelStore(tmp_path, ModelFile("X", "x.gguf", 1, "0", 2, "no_such_model_part", "MIT")).ensure()


def test_a_part_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file or directory"):
        ModelStore(tmp_path, MODEL, lambda number: tmp_path / "gone" / str(number)).ensure()


def test_too_little_disk_is_seen_before_anything_is_written(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=len(WHOLE)))
    with pytest.raises(ModelFileError, match=r"67 MB needed, 0 MB free; free some space, or set ASSISTANT_HOME"):
        store.ensure()
    assert not store.path.exists()
    assert not store.path.with_suffix(".part").exists()


def test_a_disk_that_fills_up_leaves_no_half_model(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelFileError, match="No space left on device; free some space"):
        store.ensure()
    assert not store.path.exists()
    assert not store.path.with_suffix(".part").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, parts: Locate) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelFileError, match=r"model folder .*/file/models: Not a directory; .*ASSISTANT_HOME"):
        ModelStore(tmp_path / "file" / "models", MODEL, parts).ensure()


def test_a_read_only_folder_is_named(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    # chmod does not stop root, so the refusal is put in by hand.
    def refused(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(ModelFileError, match=r"home/models: Permission denied; .*a folder you may write to"):
        store.ensure()


def test_many_starts_at_once_join_once_and_all_get_the_model(store: ModelStore, tmp_path: Path) -> None:
    log = tmp_path / "joined"

    def start() -> None:
        def count(done: int, total: int) -> None:
            if done == total:
                with log.open("a") as file:
                    file.write("x")

        os._exit(0 if store.ensure(count).read_bytes() == WHOLE else 1)

    children = [FORK.Process(target=start) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert log.read_text() == "x"


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_killed_in_the_middle_the_next_start_is_good(store: ModelStore, steps: int) -> None:
    def start() -> None:
        seen: list[int] = []

        def kill(done: int, _total: int) -> None:
            seen.append(done)
            if len(seen) == steps:
                os.kill(os.getpid(), signal.SIGKILL)

        store.ensure(kill)

    child = FORK.Process(target=start)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert not store.path.exists()
    assert store.path.with_suffix(".part").exists()
    assert store.ensure().read_bytes() == WHOLE


def test_the_real_model_is_described_as_measured() -> None:
    assert EMBEDDED_MODEL.parts == 22
    assert EMBEDDED_MODEL.size == 1_117_320_768
    assert EMBEDDED_MODEL.sha256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
