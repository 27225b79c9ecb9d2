"""Weight repacking: a model's weights in the encodings that a processor with AMX multiplies soonest.

Q4_K becomes Q4_1: both give 32 weights a step and an offset, so that every weight keeps its four
bits, and step and offset are only rounded to 16-bit floats (0.08 % of the weights' mean size).
Q6_K becomes Q8_0, of whose 255 steps the largest of 32 weights takes 127: they are moved by 0.5 %,
a quarter of what Q6_K itself had rounded away. The file grows by a sixth, and neither the packed
scales nor the split bits have to be taken apart again for every token. Formats: ggml-common.h.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from assistant.errors import ModelFileError
from assistant.util.files import replace_file, replacing
from assistant.util.progress import Progress, unseen

if TYPE_CHECKING:
    from gguf import GGUFReader, GGUFWriter

Bytes = npt.NDArray[np.uint8]
_FORMAT = 1
_GROWTH = 1.25
# Read a row at a time, never multiplied as a whole.
_LOOKED_UP = "token_embd.weight"
_Q4_K_BYTES, _Q4_K_STEPS = 144, 8
# What `gguf` raises on bytes that make no sense to it: it has no error of its own. The last one: of weights too large.
_DAMAGED = (ValueError, LookupError, FloatingPointError)


class AmxWeights:
    """The rewritten file beside a model's own."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.path = source.with_name(f"{source.stem}.tiles.gguf")
        self._stamp = self.path.with_suffix(".json")

    def ensure(self, progress: Progress | None = None) -> Path:
        """The rewritten file, made first if it is not there or was made of another; half a minute.

        `progress(done, total)` counts the source's bytes. Raises `ModelFileError` when it cannot be written, or the
        source is damaged.
        """
        try:
            if not self.is_current:
                with FileLock(f"{self.path}.lock"):
                    if not self.is_current:
                        self._make(progress or unseen(""))
        except OSError as error:
            raise ModelFileError(
                f"model folder {self.path.parent}: {error.strerror or error}; free some space, "
                "or set ASSISTANT_HOME to a folder you may write to, or ASSISTANT_ENGINE=prebuilt"
            ) from error
        return self.path

    @property
    def is_current(self) -> bool:
        """Whether the file is there, whole, and made of the source as it is now."""
        try:
            return bool(json.loads(self._stamp.read_text(encoding="utf-8")) == self._state())
        except (OSError, ValueError):
            return False

    def remove(self) -> None:
        """Remove the rewritten file; the source stays. Raises `ModelFileError`."""
        try:
            for path in (self._stamp, self.path):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise ModelFileError(f"model file {path}: {error.strerror or error}; remove it by hand") from error

    def _state(self) -> list[int]:
        source, made = self.source.stat(), self.path.stat()
        return [_FORMAT, source.st_size, source.st_mtime_ns, made.st_size, made.st_mtime_ns]

    def _make(self, progress: Progress) -> None:
        draft = self.path.with_suffix(".part")
        # What a killed run left is in the way of the space it took.
        draft.unlink(missing_ok=True)
        needed, free = int(self.source.stat().st_size * _GROWTH), shutil.disk_usage(self.path.parent).free
        if free < needed:
            raise OSError(f"{needed / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free")
        with replacing(self.path, draft):
            rewrite(self.source, draft, progress)
        replace_file(self._stamp, json.dumps(self._state()))


def rewrite(source: Path, target: Path, progress: Progress) -> None:
    """Write `source`, a GGUF file, to `target` with Q4_K as Q4_1 and Q6_K as Q8_0; all else as it is.

    Raises `OSError` when a file cannot be read or written, `ModelFileError` when the source is no whole GGUF file.
    """
    try:
        with np.errstate(over="raise"):
            _rewrite(source, target, progress)
    except _DAMAGED as error:
        raise ModelFileError(
            f"model {source}: not a whole GGUF file ({type(error).__name__}: {error}); "
            "remove it, and it is joined anew at the next question"
        ) from error


def _rewrite(source: Path, target: Path, progress: Progress) -> None:
    from gguf import GGUFReader, GGUFWriter

    reader = GGUFReader(source)
    writer = GGUFWriter(target, str(reader.fields["general.architecture"].contents()))
    writer.data_alignment = int(reader.alignment)
    try:
        _copy_fields(reader, writer)
        for tensor in reader.tensors:
            kind = _kind(tensor)
            rows = tensor.data.shape[:-1]
            width = _width(int(tensor.shape[0]), kind)
            writer.add_tensor_info(tensor.name, [*rows, width[0]], width[1], int(np.prod(rows)) * width[2], kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        done, total = 0, sum(tensor.n_bytes for tensor in reader.tensors)
        for tensor in reader.tensors:
            writer.write_tensor_data(_encoded(tensor))
            done += int(tensor.n_bytes)
            progress(done, total)
        writer.flush()
    finally:
        writer.close()


def q4_1_of_q4_k(blocks: Bytes) -> Bytes:
    """Blocks of 256 weights, shape (n, 144), as eight blocks of 32 each, shape (n, 8, 20).

    A weight is d·s·q - m·o in the one, with 6-bit s and o for each 32, and d'·q + m' in the other.
    """
    count = len(blocks)
    halves = np.ascontiguousarray(blocks[:, :4]).view(np.float16).astype(np.float32)
    packed, nibbles = blocks[:, 4:16], blocks[:, 16:].reshape(count, 4, 32)
    low, middle, high = packed[:, :4], packed[:, 4:8], packed[:, 8:]
    scales = np.concatenate([low & 63, (high & 15) | (low >> 6 << 4)], axis=1)
    offsets = np.concatenate([middle & 63, (high >> 4) | (middle >> 6 << 4)], axis=1)
    quants = np.stack([nibbles & 15, nibbles >> 4], axis=2).reshape(count, _Q4_K_STEPS, 32)
    made = np.empty((count, _Q4_K_STEPS, 20), np.uint8)
    made[..., 0:2] = (halves[:, :1] * scales).astype(np.float16)[..., None].view(np.uint8)
    made[..., 2:4] = (-halves[:, 1:] * offsets).astype(np.float16)[..., None].view(np.uint8)
    made[..., 4:] = quants[..., :16] | quants[..., 16:] << 4
    return made


def _kind(tensor: Any) -> Any:
    from gguf import GGMLQuantizationType as Type

    if tensor.name == _LOOKED_UP:
        return tensor.tensor_type
    return {Type.Q4_K: Type.Q4_1, Type.Q6_K: Type.Q8_0}.get(tensor.tensor_type, tensor.tensor_type)


def _width(weights: int, kind: Any) -> tuple[int, Any, int]:
    """What the writer is told of a row of so many weights: its length, its type and its bytes."""
    from gguf import GGML_QUANT_SIZES
    from gguf import GGMLQuantizationType as Type

    block, size = GGML_QUANT_SIZES[kind]
    length = weights // block * size
    if kind == Type.F32:
        return weights, np.dtype(np.float32), length
    if kind == Type.F16:
        return weights, np.dtype(np.float16), length
    return length, np.dtype(np.uint8), length


def _encoded(tensor: Any) -> npt.NDArray[Any]:
    from gguf import GGMLQuantizationType as Type
    from gguf import quants

    data, kind = tensor.data, _kind(tensor)
    if kind == tensor.tensor_type:
        return np.ascontiguousarray(data)
    rows = data.reshape(-1, data.shape[-1])
    if kind == Type.Q4_1:
        return q4_1_of_q4_k(np.ascontiguousarray(rows).reshape(-1, _Q4_K_BYTES)).reshape(len(rows), -1)
    encoded: npt.NDArray[Any] = quants.quantize(quants.dequantize(rows, Type.Q6_K), Type.Q8_0)
    return encoded


def _copy_fields(reader: GGUFReader, writer: GGUFWriter) -> None:
    from gguf import GGUFValueType

    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
