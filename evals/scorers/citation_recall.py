"""Citation recall, after ALCE (Gao et al. 2023, https://arxiv.org/abs/2305.14627, section 3).

ALCE: a sentence counts 1 when it has citations and the cited passages together entail it; the
answer's recall is the mean over its sentences. Here gold paragraphs take the place of the
entailment model: the citations together contain, for every point that the sentence makes, a
paragraph that states it; a sentence that makes no point needs one gold paragraph of any point.
"""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import answered, knows_gold, sentences, unscored
from evals.scorers.contract import citation_faults, cited_ids, is_supported


def citation_recall(result: Result) -> Score | None:
    """Share of sentences in [0, 1]; 0 where quotes or numbering break the contract.

    None unless the case is answerable with known gold and was answered.
    """
    if result.case.unanswerable or not knows_gold(result.case):
        return None
    if result.answer is None:
        return unscored(result)
    answer = answered(result)
    if answer is None:
        return None
    if faults := citation_faults(answer):
        return Score(0.0, faults[0])
    rows = sentences(answer)
    if not rows:
        return Score(0.0, "no sentences")
    failed = [row["text"] for row in rows if not is_supported(result.case, row["text"], cited_ids(answer, row))]
    value = 1 - len(failed) / len(rows)
    return Score(value, f"not stated where it cites: {failed[0]!r}" if failed else "every sentence")
