"""Citation precision, after ALCE (Gao et al. 2023, https://arxiv.org/abs/2305.14627, section 3).

ALCE: a citation is precise when its sentence is supported by its citations together, and the
citation is not irrelevant, that is, it supports the sentence by itself or the others do not
support it without it. The mean is over all (sentence, citation) pairs of the answer, 0 where
there are none. Gold paragraphs decide: a citation supports by itself what it is gold for.
"""

from __future__ import annotations

from evals.schema import Result, Score
from evals.scorers.common import answered, gold_needed, knows_gold, sentences, unscored
from evals.scorers.contract import citation_faults, cited_ids, is_supported


def citation_precision(result: Result) -> Score | None:
    """Share of citations in [0, 1]; 0 where quotes or numbering break the contract.

    None unless the case is answerable with known gold and was answered.
    """
    case = result.case
    if case.unanswerable or not knows_gold(case):
        return None
    if result.answer is None:
        return unscored(result)
    answer = answered(result)
    if answer is None:
        return None
    if faults := citation_faults(answer):
        return Score(0.0, faults[0])
    precise = total = 0
    wrong = ""
    for row in sentences(answer):
        cited = cited_ids(answer, row)
        supported = is_supported(case, row["text"], cited)
        needed = gold_needed(case, row["text"])
        for place, paragraph in enumerate(cited):
            others = cited[:place] + cited[place + 1 :]
            is_gold = any(paragraph in gold for gold in needed)
            is_precise = supported and (is_gold or not is_supported(case, row["text"], others))
            total += 1
            precise += is_precise
            wrong = wrong or ("" if is_precise else f"{paragraph} is no gold paragraph for {row['text']!r}")
    if not total:
        return Score(0.0, "no citations")
    return Score(precise / total, wrong or "every citation")
