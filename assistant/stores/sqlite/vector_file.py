"""Memory-mapped files of quantised vectors: opened at once, shared between processes.

A file is one line of JSON that says what follows, padded to a page, and the arrays of a `Segment`.
It is written aside and renamed, so it is there whole or not at all.
"""

from __future__ import annotations

import json
import math
import os
import time
import zlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.stores.quantize import Segment
from assistant.util.files import replacing

_FORMAT = 1
_PAGE = 4096
_ABANDONED_S = 3600


@dataclass(frozen=True, slots=True)
class Label:
    """What a file holds: of which store, up to which row and which removal, and how much."""

    store: str
    last_row: int
    last_removal: int
    count: int
    dimensions: int


def write(path: Path, label: Label, segment: Segment) -> None:
    """Write or replace the file. Raises `OSError`."""
    parts = [np.ascontiguousarray(part) for part in (segment.rows, segment.days, segment.scales, segment.signs)]
    check = 0
    for part in parts:
        check = zlib.crc32(part.data, check)
    body = json.dumps({"format": _FORMAT, "check": check, **asdict(label)})
    with replacing(path, path.with_name(f"{path.name}.{os.getpid()}.tmp")) as draft, draft.open("wb") as file:
        file.write(f"{zlib.crc32(body.encode()):08x} {body}\n".encode().ljust(_PAGE))
        for part in (*parts, np.ascontiguousarray(segment.codes)):
            file.write(part.tobytes())
            file.write(bytes(-part.nbytes % 64))


def read(path: Path, store: str) -> tuple[Label, Segment] | None:
    """Map the file; None where there is none, or it is cut, damaged or another store's."""
    try:
        content = np.memmap(path, dtype=np.uint8, mode="r")
        head, _, body = bytes(content[:_PAGE]).split(b"\n")[0].partition(b" ")
        if int(head, 16) != zlib.crc32(body):
            return None
        fields = json.loads(body)
        if fields.pop("format") != _FORMAT or fields["store"] != store:
            return None
        check = fields.pop("check")
        label = Label(**fields)
        rows, days, scales, signs, codes = _arrays(content, label.count, label.dimensions)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # The codes are not checked: reading all of them would make opening slow, and a wrong one
    # only costs a place among the candidates, whose exact vectors are compared at last.
    found = 0
    for part in (rows, days, scales, signs):
        found = zlib.crc32(part.data, found)
    return (label, Segment(rows, days, signs, codes, scales)) if found == check else None


def sweep(folder: Path, wanted: Collection[Path]) -> None:
    """Delete what an earlier store or a killed writer left. Raises `OSError`."""
    for path in folder.glob("*.vectors*"):
        is_left = path.suffix == ".tmp" and time.time() - path.stat().st_mtime > _ABANDONED_S
        if is_left or (path.suffix == ".vectors" and path not in wanted):
            path.unlink(missing_ok=True)


def _arrays(content: npt.NDArray[np.uint8], count: int, dimensions: int) -> list[npt.NDArray[Any]]:
    words = math.ceil(dimensions / 64)
    shapes: list[tuple[type[np.generic], tuple[int, ...]]] = [
        (np.int64, (count,)),
        (np.int32, (count,)),
        (np.float32, (count,)),
        (np.uint64, (words, count)),
        (np.int8, (count, dimensions)),
    ]
    arrays = []
    begin = _PAGE
    for kind, shape in shapes:
        size = math.prod(shape) * np.dtype(kind).itemsize
        # A plain view: a subclass of ndarray would make every operation slower.
        arrays.append(np.asarray(content[begin : begin + size]).view(kind).reshape(shape))
        begin += size + -size % 64
    if begin != len(content):
        raise ValueError(f"{len(content)} bytes where {begin} belong")
    return arrays
