"""Builders of cases and results, as fixtures, so that a test says only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from eval_builders import MakeCase, MakeResult

from evals.schema import Case, Result, Score

PARAGRAPHS = {
    "x#p1": "Moscow, July 4: Xi and Putin agreed to boost bilateral ties.",
    "x#p2": "Xi and Putin signed two joint statements.",
    "y#p1": "Moscow, 22 March 2023: Xi and Putin met.",
}


@pytest.fixture
def make_case() -> MakeCase:
    """An answerable case about the two statements, with changes."""

    def make(**changes: Any) -> Case:
        fields: dict[str, Any] = {
            "id": "c1",
            "question": "How many joint statements were signed?",
            "category": "plain",
            "answers": (("two", "pair"),),
            "gold": (("x#p2",),),
        }
        if changes.get("unanswerable"):
            fields |= {"answers": (), "gold": ()}
        return Case(**(fields | changes))

    return make


@pytest.fixture
def make_result() -> MakeResult:
    """A result that answers with sentences (text, cited paragraph ids); without any it refuses."""

    def make(
        case: Case,
        *sentences: tuple[str, Sequence[str]],
        passages: Sequence[str] = (),
        answer: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Result:
        built = {**_answer(sentences), **(answer or {})}
        given = tuple({"paragraph_id": each, "text": PARAGRAPHS[each]} for each in passages)
        fields: dict[str, Any] = {"case": case, "answer": built, "passages": given}
        return Result(**(fields | changes))

    return make


@pytest.fixture
def scored() -> Any:
    """A result with given scores and confidence, for what reads scores only."""

    def make(case: Case, *, refused: bool = False, confidence: float = 0.9, run: int = 1, **scores: Any) -> Result:
        answer = {"answer": f"answer of {case.id}", "refused": refused, "confidence": confidence}
        return Result(case, answer, run=run, scores={name: Score(value) for name, value in scores.items()})

    return make


def _answer(sentences: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    numbers: dict[str, int] = {}
    rows = []
    for text, cited in sentences:
        marks = [numbers.setdefault(paragraph, len(numbers) + 1) for paragraph in cited]
        rows.append({"text": text, "citations": marks, "support": 0.9})
    citations = []
    for paragraph, number in numbers.items():
        text = PARAGRAPHS[paragraph]
        citations.append(
            {
                "number": number,
                "paragraph_id": paragraph,
                "text": text,
                "quote": text[3:9],
                "start": 3,
                "end": 9,
            }
        )
    return {
        "answer": " ".join(text for text, _ in sentences) or "The articles do not say.",
        "refused": not sentences,
        "refusal_reason": None if sentences else "no paragraph states it",
        "confidence": 0.9 if sentences else 0.1,
        "sentences": rows,
        "citations": citations,
        "timings_ms": {"first_token": 900, "total": 2100} if sentences else {"total": 300},
    }
