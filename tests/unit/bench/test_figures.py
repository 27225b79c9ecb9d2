"""What the benchmark computes from its measurements."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assistant.llm.chat_model import Timings
from assistant.schema.answers import Turn
from bench.figures import (
    Asked,
    Limits,
    compare,
    limits_line,
    sample,
    seconds,
    shares,
    table,
    written_per_second,
)
from bench.memory import PeakMemory
from evals.schema import Case

CASES = [Case(f"c{number:02d}", "Who?", "plain") for number in range(20)]


def asked(
    total: float, first: float | None = None, retrieve: float = 10, right: bool = True, *requests: Timings
) -> Asked:
    return Asked("x", total if first is None else first, total, retrieve, right, requests)


def test_a_sample_follows_from_its_seed_and_not_from_the_order_of_the_cases() -> None:
    drawn = sample(CASES, 5, 1)
    assert len({case.id for case in drawn}) == 5
    assert drawn == sample(CASES[::-1], 5, 1)
    assert drawn != sample(CASES, 5, 2)
    assert len(sample(CASES, 99, 1)) == 20


def test_follow_ups_are_not_drawn() -> None:
    assert sample([Case("f", "And he?", "followup", history=(Turn("user", "Who?"),))], 5, 1) == []


def test_seconds_are_a_median_with_its_quartiles() -> None:
    assert seconds([1000, 2000, 3000]) == "2.00 s (1.50–2.50)"


def test_the_first_token_written_belongs_to_the_reading() -> None:
    requests = [Timings(10, 100, 11, 500, 0), Timings(10, 100, 1, 0.001, 0), Timings(10, 100, 6, 500, 0)]
    assert written_per_second(requests) == pytest.approx(15)
    assert written_per_second([Timings(10, 100, 1, 0.001, 0)]) is None
    assert written_per_second([]) is None


def test_the_shares_of_the_two_limits_and_of_neither() -> None:
    one = asked(4000, 1000, 10, True, Timings(100, 1500, 1, 0.001, 0), Timings(20, 300, 21, 1800, 100))
    found = shares([one], Limits(read=100, write=20))
    assert (found.read, found.write, found.neither) == pytest.approx((0.3, 0.25, 0.45))
    line = limits_line(found, Limits(read=100, write=20))
    assert "30% is reading new tokens at the engine's own 100 a second" in line
    assert "25% writing at the 20 a second" in line
    assert "45% neither" in line
    assert "1.82 times" in line


def test_ours_beside_the_baseline() -> None:
    ours = [asked(1000, 500, 10), asked(2000, 800, 10), asked(3000, 900, 9, right=False)]
    theirs = [asked(5000, right=False), asked(6000, right=False), asked(7000)]
    rows = {what: (own, other) for what, own, other in compare(ours, theirs)}
    assert rows["first words"] == ("0.80 s (0.65–0.85)", "6.00 s (5.50–6.50)")
    assert rows["times as fast"][0] == "3.00 ×"
    assert rows["right"] == ("2 of 3", "1 of 3")
    assert rows["retrieval, of the time to first words"][0] == "1.2%"


def test_a_table_is_markdown() -> None:
    assert table([("speed", "1"), ("x", "22")], ("what", "n")).splitlines() == [
        "| what  | n  |",
        "|-------|----|",
        "| speed | 1  |",
        "| x     | 22 |",
    ]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")  # noqa: PTH110
def test_peak_memory_counts_what_a_process_starts() -> None:
    grandchild = "x = b'x' * 80_000_000; print('ready', flush=True); input()"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    process = subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdin
    process.stdout.readline()
    with PeakMemory(process.pid) as peak:
        pass
    process.communicate(b"\n")
    assert 80_000_000 < peak.bytes < 400_000_000
