"""Processor features of this machine."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from collections.abc import Collection
from pathlib import Path


def processor_flags() -> frozenset[str]:
    """What this processor can do, in Linux's names; elsewhere the processor's name alone."""
    with contextlib.suppress(OSError):
        found = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return frozenset(found[1].split())
    return frozenset({platform.processor()})


def engine_gain(flags: Collection[str]) -> float | None:
    """About how many times as fast the engine compiled for a processor with these flags answers; None: no faster.

    docs/engine.md says how this was measured.
    """
    return 2.5 if "amx_int8" in flags else 1.2 if "avx512_vnni" in flags else None


def core_count() -> int:
    """The cores that this process may run on: fewer than the machine has under `taskset` or in a container's cpuset."""
    # Only Linux says which cores a process may use.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
