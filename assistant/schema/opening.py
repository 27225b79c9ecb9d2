"""Progress of a server's opening."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Opening; loading, when the articles are there and the model is not; ready; failed; ending."""

    OPENING = "opening"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class State:
    """How far it is: `doing` says what is being done, `share` how much of it in [0, 1], None where not known."""

    phase: Phase
    doing: str = ""
    share: float | None = None
