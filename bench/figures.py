"""What is computed from a benchmark's measurements, and how it is printed. Nothing here measures."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.llm.chat_model import Timings
from evals.metrics.uncertainty import quartiles
from evals.schema import Case


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, asked once: milliseconds, whether the answer was right, and the engine's requests for it."""

    case_id: str
    first: float
    total: float
    retrieve: float
    right: bool
    requests: tuple[Timings, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What the machine allows: prompt tokens read and tokens written a second."""

    read: float
    write: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the time to an answer: reading at the engine's own speed, writing at the memory's, and what is neither."""

    read: float
    write: float

    @property
    def neither(self) -> float:
        """The rest."""
        return 1 - self.read - self.write


def sample(cases: Sequence[Case], number: int, seed: int) -> list[Case]:
    """`number` of the cases without history, as `seed` draws them; all where there are fewer."""
    able = sorted((case for case in cases if not case.history), key=lambda case: case.id)
    return random.Random(seed).sample(able, min(number, len(able)))


def written_per_second(requests: Sequence[Timings]) -> float | None:
    """Tokens a second over all requests that wrote more than one; the first token belongs to the reading."""
    longer = [request for request in requests if request.predicted_n > 1]
    spent = sum(request.predicted_ms for request in longer)
    return 1000 * sum(request.predicted_n - 1 for request in longer) / spent if spent else None


def shares(asked: Sequence[Asked], limits: Limits) -> Shares:
    """Of all the time that these questions took."""
    total = sum(one.total for one in asked)
    requests = [request for one in asked for request in one.requests]
    read = 1000 * sum(request.prompt_n for request in requests) / limits.read
    write = 1000 * sum(max(0, request.predicted_n - 1) for request in requests) / limits.write
    return Shares(read / total, write / total)


def seconds(values: Sequence[float]) -> str:
    """Median and quartiles of milliseconds: "1.20 s (0.90–1.61)"."""
    low, middle, high = (value / 1000 for value in quartiles(values))
    return f"{middle:.2f} s ({low:.2f}–{high:.2f})"


def compare(ours: Sequence[Asked], baseline: Sequence[Asked]) -> list[tuple[str, str, str]]:
    """Rows of (what, ours, baseline) for one library."""
    ratio = quartiles([one.total for one in baseline])[1] / quartiles([one.total for one in ours])[1]
    return [
        ("first words", seconds([one.first for one in ours]), seconds([one.first for one in baseline])),
        (
            "finished answer (ours is verified)",
            seconds([one.total for one in ours]),
            seconds([one.total for one in baseline]),
        ),
        ("times as fast", f"{ratio:.2f} ×", "1"),
        ("right", _right(ours), _right(baseline)),
        ("retrieval, of the time to first words", _retrieval(ours), _retrieval(baseline)),
        ("tokens read a question", _tokens(ours), _tokens(baseline)),
    ]


def table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """A Markdown table."""
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [heads, *rows]
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def limits_line(found: Shares, limits: Limits) -> str:
    """What share of the time is at either limit."""
    return (
        f"Of the time, {found.read:.0%} is reading new tokens at the engine's own {limits.read:.0f} a second, "
        f"{found.write:.0%} writing at the {limits.write:.0f} a second that memory allows, "
        f"{found.neither:.0%} neither; the whole is {1 / max(found.read + found.write, 1e-9):.2f} times the two limits."
    )


def summary(found: Mapping[str, str]) -> str:
    """The figures of the program as a whole."""
    return table(list(found.items()), ("what", "measured"))


def _right(asked: Sequence[Asked]) -> str:
    return f"{sum(one.right for one in asked)} of {len(asked)}"


def _retrieval(asked: Sequence[Asked]) -> str:
    return f"{quartiles([one.retrieve / max(one.first, 1) for one in asked])[1]:.1%}"


def _tokens(asked: Sequence[Asked]) -> str:
    return f"{quartiles([sum(request.prompt_n for request in one.requests) for one in asked])[1]:.0f}"
