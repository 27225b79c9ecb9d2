"""One probability from two judgements: it rises with each of them, and says in words what was measured."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.confidence import STORED, Label, confidence, label, log_odds, signals
from assistant.verification.verifier import Judgements

NAMES = ["answered", "right"]
probabilities = st.floats(0, 1)


@pytest.mark.parametrize("name", NAMES)
def test_it_rises_with_each_judgement(name: str) -> None:
    middle = Judgements(0.5, 0.5, 0.5)
    values = [confidence(replace(middle, **{name: p})) for p in (0.0, 0.01, 0.2, 0.5, 0.8, 0.99, 1.0)]
    assert values == sorted(values)
    assert len(set(values)) == len(values)


@given(probabilities, probabilities, probabilities)
def test_it_is_a_probability_and_never_certain(answered: float, stated: float, right: float) -> None:
    assert 0 < confidence(Judgements(answered, stated, right)) < 1


def test_a_sure_judge_is_believed_and_a_doubting_one_is_not() -> None:
    assert confidence(Judgements(0.99, 0.99, 0.99)) > 0.75
    assert confidence(Judgements(0.05, 0.05, 0.05)) < 0.25


def test_the_stored_coefficients_are_those_of_the_signals() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))["coefficients"]
    assert set(stored) == {"intercept", *NAMES} == {"intercept", *signals(Judgements(0.5, 0.5, 0.5))}


def test_the_stored_coefficients_decide() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))["coefficients"]
    odds = math.e
    judged = Judgements(odds / (1 + odds), 0.5, 1 / (1 + odds))
    expected = stored["intercept"] + stored["answered"] - stored["right"]
    assert log_odds(confidence(judged)) == pytest.approx(expected)


@pytest.mark.parametrize(("probability", "odds"), [(0.5, 0.0), (0.75, math.log(3)), (0.25, -math.log(3))])
def test_log_odds(probability: float, odds: float) -> None:
    assert log_odds(probability) == pytest.approx(odds)


def test_log_odds_of_certainty_are_finite_and_as_far_from_even_on_both_sides() -> None:
    assert 5 < log_odds(1.0) < 20
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (1.0, Label.HIGH),
        (0.7, Label.HIGH),
        (0.6999, Label.LOW),
        (0.0, Label.LOW),
    ],
)
def test_the_words_change_at_their_bounds(probability: float, expected: Label) -> None:
    assert label(probability) is expected
