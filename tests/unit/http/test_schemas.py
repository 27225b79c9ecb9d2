from __future__ import annotations

import pytest
from pydantic import ValidationError

from assistant.http.schemas import OutcomeOut, StateOut


def test_the_description_of_the_api_names_what_became_of_a_file_and_how_far_the_server_is() -> None:
    statuses, phases = (schema.model_json_schema()["$defs"] for schema in (OutcomeOut, StateOut))
    assert {"added", "unchanged", "failed"} <= set(statuses["FileStatus"]["enum"])
    assert phases["Phase"]["enum"] == ["opening", "loading", "ready", "failed", "ending"]
    with pytest.raises(ValidationError):
        StateOut(state="asleep", doing="")
