"""The scorers: pure functions from a result to a score, one a file.

None: the score does not apply to the case and is absent. `Score(None)`: it applies, and could
not be made (unscored).
"""

from __future__ import annotations

from collections.abc import Callable

from evals.schema import Result, Score
from evals.scorers.citation_precision import citation_precision
from evals.scorers.citation_recall import citation_recall
from evals.scorers.citations_state import citations_state
from evals.scorers.context_recall import context_recall
from evals.scorers.date_confusion import date_confusion
from evals.scorers.false_refusal import false_refusal
from evals.scorers.latency import seconds_first_token, seconds_refusal, seconds_total
from evals.scorers.mrr import mrr
from evals.scorers.quote_integrity import quote_integrity
from evals.scorers.refusal_precision import refusal_precision
from evals.scorers.right import right
from evals.scorers.right_and_direct import right_and_direct
from evals.scorers.rightly_refused import rightly_refused
from evals.scorers.support_rate import support_rate

Scorer = Callable[[Result], Score | None]

SCORERS: tuple[tuple[str, Scorer], ...] = (
    ("right", right),
    ("right_and_direct", right_and_direct),
    ("false_refusal", false_refusal),
    ("rightly_refused", rightly_refused),
    ("refusal_precision", refusal_precision),
    ("date_confusion", date_confusion),
    ("citations_state", citations_state),
    ("support_rate", support_rate),
    ("citation_precision", citation_precision),
    ("citation_recall", citation_recall),
    ("context_recall", context_recall),
    ("mrr", mrr),
    ("seconds_first_token", seconds_first_token),
    ("seconds_total", seconds_total),
    ("seconds_refusal", seconds_refusal),
    ("quote_integrity", quote_integrity),
)


def score(result: Result) -> dict[str, Score]:
    """The scores that apply to `result`, by name, in the order of `SCORERS`."""
    scores = {name: scorer(result) for name, scorer in SCORERS}
    return {name: value for name, value in scores.items() if value is not None}
