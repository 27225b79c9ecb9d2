"""The value types of the eval suite: Case → Result → Score → Metric."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.schema.answers import Turn

DEVELOPMENT, HELD_OUT = "development", "held-out"


def split_of(case_id: str) -> str:
    """The half a case belongs to, fixed by the SHA-256 of its id."""
    digest = hashlib.sha256(case_id.encode()).digest()
    return HELD_OUT if digest[0] % 2 else DEVELOPMENT


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """The exact characters of a paragraph that state the answer."""

    paragraph_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known about its answer.

    `answers` lists the points a right answer makes, each with its acceptable wordings; `gold`,
    parallel to it, lists for each point the ids of every paragraph that states it (empty where
    unknown). `alternatives` are other lists of points, each of which is as right as `answers`.
    `rejects` are wordings that make an answer wrong; `other_answers` would be right for another date.
    `long_form`: the points are reference texts, to be recalled rather than matched.
    `quotes` are the places that state the answer and `references` good answers, both () where unknown.
    `by_figure`: "38.4" in points and rejects also stands for 38.4 million.
    `halved`: it belongs to the development or to the held-out half.
    """

    id: str
    question: str
    category: str
    history: tuple[Turn, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()
    rejects: tuple[str, ...] = ()
    gold: tuple[tuple[str, ...], ...] = ()
    unanswerable: bool = False
    long_form: bool = False
    standalone: str | None = None
    other_answers: tuple[str, ...] = ()
    alternatives: tuple[tuple[tuple[str, ...], ...], ...] = ()
    quotes: tuple[GoldQuote, ...] = ()
    references: tuple[str, ...] = ()
    by_figure: bool = False
    halved: bool = True

    @property
    def split(self) -> str:
        """The half the case belongs to, "" where it belongs to none."""
        return split_of(self.id) if self.halved else ""

    @property
    def acceptable(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Every list of points that makes an answer right; () for a question to be refused."""
        return (self.answers, *self.alternatives) if self.answers else ()

    @property
    def wordings(self) -> list[str]:
        """Every wording of every point of a right answer."""
        return [wording for points in self.acceptable for point in points for wording in point]


@dataclass(frozen=True, slots=True)
class Score:
    """`value` in [0, 1] (seconds for times); None: the judgement could not be made (unscored)."""

    value: float | None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One case answered once. `answer` is the JSON contract's object; `passages` were given to
    the model, best first (contract `closest` shape). A score that does not apply is absent."""

    case: Case
    answer: Mapping[str, Any] | None
    passages: tuple[Mapping[str, Any], ...] = ()
    error: str | None = None
    run: int = 1
    scores: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured at once. `provenance`: see `evals.runs.provenance`; `judge`: how far another model
    agrees with the gold labels, None where none was asked."""

    results: tuple[Result, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    judge: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """An aggregate over `n` cases; `unit` is "share", "seconds" or "count".

    `low` and `high` are the 95 % interval, of seconds the quartiles.
    """

    name: str
    label: str
    value: float | None
    n: int
    low: float | None
    high: float | None
    unit: str = "share"
    higher_is_better: bool = True
