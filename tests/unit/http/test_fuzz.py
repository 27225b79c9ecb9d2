"""Every operation of the description, with what fits it and what does not: no failure inside, every error explained."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode


def test_no_request_fails_inside(served: Any) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    labels = []
    for found in schema.get_all_operations():
        operation = found.ok()
        labels.append(operation.label)
        cases = one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @settings(max_examples=10)
        @given(case=cases)
        def run(case: Any) -> None:
            reply = case.call()
            assert reply.status_code != 500, reply.text
            if reply.status_code >= 400:
                assert reply.json()["error"]["message"]

        run()
    assert "POST /v1/ask" in labels
    assert len(labels) >= 10
