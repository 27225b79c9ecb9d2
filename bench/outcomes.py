"""What became of each question of a run under load."""

from __future__ import annotations

import re
import statistics
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.ferries import numbers_in

ANSWERED, REFUSED, LIMITED, MIXED_UP, ERRORS = "answered", "refused", "limited", "mixed_up", "errors"
_LIMITS = re.compile(r"are waiting already|are being answered|still being answered|still being opened")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the five kinds, and of an error its words."""

    kind: str
    error: str = ""


def outcome_of(text: str, number: int, many: int) -> Outcome:
    """Of an answer's own words and citations, to client `number` of `many`."""
    found = numbers_in(text, many)
    if found - {number}:
        return Outcome(MIXED_UP)
    return Outcome(ANSWERED) if found else Outcome(ERRORS, f"an answer without its number: {text}")


def is_limit(words: str) -> bool:
    """Whether a message states a limit of docs/serving.md, rather than that something failed."""
    return bool(_LIMITS.search(words))


@dataclass
class Count:
    """All clients together."""

    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, outcome: Outcome, seconds: float) -> None:
        """A question that took so long."""
        with self.lock:
            self.seconds.append(seconds)
        self.note(outcome)

    def note(self, outcome: Outcome) -> None:
        """What was found otherwise than by asking."""
        with self.lock:
            self.outcomes[outcome.kind] += 1
            if outcome.error:
                self.errors[outcome.error[:_SHOWN]] += 1

    def figures(self) -> dict[str, Any]:
        """Numbers of each kind; median and 95th percentile in seconds."""
        times = sorted(self.seconds) or [0.0]
        return {
            "questions": len(self.seconds),
            **{kind: self.outcomes[kind] for kind in (ANSWERED, REFUSED, LIMITED, MIXED_UP, ERRORS)},
            "kinds_of_error": dict(self.errors),
            "median_s": round(statistics.median(times), 2),
            "p95_s": round(times[int(0.95 * (len(times) - 1))], 2),
        }
