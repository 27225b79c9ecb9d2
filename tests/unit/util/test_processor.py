from __future__ import annotations

import os

import pytest

from assistant.util.processor import core_count, engine_gain


def test_only_cores_that_this_process_may_use_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert core_count() == 1


def test_where_no_system_says_which_all_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert core_count() == 6


@pytest.mark.parametrize(
    ("flags", "gain"),
    [({"avx2", "avx512_vnni", "amx_int8"}, 2.5), ({"avx2", "avx512_vnni"}, 1.2), ({"avx2", "avx_vnni"}, None)],
)
def test_a_compiled_engine_is_faster_where_the_processor_has_what_the_prebuilt_one_does_not_use(
    flags: set[str], gain: float | None
) -> None:
    assert engine_gain(flags) == gain
