"""Parser of saved answers as `assistant ask` writes them: one JSON object, or one a line (docs/json.md)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.errors import UsageError
from assistant.schema.answers import Answer, Citation, Omission
from assistant.util.validation import fault


class _Row(BaseModel):
    # What an export does not need ("closest", timings, steps) may be there.
    model_config = ConfigDict(frozen=True, extra="ignore")


class SavedSentence(_Row):
    """A sentence, and the numbers of the citations that state it."""

    text: str
    citations: tuple[int, ...]
    support: float | None = None
    quoted: bool = False
    byline: str | None = None
    reckoned: bool = False


class SavedCitation(_Row):
    """A citation as it stood when the answer was given: `text` is the whole paragraph."""

    number: int
    article_id: str
    title: str
    source: str | None
    via: str | None = None
    published: date | None
    paragraph: int
    paragraph_id: str
    text: str
    quote: str
    start: int | None = None
    also: tuple[str, ...] = ()

    @property
    def quoted_from(self) -> int:
        """Where in `text` the quote begins: where it first stands, if `start` does not say."""
        stands = self.start is not None and self.start >= 0 and self.text.startswith(self.quote, self.start)
        return self.start if self.start is not None and stands else self.text.index(self.quote)

    @model_validator(mode="after")
    def _quotes_its_paragraph(self) -> SavedCitation:
        if self.quote not in self.text:
            raise ValueError(f"the quote of citation {self.number} does not stand in its paragraph")
        return self


class SavedAnswer(_Row):
    """An answer or a refusal."""

    question: str
    standalone_question: str = ""
    answer: str
    refused: bool
    refusal_reason: str | None = None
    sentences: tuple[SavedSentence, ...]
    citations: tuple[SavedCitation, ...]
    model: str = ""
    as_of: date | None = None
    left_out: tuple[Omission, ...] = ()

    @property
    def newest_day(self) -> date | None:
        """The day of its newest source, where any has one."""
        return max((citation.published for citation in self.citations if citation.published), default=None)

    @model_validator(mode="after")
    def _cites_what_is_there(self) -> SavedAnswer:
        known = {citation.number for citation in self.citations}
        for sentence in self.sentences:
            for number in sentence.citations:
                if number not in known:
                    raise ValueError(f"a sentence cites [{number}], which is not among the citations")
        return self


def of_citation(citation: Citation) -> SavedCitation:
    """A citation as it is saved."""
    return SavedCitation.model_validate(asdict(citation))


def of_answer(answer: Answer) -> SavedAnswer:
    """An answer as it is saved."""
    return SavedAnswer.model_validate(answer.to_dict())


def parse_answers(text: str, where: str) -> list[SavedAnswer]:
    """The answers of a file. Raises `UsageError` that names `where`, the line and what is wrong."""
    try:
        return [_answer(json.loads(text), where)]
    except (ValueError, RecursionError):
        # No single object, so one a line.
        pass
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not lines:
        raise UsageError(f"{where} is empty; write it with: assistant ask --questions FILE --output {where}")
    return [_answer(_object(line, f"{where}, line {number}"), f"{where}, line {number}") for number, line in lines]


def _object(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not JSON ({error}); give what assistant ask --json or --output wrote") from error


def _answer(value: Any, where: str) -> SavedAnswer:
    try:
        return SavedAnswer.model_validate(value)
    except ValidationError as error:
        raise UsageError(
            f"{where}: not an answer: {fault(error)}; give what assistant ask --json or --output wrote"
        ) from error
