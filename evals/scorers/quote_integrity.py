"""Quote integrity: are quotes verbatim, numbers in order, and refusals without citations? 1 or 0."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import citations, is_refusal, unscored
from evals.scorers.contract import citation_faults


def quote_integrity(result: Result) -> Score | None:
    """1 where the citations keep the contract, and repeat the passages' text; None for refusals.

    A refusal that cites breaks the contract and is 0.
    """
    if result.answer is None:
        return unscored(result)
    if is_refusal(result.answer):
        return Score(0.0, "a refusal cites a paragraph") if citations(result.answer) else None
    if faults := citation_faults(result.answer):
        return Score(0.0, "; ".join(faults))
    given = {passage["paragraph_id"]: passage["text"] for passage in result.passages}
    for citation in citations(result.answer):
        if given.get(citation["paragraph_id"], citation["text"]) != citation["text"]:
            return Score(0.0, f"citation {citation['number']}: its text is not its paragraph's")
    return Score(1.0, "every quote is verbatim")
