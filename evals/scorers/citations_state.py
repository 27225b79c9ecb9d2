"""Do the citations of a right answer quote the words that state it? 1 or 0."""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import answered, citations, states_gold
from evals.scorers.right import right


def citations_state(result: Result) -> Score | None:
    """1 where a quote overlaps a gold quote in characters; None unless it is right and they are known."""
    case, answer = result.case, answered(result)
    if not case.quotes or answer is None:
        return None
    judged = right(result)
    if judged is None or judged.value != 1:
        return None
    if any(states_gold(case, citation) for citation in citations(answer)):
        return Score(1.0, "quotes words that state it")
    places = ", ".join(dict.fromkeys(str(citation["paragraph_id"]) for citation in citations(answer)))
    return Score(0.0, f"quotes other words, of {places}" if places else "cites nothing")
