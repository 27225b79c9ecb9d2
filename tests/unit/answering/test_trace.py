"""The record of how an answer came about."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from answer_samples import context, passage

from assistant.answering.selection import Candidate
from assistant.answering.trace import Trace
from assistant.cli.explain import print_steps
from assistant.schema.answers import Answer, Quote
from assistant.schema.trace import ApartOutcome
from assistant.verification.evidence import Evidence
from assistant.verification.verifier import Claim, Judgements

FOUND = replace(passage("They signed two.", 9), via="Xinhua", score=0.03, dense_score=0.61234)
UNDATED = passage("He came.", 1, "other", None, None)
BAD = Claim("They signed 7.", context("x"), (), Judgements(0.9, 0.0, 0.0), 0.0, ("“7” is not in what is quoted",))
GOOD = Claim(
    "They signed two.",
    context("x"),
    (Evidence(FOUND, Quote("They signed", 0, 11)),),
    Judgements(0.876543, 1.0, 0.5),
    0.912345,
    quoted=True,
)


@pytest.fixture
def record(trace: Trace) -> dict[str, Any]:
    return trace.ended().to_dict()


@pytest.fixture
def trace() -> Trace:
    trace = Trace("What did they sign?", 0.5, (FOUND, UNDATED))
    trace.candidates = [
        Candidate(context("One.", "Two."), 0.876543),
        Candidate(context("x", published=None, source=None), 0.1),
    ]
    trace.checked([BAD], [ApartOutcome.NOT_STATED])
    trace.checked([GOOD], [ApartOutcome.SHOWN])
    return trace


def test_it_is_plain_json_and_survives_a_round_trip(record: dict[str, Any]) -> None:
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert list(record) == ["question", "parts", "threshold", "passages", "reports", "sentences"]
    assert (record["question"], record["threshold"]) == ("What did they sign?", 0.5)


def test_passages_have_both_scores_or_none(record: dict[str, Any]) -> None:
    found, undated = record["passages"]
    assert (found["paragraph_id"], found["published"], found["via"]) == ("new#p9", "2023-03-22", "Xinhua")
    assert (found["dense_score"], found["bm25_score"]) == (0.6123, None)
    assert (undated["published"], undated["source"]) == (None, None)


def test_an_article_is_named_with_what_was_read_of_it_and_how_likely_it_answers(record: dict[str, Any]) -> None:
    dated, undated = record["reports"]
    assert dated == {
        "article_id": "new",
        "title": "Title new",
        "source": "TDI",
        "published": "2023-03-22",
        "paragraphs": [1, 2],
        "answered": 0.8765,
    }
    assert (undated["published"], undated["source"]) == (None, None)


def test_a_claim_is_told_with_what_became_of_it_and_why(record: dict[str, Any]) -> None:
    bad, good = record["sentences"]
    assert (bad["draft"], bad["outcome"], bad["confidence"]) == ("They signed 7.", "not stated by what it cites", 0.0)
    assert (bad["problems"], bad["evidence"]) == (["“7” is not in what is quoted"], [])
    assert (good["outcome"], good["quoted"], good["confidence"]) == ("shown", True, 0.9123)
    assert good["judgements"] == {"answered": 0.8765, "stated": 1.0, "right": 0.5}
    assert good["evidence"] == [{"paragraph_id": "new#p9", "quote": "They signed"}]


def test_an_outcome_for_each_claim_or_none_is_noted() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Trace("Who?", 0.5).checked([BAD, GOOD], [ApartOutcome.SHOWN])


def test_the_outcomes_are_words_for_a_reader_and_differ() -> None:
    assert len({outcome.value for outcome in ApartOutcome}) == len(ApartOutcome)
    assert all(outcome.value == outcome.value.strip() and outcome.value[0].islower() for outcome in ApartOutcome)


def explained(**fields: Any) -> str:
    given = {"question": "And?", "standalone_question": "And?", "timings_ms": {"total": 2100}} | fields
    out = StringIO()
    print_steps(
        Answer(
            answer="",
            refused=False,
            refusal_reason=None,
            confidence=1,
            sentences=(),
            citations=(),
            closest=(),
            model="m",
            **given,
        ),
        out,
    )
    return out.getvalue()


def test_a_person_reads_all_of_it(trace: Trace) -> None:
    text = " ".join(explained(standalone_question="What did they sign?", steps=trace.ended()).split())
    for part in (
        "understood as: What did they sign?",
        "new#p9 0.030, 0.612, –",
        "2023-03-22 Title new: 0.88",
        "undated Title new: 0.10",
        "sentences (shown from 0.5):",
        "“They signed 7.” (the model's words) → not stated by what it cites; “7” is not in what is quoted",
        "“They signed two.” (the article's words) → shown",
        "confidence 0.91: answered 0.88, stated 1.00, right 0.50",
        "new#p9: “They signed”",
        "time: total 2.10 s",
    ):
        assert part in text


def test_where_nothing_was_found_or_written_that_is_said() -> None:
    text = explained(steps=Trace("And?", 0.5).ended())
    assert "none was written" in text
    assert "understood as" not in text
    assert "is it answered" not in text
