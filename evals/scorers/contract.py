"""What the JSON contract promises about citations, checked from the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.schema import Case
from evals.scorers.common import citations, gold_needed, sentences


def citation_faults(answer: Mapping[str, Any]) -> list[str]:
    """What is wrong with the answer's citations, in words; empty when nothing is.

    Each quote is `text[start:end]` and not blank; citations are numbered 1..n in the order in
    which the sentences first use them; each is used, and each number used exists.
    """
    faults = []
    for citation in citations(answer):
        number, text, quote = citation["number"], citation["text"], citation["quote"]
        start, end = citation["start"], citation["end"]
        if not (0 <= start < end <= len(text)) or text[start:end] != quote or not quote.strip():
            faults.append(f"citation {number}: its quote is not at {start}:{end} of its paragraph")
    listed = [citation["number"] for citation in citations(answer)]
    used = list(dict.fromkeys(number for row in sentences(answer) for number in row.get("citations") or ()))
    if listed != list(range(1, len(listed) + 1)):
        faults.append(f"citations are numbered {listed}, not 1 to {len(listed)}")
    elif used != listed:
        faults.append(f"sentences use citations {used} in this order, but {listed} are listed")
    return faults


def cited_ids(answer: Mapping[str, Any], sentence: Mapping[str, Any]) -> list[str]:
    """The paragraph ids that a sentence cites, each once, in the order cited."""
    by_number = {citation["number"]: str(citation["paragraph_id"]) for citation in citations(answer)}
    return list(dict.fromkeys(by_number[number] for number in sentence.get("citations") or ()))


def is_supported(case: Case, text: str, cited: Sequence[str]) -> bool:
    """True when the cited paragraphs together state every point that the sentence makes."""
    return all(gold & set(cited) for gold in gold_needed(case, text))
