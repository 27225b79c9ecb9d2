from __future__ import annotations

import pytest
from pydantic import ValidationError

from assistant.http.ask import question_of
from assistant.http.schemas import AskBody, OutcomeOut, StateOut
from assistant.schema.answers import Turn


def test_the_description_of_the_api_names_what_became_of_a_file_and_how_far_the_server_is() -> None:
    statuses, phases = (schema.model_json_schema()["$defs"] for schema in (OutcomeOut, StateOut))
    assert {"added", "unchanged", "failed"} <= set(statuses["FileStatus"]["enum"])
    assert phases["Phase"]["enum"] == ["opening", "loading", "ready", "failed", "ending"]
    with pytest.raises(ValidationError):
        StateOut(state="asleep", doing="")


def test_a_turn_may_name_the_articles_that_it_cites() -> None:
    said = [{"role": "user", "content": "Who met?"}, {"role": "assistant", "content": "They.", "articles": ["a", "b"]}]
    question = question_of(AskBody.model_validate({"question": "Where?", "history": said}))
    assert question.history == (Turn("user", "Who met?"), Turn("assistant", "They.", ("a", "b")))
