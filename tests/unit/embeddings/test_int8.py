"""MiniLM with integers, from the weights that are installed."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from filelock import FileLock

from assistant.embeddings import int8
from assistant.embeddings.int8 import Int8Model, integer_model, multiplies_integers
from assistant.embeddings.minilm import MiniLM

# Of what is computed this processor must be capable; the rest is tested as on one that is.
computes = pytest.mark.skipif(
    not multiplies_integers(), reason="needs a processor with VNNI; without it the package's own graph is used"
)
FORK = multiprocessing.get_context("fork")
TEXTS = [
    "The ministers signed the agreement in Oslo on Monday.",
    "Who signed it?",
    "A ferry terminal will open in spring, the council said. " * 12,
    "Le maire a été réélu avec 52 % des voix.",
    "中文新闻 😀",
    "",
    *(f"Paragraph {number} reports {number * 17} arrests in the harbour of Lund." for number in range(40)),
]


@pytest.fixture(scope="module", autouse=True)
def _with_vnni() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(int8, "processor_flags", lambda: frozenset({"avx2", "avx512_vnni"}))
        yield


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's model, at a path of its own."""
    return Path(shutil.copy(MiniLM.weights(), tmp_path_factory.mktemp("package")))


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    assert Int8Model(source, folder).ensure(yes)
    return folder


@pytest.fixture
def graph(source: Path, made: Path, tmp_path: Path) -> Int8Model:
    """One that was made before."""
    shutil.copytree(made, tmp_path / "models")
    return Int8Model(source, tmp_path / "models")


def yes(_path: Path) -> bool:
    return True


def never(_path: Path) -> bool:
    pytest.fail("it was asked, so made, again")


def uses_integers(minilm: MiniLM) -> bool:
    return {item.name for item in minilm._session.get_inputs()} == {"input_ids", "attention_mask"}


def left(folder: Path) -> set[str]:
    return {path.suffix for path in folder.iterdir()} - {".lock"}


@computes
def test_its_vectors_are_the_packages_own_but_for_rounding(tmp_path: Path) -> None:
    exact, rounded = MiniLM(threads=1), MiniLM(threads=1, folder=tmp_path / "models")
    before, after = exact.encode(TEXTS), rounded.encode(TEXTS)
    assert left(tmp_path / "models") == {".onnx", ".json"}
    assert uses_integers(rounded)
    assert not uses_integers(exact)
    alike = (before * after).sum(axis=1)
    assert alike.min() > 0.98
    assert alike.mean() > 0.995
    # What is compared are similarities, and the nearest text.
    ours, theirs = after @ after.T, before @ before.T
    assert np.abs(ours - theirs).max() < 0.06
    assert np.abs(ours - theirs).mean() < 0.01
    np.fill_diagonal(ours, -1)
    np.fill_diagonal(theirs, -1)
    nearest = theirs[np.arange(len(TEXTS)), ours.argmax(axis=1)]
    assert (theirs.max(axis=1) - nearest).max() < 0.03


@computes
@pytest.mark.parametrize("threads", [1, 2])
def test_a_texts_vector_does_not_depend_on_the_texts_beside_it(graph: Int8Model, threads: int) -> None:
    minilm = MiniLM(threads=threads, folder=graph.path.parent)
    assert uses_integers(minilm)
    together = minilm.encode(TEXTS)
    alone = np.concatenate([minilm.encode([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


def test_only_integers_are_multiplied_with_weights(source: Path) -> None:
    model = integer_model(source)
    products = [node for node in model.graph.node if node.domain == "minilm" and node.op_type == "Product"]
    assert len(products) == 36
    assert not any(node.op_type in {"MatMul", "Gemm"} for node in model.graph.node)
    weights = {item.name: onnx.numpy_helper.to_array(item) for item in model.graph.initializer}
    assert {weights[node.input[2]].dtype for node in products} == {np.dtype(np.int8)}


def test_it_is_made_once(graph: Int8Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8, "integer_model", lambda _source: pytest.fail("it was made again"))
    assert graph.ensure(never) == graph.path


@pytest.mark.parametrize(
    "damage",
    [
        lambda graph: graph.path.unlink(),
        lambda graph: os.truncate(graph.path, graph.path.stat().st_size // 2),
        lambda graph: _flip(graph.path),
        lambda graph: graph.path.with_suffix(".json").unlink(),
        lambda graph: graph.path.with_suffix(".json").write_bytes(b"\xff\x00"),
        lambda graph: graph.path.with_suffix(".json").write_text("[1]"),
        lambda graph: graph.path.with_suffix(".part").write_bytes(b"half"),
    ],
    ids=["gone", "cut", "one bit", "no stamp", "no text", "no stamp of ours", "killed before"],
)
def test_what_is_damaged_is_made_anew(graph: Int8Model, damage: Callable[[Int8Model], object]) -> None:
    good = graph.path.read_bytes()
    damage(graph)
    assert graph.ensure(yes) == graph.path
    assert graph.path.read_bytes() == good
    assert graph.ensure(never) == graph.path


def _flip(path: Path) -> None:
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_where_integers_overflow_it_is_not_used_nor_tried_again(source: Path, tmp_path: Path) -> None:
    graph = Int8Model(source, tmp_path)
    assert graph.ensure(lambda _path: False) is None
    assert graph.ensure(never) is None


def test_on_an_x86_without_vnni_it_is_not_made(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8, "processor_flags", lambda: frozenset({"avx2"}))
    monkeypatch.setattr("platform.machine", lambda: "AMD64")
    assert Int8Model(source, tmp_path).ensure(never) is None
    assert not left(tmp_path)


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [
        ("x86_64", {"avx2", "avx512_vnni"}, True),
        ("AMD64", {"avx2", "avx_vnni"}, True),
        ("x86_64", {"avx2", "avx512f"}, False),
        ("AMD64", {""}, False),
        ("aarch64", {""}, True),
    ],
)
def test_which_processors_multiply_integers(
    machine: str, flags: set[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(int8, "processor_flags", lambda: frozenset(flags))
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert multiplies_integers() is expected


def test_of_another_source_it_is_made_anew(graph: Int8Model, source: Path, tmp_path: Path) -> None:
    model = onnx.load(source)
    bias = next(item for item in model.graph.initializer if item.name.endswith("layer.0.output.dense.bias"))
    bias.raw_data = np.zeros(384, np.float32).tobytes()
    onnx.save(model, tmp_path / "other.onnx")
    before = graph.path.read_bytes()
    assert Int8Model(tmp_path / "other.onnx", graph.path.parent).ensure(yes) == graph.path
    assert graph.path.read_bytes() != before


@pytest.mark.parametrize("what", [ImportError("no onnx"), KeyError("layer"), RuntimeError("no such kernel")])
def test_whatever_fails_the_packages_own_graph_is_used_and_the_log_says_why(
    what: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    def failing(_source: Path) -> onnx.ModelProto:
        raise what

    monkeypatch.setattr(int8, "integer_model", failing)
    assert not uses_integers(MiniLM(threads=1, folder=tmp_path))
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [what]


def test_a_lock_that_nobody_gives_back_stops_no_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(int8, "_PATIENCE", 0.1)
    graph = Int8Model(source, tmp_path)
    with FileLock(f"{graph.path}.lock"):
        assert graph.ensure(never) is None
    assert graph.ensure(yes) == graph.path


@pytest.mark.parametrize("changed", ["processor", "ONNX Runtime"])
def test_on_another_processor_or_runtime_it_is_asked_again(
    changed: str, graph: Int8Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    if changed == "processor":
        monkeypatch.setattr(int8, "processor_flags", lambda: frozenset({"avx2", "avx_vnni"}))
    else:
        monkeypatch.setattr(int8, "version", lambda _name: "2.0")
    assert graph.ensure(lambda _path: False) is None
    monkeypatch.undo()
    assert graph.ensure(yes) == graph.path


def test_a_model_that_gives_other_vectors_does_not_agree(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = integer_model

    def saturated(path: Path) -> onnx.ModelProto:
        model = whole(path)
        for item in model.graph.initializer:
            if item.name.startswith("wide") and item.name.endswith("weight"):
                item.raw_data = np.clip(onnx.numpy_helper.to_array(item), -20, 20).tobytes()
        return model

    monkeypatch.setattr(int8, "integer_model", saturated)
    minilm = MiniLM(threads=1, folder=tmp_path)
    assert np.array_equal(minilm.encode(TEXTS[:4]), MiniLM(threads=1).encode(TEXTS[:4]))
    assert Int8Model(MiniLM.weights(), tmp_path).ensure(never) is None


def test_on_a_full_disk_the_packages_own_graph_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    minilm = MiniLM(threads=1, folder=tmp_path / "models")
    assert left(tmp_path / "models") == set()
    assert np.array_equal(minilm.encode(TEXTS[:2]), MiniLM(threads=1).encode(TEXTS[:2]))


def test_where_no_folder_can_be_made_the_packages_own_graph_is_used(source: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    assert Int8Model(source, tmp_path / "models").ensure(never) is None
    assert (tmp_path / "models").read_text() == "a file"


def test_killed_while_it_writes_the_next_start_is_good(source: Path, tmp_path: Path) -> None:
    process = FORK.Process(target=_killed, args=(source, tmp_path))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    graph = Int8Model(source, tmp_path)
    assert left(tmp_path) == {".part"}
    assert graph.ensure(yes) == graph.path
    assert left(tmp_path) == {".onnx", ".json"}


def _killed(source: Path, folder: Path) -> None:
    def kill(_path: Path) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    Int8Model(source, folder).ensure(kill)


def test_two_processes_at_once_make_it_once(source: Path, tmp_path: Path) -> None:
    processes = [FORK.Process(target=_made, args=(source, tmp_path / "models", tmp_path)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert len(list(tmp_path.glob("made-*"))) == 1


def _made(source: Path, folder: Path, notes: Path) -> None:
    def note(_path: Path) -> bool:
        (notes / f"made-{os.getpid()}").touch()
        return True

    assert Int8Model(source, folder).ensure(note)
