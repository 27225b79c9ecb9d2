"""Weights rewritten for tiles, on a GGUF file of some 20 KB with random blocks."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import resource
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("gguf")

from block_gguf import FIELDS, write_gguf
from gguf import GGMLQuantizationType as Type
from gguf import GGUFReader, quants

from assistant.errors import ModelFileError
from assistant.llm.llamacpp.amx_weights import AmxWeights, rewrite

FORK = multiprocessing.get_context("fork")


def nothing(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "tiny.gguf")


@pytest.fixture
def tiles(source: Path) -> AmxWeights:
    return AmxWeights(source)


@pytest.fixture
def both(source: Path, tmp_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tensors of the source and of the rewritten file, in their order."""
    rewrite(source, tmp_path / "made.gguf", nothing)
    before, after = GGUFReader(source), GGUFReader(tmp_path / "made.gguf")
    return {one.name: one for one in before.tensors}, {one.name: one for one in after.tensors}


def values(tensor: Any) -> Any:
    return quants.dequantize(np.ascontiguousarray(tensor.data), tensor.tensor_type)


def test_what_is_multiplied_by_tiles_gets_another_encoding_and_nothing_else(both: Any) -> None:
    before, after = both
    assert list(before) == list(after)
    assert {name: tensor.tensor_type for name, tensor in after.items()} == {
        "token_embd.weight": Type.Q4_K,
        "blk.0.attn_norm.weight": Type.F32,
        "blk.0.ffn_gate.weight": Type.Q4_1,
        "blk.0.ffn_down.weight": Type.Q8_0,
        "blk.0.attn_q.weight": Type.F16,
        "blk.0.ffn_up_exps.weight": Type.Q4_1,
        "output.weight": Type.Q8_0,
    }
    for name, tensor in before.items():
        assert after[name].shape.tolist() == tensor.shape.tolist(), name


@pytest.mark.parametrize("name", ["token_embd.weight", "blk.0.attn_norm.weight", "blk.0.attn_q.weight"])
def test_what_keeps_its_encoding_keeps_its_bytes(both: Any, name: str) -> None:
    before, after = both
    assert after[name].data.tobytes() == before[name].data.tobytes()


@pytest.mark.parametrize("name", ["blk.0.ffn_gate.weight", "blk.0.ffn_up_exps.weight"])
def test_q4_1_holds_what_q4_k_holds_but_for_the_rounding_of_step_and_offset(both: Any, name: str) -> None:
    """A weight is step·q - offset with q ≤ 15. Both factors are rounded to 11 bits, so each by 2⁻¹¹ of it at most."""
    before, after = (values(tensors[name]).reshape(-1, 32) for tensors in both)
    blocks = np.ascontiguousarray(both[1][name].data).reshape(-1, 20)
    step, offset = np.abs(np.ascontiguousarray(blocks[:, :4]).view("<f2").astype(np.float32)).T
    bound = (15 * step + offset) * 2.0**-11
    assert (np.abs(before - after).max(axis=1) <= bound * 1.01 + 1e-7).all()
    # The bound is small: what is compared are not two times noughts.
    assert bound.max() < 0.002 * np.abs(before).max()


@pytest.mark.parametrize("name", ["blk.0.ffn_down.weight", "output.weight"])
def test_q8_0_is_off_by_half_a_step_of_127_at_most(both: Any, name: str) -> None:
    """The largest of 32 weights is 127 steps; a weight is rounded to a step, and the step to 11 bits."""
    before, after = (values(tensors[name]).reshape(-1, 32) for tensors in both)
    largest = np.abs(before).max(axis=1)
    assert (np.abs(before - after).max(axis=1) <= largest * (0.5 / 127 + 2.0**-11) + 1e-6).all()
    assert largest.min() > 0


def test_what_the_file_says_of_the_model_is_kept(source: Path, tmp_path: Path) -> None:
    rewrite(source, tmp_path / "made.gguf", nothing)
    made = GGUFReader(tmp_path / "made.gguf")
    fields = {name: field for name, field in made.fields.items() if not name.startswith("GGUF.")}
    assert list(fields) == ["general.architecture", *FIELDS]
    assert fields["general.architecture"].contents() == "tiny"
    for name, (value, kind, inner) in FIELDS.items():
        assert fields[name].contents() == value, name
        assert fields[name].types == ([kind] if inner is None else [kind, inner]), name


def test_a_file_with_another_alignment_is_kept_readable(tmp_path: Path) -> None:
    source = write_gguf(tmp_path / "tiny.gguf", alignment=128)
    rewrite(source, tmp_path / "made.gguf", nothing)
    before, after = GGUFReader(source), GGUFReader(tmp_path / "made.gguf")
    assert after.alignment == 128
    for old, new in zip(before.tensors, after.tensors, strict=True):
        np.testing.assert_allclose(values(new), values(old), atol=0.2)
        assert new.data_offset % 128 == 0


def test_progress_counts_the_sources_bytes_up_to_the_whole(source: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    rewrite(source, tmp_path / "made.gguf", lambda done, total: steps.append((done, total)))
    total = sum(int(one.n_bytes) for one in GGUFReader(source).tensors)
    assert steps[-1] == (total, total)
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})


def test_nothing_but_the_file_its_stamp_and_the_lock_is_left(tiles: AmxWeights) -> None:
    assert not tiles.is_current
    assert tiles.ensure() == tiles.path == tiles.source.with_name("tiny.tiles.gguf")
    assert tiles.is_current
    names = {path.name for path in tiles.path.parent.iterdir()} - {"tiny.tiles.gguf.lock"}
    assert names == {"tiny.gguf", "tiny.tiles.gguf", "tiny.tiles.json"}


def test_it_is_made_once(tiles: AmxWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles.ensure()
    monkeypatch.setattr("assistant.llm.llamacpp.amx_weights.rewrite", lambda *_: pytest.fail("it was made again"))
    assert AmxWeights(tiles.source).ensure() == tiles.path


def test_it_is_made_anew_of_another_source(tiles: AmxWeights) -> None:
    first = tiles.ensure().read_bytes()
    same_size = write_gguf(tiles.source, seed=2)
    assert not tiles.is_current
    assert tiles.ensure().read_bytes() != first
    status = same_size.stat()
    os.utime(same_size, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert not tiles.is_current
    tiles.ensure()
    assert tiles.is_current


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1], lambda whole: whole + b"x", lambda _: b""])
def test_a_made_file_of_another_size_is_made_again(tiles: AmxWeights, damage: Callable[[bytes], bytes]) -> None:
    whole = tiles.ensure().read_bytes()
    status = tiles.path.stat()
    tiles.path.write_bytes(damage(whole))
    os.utime(tiles.path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not tiles.is_current
    assert tiles.ensure().read_bytes() == whole


@pytest.mark.parametrize("stamp", [b"", b"{", b"[]", b"null", b"\xff", json.dumps([1, 2, 3, 4, 5]).encode()])
def test_a_broken_stamp_proves_nothing(tiles: AmxWeights, stamp: bytes) -> None:
    whole = tiles.ensure().read_bytes()
    tiles.path.write_bytes(b"x" * len(whole))
    tiles.path.with_suffix(".json").write_bytes(stamp)
    assert tiles.ensure().read_bytes() == whole


def test_removing_it_leaves_the_source(tiles: AmxWeights) -> None:
    whole = tiles.source.read_bytes()
    tiles.ensure()
    tiles.remove()
    tiles.remove()
    assert not tiles.path.exists()
    assert not tiles.path.with_suffix(".json").exists()
    assert tiles.source.read_bytes() == whole


def test_many_starts_at_once_make_one_whole_file(tiles: AmxWeights, tmp_path: Path) -> None:
    log = tmp_path / "made"
    rewrite(tiles.source, tmp_path / "expected", nothing)
    expected = (tmp_path / "expected").read_bytes()

    def start() -> None:
        def count(done: int, total: int) -> None:
            if done == total:
                with log.open("a") as file:
                    file.write("x")

        os._exit(0 if AmxWeights(tiles.source).ensure(count).read_bytes() == expected else 1)

    children = [FORK.Process(target=start) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert log.read_text() == "x"


def test_several_threads_at_once_make_one_whole_file(tiles: AmxWeights) -> None:
    made: list[int] = []

    def count(done: int, total: int) -> None:
        if done == total:
            made.append(total)

    threads = [threading.Thread(target=tiles.ensure, args=(count,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 1
    assert tiles.is_current


def test_killed_in_the_middle_the_next_start_is_good(tiles: AmxWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> None:
        tiles.ensure(lambda _done, _total: os.kill(os.getpid(), signal.SIGKILL))

    child = FORK.Process(target=start)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    draft = tiles.path.with_suffix(".part")
    assert draft.exists()
    assert not tiles.path.exists()
    # What the killed run had written does not count against the free space either.
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0 if draft.exists() else 10**12))
    tiles.ensure()
    assert tiles.is_current
    assert not draft.exists()


def test_interrupted_in_the_middle_nothing_is_left(tiles: AmxWeights) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiles.ensure(interrupt)
    assert_nothing_made(tiles)


def assert_nothing_made(tiles: AmxWeights) -> None:
    assert not tiles.is_current
    names = {path.name for path in tiles.path.parent.iterdir()} - {"tiny.tiles.gguf.lock"}
    assert names == {"tiny.gguf"}


def test_too_little_disk_is_seen_before_anything_is_written(tiles: AmxWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=tiles.source.stat().st_size))
    monkeypatch.setattr("assistant.llm.llamacpp.amx_weights.rewrite", lambda *_: pytest.fail("something was written"))
    with pytest.raises(ModelFileError, match=r"model folder .*: 0 MB needed, 0 MB free; free some space, or set") as e:
        tiles.ensure()
    assert str(tiles.path.parent) in str(e.value)
    assert "ASSISTANT_ENGINE=prebuilt" in str(e.value)
    assert_nothing_made(tiles)


def test_a_disk_that_fills_up_at_the_end_leaves_nothing(tiles: AmxWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelFileError, match="No space left on device; free some space, or set ASSISTANT_HOME"):
        tiles.ensure()
    assert_nothing_made(tiles)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_of_the_system(source: Path) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        rewrite(source, Path("/dev/full"), nothing)


def test_a_file_that_may_grow_no_further_leaves_nothing(tiles: AmxWeights, tmp_path: Path) -> None:
    """The system itself refuses to write on, in the middle of a tensor."""

    def start() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            tiles.ensure()
        except ModelFileError as error:
            (tmp_path / "said").write_text(str(error))
            os._exit(0)
        os._exit(1)

    (tmp_path / "said").touch()
    child = FORK.Process(target=start)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert "free some space, or set ASSISTANT_HOME" in (tmp_path / "said").read_text()
    (tmp_path / "said").unlink()
    assert_nothing_made(tiles)


def test_a_folder_that_may_not_be_written_to_is_named(tiles: AmxWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    # chmod does not stop root, so the refusal is put in by hand.
    def refused(*_arguments: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("assistant.llm.llamacpp.amx_weights.rewrite", refused)
    with pytest.raises(ModelFileError, match=r"Permission denied; .*a folder you may write to"):
        tiles.ensure()
    assert_nothing_made(tiles)


@pytest.mark.parametrize(
    "content",
    [b"", b"G", b"this is no model", b"GGUF", b"GGUF" + b"\x00" * 100, b"GGUF\x03\x00\x00\x00" + b"\xff" * 64],
)
def test_a_source_that_is_no_model_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tiny.gguf").write_bytes(content)
    tiles = AmxWeights(tmp_path / "tiny.gguf")
    with pytest.raises(ModelFileError, match=r"tiny\.gguf: not a whole GGUF file \(.*\); remove it") as caught:
        tiles.ensure()
    assert "\n" not in str(caught.value)
    assert_nothing_made(tiles)


def test_a_source_that_is_cut_anywhere_is_one_clear_error(tiles: AmxWeights) -> None:
    whole = tiles.source.read_bytes()
    tensors = GGUFReader(tiles.source).tensors
    first, end = tensors[0].data_offset, tensors[-1].data_offset + int(tensors[-1].n_bytes)
    # Within what the file says of itself, and within its weights.
    for length in [*range(1, first, 5), *range(first, end, 997), end - 1]:
        tiles.source.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match="not a whole GGUF file"):
            tiles.ensure()
        assert not tiles.path.exists(), length
    tiles.source.write_bytes(whole[:end])
    assert tiles.ensure()


def test_a_source_with_a_changed_byte_is_made_or_one_clear_error(tiles: AmxWeights) -> None:
    whole = bytearray(tiles.source.read_bytes())
    tensors = GGUFReader(tiles.source).tensors
    refused = 0
    # Where the tensors are described: in the fields, `gguf` would believe an array's length, whatever it is.
    for place in range(tensors[0].field.offset, tensors[0].data_offset, 3):
        changed = bytearray(whole)
        changed[place] ^= 0x41
        tiles.source.write_bytes(changed)
        try:
            tiles.ensure()
        except ModelFileError:
            refused += 1
    assert refused > 30


def test_weights_that_the_other_encoding_cannot_hold_are_not_written(tiles: AmxWeights) -> None:
    gate = next(one for one in GGUFReader(tiles.source).tensors if one.name == "blk.0.ffn_gate.weight")
    whole = bytearray(tiles.source.read_bytes())
    # A step of 60,000 is a 16-bit float; what it is multiplied with makes it none.
    whole[gate.data_offset : gate.data_offset + 2] = np.array([60_000], "<f2").tobytes()
    tiles.source.write_bytes(whole)
    with pytest.raises(ModelFileError, match="overflow"):
        tiles.ensure()
    assert_nothing_made(tiles)


def test_a_source_that_is_gone_is_one_clear_error(tiles: AmxWeights) -> None:
    tiles.source.unlink()
    with pytest.raises(ModelFileError, match=r"model folder .*: No such file or directory"):
        tiles.ensure()
