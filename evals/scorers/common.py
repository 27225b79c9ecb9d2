"""What several scorers ask of a result. A result without an answer was not judged: unscored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.text.citation_marks import without_citation_marks
from evals.matching.answers import first_stated, stated_rejects
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
    """The answer's sentences: `text`, `citations` (numbers), `quoted`, `byline`."""
    return answer.get("sentences") or ()


def citations(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The answer's citations, as the contract has them."""
    return answer.get("citations") or ()


def said(answer: Mapping[str, Any]) -> str:
    """The answer's sentences without bylines and citation marks, which would pass for figures of its own."""
    return "\n".join(str(row["text"]) for row in sentences(answer)) or without_citation_marks(
        str(answer.get("answer") or "")
    )


def told(answer: Mapping[str, Any]) -> str:
    """All that a refusal's words tell the reader: the text and the reason."""
    return "\n".join(str(part) for part in (answer.get("answer"), answer.get("refusal_reason")) if part)


def asked(case: Case) -> str:
    """The question in full, where it is known."""
    return case.standalone or case.question


def stated_point(case: Case, text: str, point: Sequence[str]) -> str | None:
    """The wording of a point that `text` states, or None."""
    return first_stated(
        text, point, question=asked(case), loose=True, references=case.references, by_figure=case.by_figure
    )


def stated_wrongs(case: Case, text: str, wrongs: Sequence[str]) -> list[str]:
    """What of `wrongs` the text states, unless as a part of a right wording."""
    return stated_rejects(text, wrongs, question=asked(case), allowed=case.wordings, by_figure=case.by_figure)


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
            if gold and stated_point(case, text, wordings)
        ]
        if made:
            return made
    return [gold_ids(case)]


def cited(answer: Mapping[str, Any], sentence: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The citations of one sentence, in its order."""
    by_number = {citation["number"]: citation for citation in citations(answer)}
    return [by_number[number] for number in sentence.get("citations") or () if number in by_number]


def states_gold(case: Case, citation: Mapping[str, Any]) -> bool:
    """True when the citation's quote shares a character with a gold quote of the same paragraph."""
    return any(
        citation["start"] < end and start < citation["end"]
        for quote in case.quotes
        if quote.paragraph_id == citation["paragraph_id"]
        for start, end in _places(str(citation["text"]), quote.text)
    )


def _places(text: str, part: str) -> Iterator[tuple[int, int]]:
    start = text.find(part)
    while part and start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + 1)


def passage_ids(result: Result) -> list[str]:
    """The ids of the passages given to the model, best first."""
    return [str(passage["paragraph_id"]) for passage in result.passages]
