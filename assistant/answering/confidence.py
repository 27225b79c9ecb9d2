"""Calibrated confidence: from the judge's probabilities to how often such an answer is right.

A logistic model (Platt 1999) over the log-odds of two judgements, is the question answered in the article
and is this the right answer; that the sentence is stated is demanded before (`verifier.SURELY_STATED`). Its
coefficients are in `confidence.json`, fitted by `python -m evals.calibrate` on bundles of news that the
adapter was not trained on; the bound of the label *Likely right* was chosen by hand (docs/measured.md).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from assistant.verification.verifier import Judgements

STORED = Path(__file__).with_name("confidence.json")
_NEVER_CERTAIN = 1e-4


class Label(StrEnum):
    """What the page and the terminal say of an answer.

    How many of each are right on the bundles, docs/measured.md tells.
    """

    HIGH = "Likely right"
    LOW = "Uncertain; read the source"


def label(confidence: float) -> Label:
    """The words for a probability in [0, 1]."""
    return Label.HIGH if confidence >= 0.7 else Label.LOW


def confidence(judgements: Judgements) -> float:
    """The probability in (0, 1) that a claim with these judgements answers its question rightly."""
    stored = _stored()
    odds = stored["intercept"] + sum(stored[name] * value for name, value in signals(judgements).items())
    return 1 / (1 + math.exp(-odds))


def signals(judgements: Judgements) -> dict[str, float]:
    """The model's inputs by name: log-odds."""
    return {"answered": log_odds(judgements.answered), "right": log_odds(judgements.right)}


def log_odds(probability: float) -> float:
    """log(p / (1 - p)), bounded where the probability is 0 or 1."""
    p = min(max(probability, _NEVER_CERTAIN), 1 - _NEVER_CERTAIN)
    return math.log(p / (1 - p))


@cache
def _stored() -> Mapping[str, float]:
    coefficients: dict[str, float] = json.loads(STORED.read_text(encoding="utf-8"))["coefficients"]
    return coefficients
