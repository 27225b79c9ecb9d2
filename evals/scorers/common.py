"""What several scorers ask of a result. A result without an answer was not judged: unscored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.matching import first_stated
from evals.schema import Case, Result, Score


def unscored(result: Result) -> Score:
    """The score of a case that applies and could not be judged, since no answer came back."""
    return Score(None, f"no answer: {result.error or 'unknown error'}")


def is_refusal(answer: Mapping[str, Any]) -> bool:
    """True when the answer is a refusal."""
    return bool(answer["refused"])


def answered(result: Result) -> Mapping[str, Any] | None:
    """The answer, unless there is none or it is a refusal."""
    return None if result.answer is None or is_refusal(result.answer) else result.answer


def sentences(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The answer's sentences: `text`, `citations` (numbers), `support`."""
    return answer.get("sentences") or ()


def citations(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The answer's citations, as the contract has them."""
    return answer.get("citations") or ()


def told(answer: Mapping[str, Any]) -> str:
    """All that the answer's words tell the reader: the text and, in a refusal, the reason."""
    return "\n".join(str(part) for part in (answer.get("answer"), answer.get("refusal_reason")) if part)


def asked(case: Case) -> str:
    """The question in full, where it is known."""
    return case.standalone or case.question


def knows_gold(case: Case) -> bool:
    """True when at least one point's gold paragraphs are known."""
    return any(case.gold)


def gold_ids(case: Case) -> frozenset[str]:
    """The paragraphs that state any point."""
    return frozenset(paragraph for point in case.gold for paragraph in point)


def gold_needed(case: Case, text: str) -> list[frozenset[str]]:
    """For each point that the sentence `text` makes, its gold paragraphs.

    One entry with the gold of all points where it makes none of them, or the points are long
    references. Points whose gold is unknown are left out.
    """
    if not case.long_form:
        made = [
            frozenset(gold)
            for wordings, gold in zip(case.answers, case.gold, strict=True)
            if gold and first_stated(text, wordings, question=asked(case), loose=True)
        ]
        if made:
            return made
    return [gold_ids(case)]


def passage_ids(result: Result) -> list[str]:
    """The ids of the passages given to the model, best first."""
    return [str(passage["paragraph_id"]) for passage in result.passages]
