"""An optional language-model judge for free-form answers. No gate depends on it.

Its agreement with the gold labels is measured by `agreement`, and belongs beside its verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.errors import ModelError
from assistant.llm.prompts import Prompts
from assistant.settings import PROJECT
from assistant.text.citation_marks import without_citation_marks
from evals.schema import Result, Score
from evals.scorers.common import answered, asked

SCORE_NAME = "judge"
PROMPTS_FOLDER = PROJECT / "prompts"
_MAX_TOKENS = 8
_VERDICT = re.compile(r"^\W*(yes|no)\b(?!\s+(?:and|or)\b)", re.I)


class JudgeModel(Protocol):
    """A language model, pinned to one version and decoding at temperature 0."""

    def complete(self, messages: list[dict[str, str]], max_tokens: int) -> str:
        """The reply to OpenAI messages, at most `max_tokens` long; raises `ModelError`."""
        ...


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the judge says what the gold label says, over `n` results that have both.

    `raw` is the share of equal verdicts, `kappa` Cohen's kappa in [-1, 1]; both None for n = 0,
    kappa also where both always say the same one thing, so that chance agreement is complete.
    """

    n: int
    raw: float | None
    kappa: float | None


class Judge:
    """Asks a model whether an answer says what the reference says."""

    def __init__(self, model: JudgeModel, prompts: Prompts | None = None) -> None:
        self._model = model
        self._prompts = prompts or Prompts(PROMPTS_FOLDER)

    def score(self, result: Result) -> Score | None:
        """1 for yes, 0 for no; unscored where the model fails or replies neither.

        None unless the case is answerable and was answered: a refusal needs no judge.
        """
        answer = answered(result)
        if result.case.unanswerable or answer is None:
            return None
        prompt = self._prompts.render(
            "judge",
            question=asked(result.case),
            reference=reference(result.case.answers),
            answer=without_citation_marks(str(answer["answer"])),
        )
        try:
            reply = self._model.complete([{"role": "user", "content": prompt}], _MAX_TOKENS)
        except ModelError as error:
            return Score(None, f"the judge failed: {error}")
        verdict = _VERDICT.match(reply)
        if verdict is None:
            return Score(None, f"the judge replied neither yes nor no: {reply[:80]!r}")
        return Score(float(verdict[1].lower() == "yes"), f"the judge replied {reply.strip()!r}")


def reference(points: Sequence[Sequence[str]]) -> str:
    """All points in one text, each with its acceptable wordings."""
    return "; ".join(" or ".join(point) for point in points)


def agreement(results: Sequence[Result]) -> Agreement:
    """The judge's scores against `right`, over the results that have both."""
    pairs = [
        (judged.value >= 0.5, gold.value >= 0.5)
        for result in results
        if (judged := result.scores.get(SCORE_NAME)) and (gold := result.scores.get("right"))
        if judged.value is not None and gold.value is not None
    ]
    if not pairs:
        return Agreement(0, None, None)
    n = len(pairs)
    raw = sum(first == second for first, second in pairs) / n
    yes_first, yes_second = sum(first for first, _ in pairs) / n, sum(second for _, second in pairs) / n
    chance = yes_first * yes_second + (1 - yes_first) * (1 - yes_second)
    return Agreement(n, raw, (raw - chance) / (1 - chance) if chance < 1 else None)
