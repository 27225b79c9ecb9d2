"""AUC, calibration and risk against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.calibration import (
    RiskPoint,
    auc,
    auc_interval,
    calibration_bins,
    expected_calibration_error,
    risk_coverage,
)


def test_auc_by_hand() -> None:
    # pairs (yes, no): 0.9>0.5, 0.9>0.4, 0.4<0.5, 0.4=0.4 -> (1 + 1 + 0 + 0.5) / 4
    assert auc([0.9, 0.4, 0.5, 0.4], [True, True, False, False]) == pytest.approx(0.625)
    assert auc([0.9, 0.1], [True, False]) == 1
    assert auc([0.1, 0.9], [True, False]) == 0
    assert auc([0.5, 0.5], [True, False]) == 0.5


def test_auc_needs_both_classes() -> None:
    assert auc([0.9], [True]) is None
    assert auc_interval([0.9], [True]) is None


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=2, max_size=20))
def test_auc_is_the_share_of_pairs_in_order(pairs: list[tuple[float, bool]]) -> None:
    yes = [c for c, label in pairs if label]
    no = [c for c, label in pairs if not label]
    if not yes or not no:
        return
    wins = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
    assert auc([c for c, _ in pairs], [label for _, label in pairs]) == pytest.approx(wins / len(yes) / len(no))


def test_auc_interval_is_seeded_and_holds_the_value() -> None:
    confidences = [0.9, 0.8, 0.7, 0.4, 0.6, 0.3, 0.2, 0.1]
    labels = [True, True, True, True, False, False, False, False]
    interval = auc_interval(confidences, labels)
    assert interval is not None
    assert interval == auc_interval(confidences, labels)
    value = auc(confidences, labels)
    assert value is not None
    assert interval[0] <= value <= interval[1]


def test_calibration_error_by_hand() -> None:
    # bin [0.9, 1]: mean 0.95, share 0.5; bin [0.1, 0.2): mean 0.1, share 0 -> (2·0.45 + 2·0.1) / 4
    confidences, labels = [1.0, 0.9, 0.1, 0.1], [True, False, False, False]
    assert expected_calibration_error(confidences, labels) == pytest.approx(0.275)
    assert [(each.low, each.n) for each in calibration_bins(confidences, labels)] == [(0.1, 2), (0.9, 2)]
    assert expected_calibration_error([], []) is None


def test_risk_coverage_by_hand() -> None:
    points = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert points == [RiskPoint(0.9, 0.25, 0.0), RiskPoint(0.8, 0.75, 1 / 3), RiskPoint(0.1, 1.0, 0.5)]
    assert risk_coverage([0.5, 0.5], [True, False]) == risk_coverage([0.5, 0.5], [False, True])
