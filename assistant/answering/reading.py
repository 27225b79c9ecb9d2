"""The interface of both reading strategies: what the pipeline gives them and what it gets."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from assistant.answering.stopwatch import Stopwatch
from assistant.answering.trace import Trace
from assistant.query.query import Query
from assistant.schema.answers import Citation, Omission, Sentence
from assistant.schema.articles import Passage
from assistant.schema.events import Event

NO_SUPPORT = "The articles do not say: no sentence that states an answer was found in them."
NOTHING_FOUND = "The articles do not say: no paragraph was found for these dates."


def missing(text: str) -> Omission:
    """What was asked and is not answered."""
    return Omission(text, "the articles do not say it", missing=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was found, and the sentences that may be shown; without any, `reason` says why.

    `confidence` is the calibrated probability in [0, 1] that it is right, None where none is to be had.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    confidence: float | None
    reason: str | None
    left_out: tuple[Omission, ...] = ()


def with_undated(reason: str, undated: int) -> str:
    """Why nothing is shown, where `undated` articles were not read because days were given and they have none."""
    if not undated:
        return reason
    articles = "1 article has no date, and is" if undated == 1 else f"{undated:,} articles have no date, and are"
    return f"{reason} {articles} not read where dates are given."


class Reading(Protocol):
    """A reading strategy: from a query to a reply; yields events as it goes."""

    def answer(self, query: Query, trace: Trace, clock: Stopwatch) -> Generator[Event, None, Reply]:
        """Retrieve, generate, verify, select, render. Raises `ModelError` when the model fails."""

    def read_ahead(self) -> None:
        """Let the model read what prompts begin with whatever is asked. Raises `ModelError`."""
