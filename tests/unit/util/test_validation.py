"""What pydantic refuses, told in one line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.errors import UsageError
from assistant.util.validation import fault, parse_day


class Leg(BaseModel):
    model_config = ConfigDict(extra="forbid")

    harbour: str
    miles: int = 0


class Voyage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ship: str
    legs: tuple[Leg, ...] = ()

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Voyage:
        if len(self.legs) == 1:
            raise ValueError("one leg leads nowhere; add another")
        return self


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({}, "no ship; add it"),
        ({"ship": 7}, "ship: write a text, not 7"),
        ({"ship": "Aalto", "legs": "Holm"}, 'legs: write a list, not "Holm"'),
        ({"ship": "Aalto", "crew": 3}, "unknown key 'crew'; known are legs, ship"),
        ({"ship": "Aalto", "legs": [{"harbour": "Holm"}, {"harbor": "Vik"}]}, "legs 2: no harbour; add it"),
        ({"ship": "Aalto", "legs": [{"harbour": "Holm", "sea": "calm"}]}, "legs 1: unknown key 'sea'"),
        ({"ship": "Aalto", "legs": [3]}, "legs 1: write an object, not 3"),
        ({"ship": "Aalto", "legs": [{"harbour": "Holm"}]}, "one leg leads nowhere; add another"),
        ({"ship": ["x" * 90]}, f'ship: write a text, not ["{"x" * 55}...'),
    ],
)
def test_the_first_fault_is_told_with_its_place_and_what_was_given(record: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Voyage.model_validate(record)
    assert fault(caught.value, list(Voyage.model_fields)) == told


def test_days() -> None:
    assert parse_day("2017-07-04", "--since") == date(2017, 7, 4)


@pytest.mark.parametrize("text", ["yesterday", "2017-02-30", "04.07.2017", "2017", ""])
def test_a_bad_day_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--since .* is not a date; write it as YYYY-MM-DD$"):
        parse_day(text, "--since")
