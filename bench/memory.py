"""Memory of a process and of what it starts, sampled from /proc: its peak, and whether it goes on growing."""

from __future__ import annotations

import contextlib
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY = 0.1
# What the first questions bring (threads, connections, caches, the allocator's arenas) is over by then.
_SETTLED = 0.4
_AT_THE_END = 0.2
_FEWEST = 20


class PeakMemory:
    """Watches a process tree while the context lasts; `bytes` is the largest sum of resident sizes seen.

    Pages that several of the processes share are counted in each. 0 where there is no /proc.
    """

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.bytes = max(self.bytes, sum(map(_resident, _tree(self._pid))))
            if self._stop.wait(_EVERY):
                return


@dataclass(frozen=True, slots=True)
class Growth:
    """Resident memory in MiB at the first sample, once settled (after two fifths of the time) and at the end.

    The last two are medians over a fifth of the time each. `flat`: None where there were too few samples to say.
    """

    start: float
    settled: float
    end: float
    per_thousand: float | None
    flat: bool | None


def growth(samples: Sequence[tuple[int, float]], allowed: float) -> Growth:
    """Of samples at even times: after how many questions, how many MiB. Flat: at most `allowed` of what had settled.

    Raises `ValueError` without a sample.
    """
    if not samples:
        raise ValueError("no sample of memory")
    many = len(samples)
    fifth = max(1, round(_AT_THE_END * many))
    early = samples[(at := min(round(_SETTLED * many), many - 1)) : at + fifth]
    late = samples[-fifth:]
    (asked, settled), (in_all, end) = (
        [statistics.median(column) for column in zip(*part, strict=True)] for part in (early, late)
    )
    grown = end - settled
    return Growth(
        start=samples[0][1],
        settled=round(settled, 1),
        end=round(end, 1),
        per_thousand=round(1000 * grown / (in_all - asked), 1) if in_all > asked else None,
        flat=grown <= allowed * settled if many >= _FEWEST else None,
    )


def resident(pid: int) -> tuple[float, float]:
    """MiB of a process, and of all that it has started together. 0 where there is no /proc."""
    own, *others = _tree(pid)
    return _resident(own) / 2**20, sum(map(_resident, others)) / 2**20


def _tree(pid: int) -> list[int]:
    found, new = [pid], [pid]
    while new:
        new = [child for parent in new for child in _children(parent)]
        found += new
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in (Path("/proc") / str(pid) / "task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in (Path("/proc") / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0
