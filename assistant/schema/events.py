"""Events that are told while a question is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.schema.answers import Answer, Citation, Sentence
from assistant.schema.articles import Passage


class StepName(StrEnum):
    """The steps of an answer, and its beginning anew."""

    REWRITING = "rewriting"
    SEARCHING = "searching"
    JUDGING = "judging"
    WRITING = "writing"
    CHECKING = "checking"
    RESTARTING = "restarting"


@dataclass(frozen=True, slots=True)
class Step:
    """Event: what is being done now."""

    name: StepName


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: these passages were found, among what was published until `as_of` where the question is as of a day."""

    passages: tuple[Passage, ...]
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """Event: a piece of the draft, as the model writes it; not checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceReady:
    """Event: a sentence that passed its check, with the citations it uses."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the finished answer or refusal; always the last one."""

    answer: Answer


Event = Step | Retrieved | Token | SentenceReady | Done
