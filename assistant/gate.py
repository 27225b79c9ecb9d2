"""Is the question answerable from a report? A probability, from several signals together.

The language model's P(yes) alone is not calibrated: its best threshold differs from one
collection to the next. A logistic model joins it with what can be counted. Its coefficients are
in `gate.json`, refitted by `python -m evals.fit_gate`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.llm import ChatModel
from assistant.prompts import Prompts
from assistant.reports import Report
from assistant.words import content_words, stems

COEFFICIENTS = Path(__file__).with_name("gate.json")
_NEVER_CERTAIN = 1e-4


@dataclass(frozen=True, slots=True)
class Signals:
    """What the gate looks at, for one report.

    `yes` is the log-odds of the model's P(yes); `asked` the share of the question's content words
    that the report's passages, title, outlet and date contain; `missing_names` counts the
    question's names and numbers that they do not; `similarity` is the best cosine similarity.
    """

    yes: float
    asked: float
    missing_names: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report, the signals and the probability that it answers the question."""

    report: Report
    signals: Signals
    probability: float


class Gate:
    """Judges reports, one short call to the model each."""

    def __init__(self, model: ChatModel, prompts: Prompts, coefficients: Mapping[str, float] | None = None) -> None:
        self._model = model
        self._prompts = prompts
        self._coefficients = coefficients or _stored_coefficients()

    def judge(self, question: str, report: Report) -> Verdict:
        """The probability that `report` states the answer to `question`."""
        text = self._prompts.render("gate", passages=report.render(), question=question)
        messages = [
            {"role": "system", "content": self._prompts.render("system")},
            {"role": "user", "content": text},
        ]
        signals = measure(question, report, self._model.probability_yes(messages))
        return Verdict(report, signals, self.probability(signals))

    def probability(self, signals: Signals) -> float:
        """The calibrated probability for these signals."""
        odds = self._coefficients["intercept"]
        for name, value in asdict(signals).items():
            odds += self._coefficients[name] * value
        return 1 / (1 + math.exp(-odds))


def measure(question: str, report: Report, p_yes: float) -> Signals:
    """The signals for one report; `p_yes` is the model's own probability."""
    p_yes = min(max(p_yes, _NEVER_CERTAIN), 1 - _NEVER_CERTAIN)
    known = stems(report.render())
    asked = content_words(question)
    missing = [word for word in asked if word.stem not in known]
    # A question's first word is capitalised whether it is a name or not.
    names = [word for word in missing if word.is_number or (word.is_capitalised and word.start > 0)]
    return Signals(
        yes=math.log(p_yes / (1 - p_yes)),
        asked=1 - len(missing) / max(1, len(asked)),
        missing_names=float(len({word.stem for word in names})),
        similarity=max((passage.dense_score or 0.0) for passage in report.passages),
    )


@cache
def _stored_coefficients() -> dict[str, float]:
    stored: dict[str, float] = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["coefficients"]
    return stored
