"""Validation by pydantic of what people write: what it refuses, in one line for them; a day as people write it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from assistant.errors import UsageError

_LONGEST = 60
# pydantic's kinds of error, as who writes JSON says it.
_WANTED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "an object",
}


def _day(value: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date; write it as YYYY-MM-DD") from error


# A date written YYYY-MM-DD (ISO 8601): pydantic alone would take a number for seconds since 1970.
Day = Annotated[date, BeforeValidator(_day)]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def parse_day(text: str, name: str) -> date:
    """A day written so. Raises `UsageError` naming `name`."""
    try:
        return _day(text)
    except ValueError as error:
        raise UsageError(f"{name} {error}") from error


def fault(error: ValidationError, known: Sequence[str] = ()) -> str:
    """The first thing that is wrong: where, counted from 1 ("history 2: role"), what, and what was given.

    `known` are the keys of the whole, told where another one was given.
    """
    first = error.errors(include_url=False)[0]
    place, kind, told = list(first["loc"]), first["type"], first["msg"]
    if kind == "missing":
        told = f"no {place.pop()}; add it"
    elif kind == "extra_forbidden":
        told = f"unknown key {place.pop()!r}"
        if known and not place:
            told += f"; known are {', '.join(sorted(known))}"
    elif kind == "value_error":
        told = told.removeprefix("Value error, ")
    else:
        wanted = _WANTED.get(kind)
        told = f"write {wanted}" if wanted else f"{told[0].lower()}{told[1:]}"
        told = f"{told}, not {_shown(first['input'])}"
    return ": ".join(filter(None, (_where(place), told)))


def _where(place: Sequence[int | str]) -> str:
    parts = [f" {part + 1}" if isinstance(part, int) else f": {part}" for part in place]
    return "".join(parts).removeprefix(": ").strip()


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
