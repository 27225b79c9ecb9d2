"""The scorers: pure functions from a result to a score, one a file.

None: the score does not apply to the case and is absent. `Score(None)`: it applies, and could
not be made (unscored).
"""

from __future__ import annotations

from collections.abc import Callable

from evals.schema import Result, Score
from evals.scorers.answer_accuracy import answer_accuracy
from evals.scorers.citation_precision import citation_precision
from evals.scorers.citation_recall import citation_recall
from evals.scorers.context_recall import context_recall
from evals.scorers.false_refusal import false_refusal
from evals.scorers.latency import seconds_first_token, seconds_total
from evals.scorers.mrr import mrr
from evals.scorers.quote_integrity import quote_integrity
from evals.scorers.refusal_precision import refusal_precision
from evals.scorers.refusal_recall import refusal_recall
from evals.scorers.support_rate import support_rate
from evals.scorers.wrong_date import wrong_date

Scorer = Callable[[Result], Score | None]

SCORERS: tuple[tuple[str, Scorer], ...] = (
    ("answer_accuracy", answer_accuracy),
    ("false_refusal", false_refusal),
    ("refusal_recall", refusal_recall),
    ("refusal_precision", refusal_precision),
    ("citation_precision", citation_precision),
    ("citation_recall", citation_recall),
    ("support_rate", support_rate),
    ("wrong_date", wrong_date),
    ("context_recall", context_recall),
    ("mrr", mrr),
    ("seconds_first_token", seconds_first_token),
    ("seconds_total", seconds_total),
    ("quote_integrity", quote_integrity),
)


def score(result: Result) -> dict[str, Score]:
    """The scores that apply to `result`, by name, in the order of `SCORERS`."""
    scores = {name: scorer(result) for name, scorer in SCORERS}
    return {name: value for name, value in scores.items() if value is not None}
