"""Intervals and tests against values worked out by hand or taken from textbooks."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.uncertainty import holm, mcnemar_exact, permutation_paired, quartiles, sign_test, wilson


def test_wilson_by_hand() -> None:
    # p = 0.8, n = 10, z² = 3.8415:
    # centre (0.8 + 0.19207) / 1.38415, half 1.95996/1.38415·√(0.016 + 0.0096037)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_wilson_at_the_ends() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(10, 10)[1] == 1.0


def test_wilson_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        wilson(0, 0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.floats(0, n), st.just(n))))
def test_wilson_holds_its_share(pair: tuple[float, int]) -> None:
    successes, n = pair
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-9
    assert successes / n - 1e-9 <= high <= 1


def test_quartiles_by_hand() -> None:
    assert quartiles([5.0, 1.0, 2.0, 4.0, 3.0]) == (2.0, 3.0, 4.0)
    assert quartiles([1.0, 2.0]) == (1.25, 1.5, 1.75)
    assert quartiles([4.0]) == (4.0, 4.0, 4.0)
    with pytest.raises(ValueError, match="no values"):
        quartiles([])


def test_sign_test_by_hand() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(5, 5) == 1
    assert sign_test(0, 5) == pytest.approx(2 / 32)
    assert sign_test(2, 8) == pytest.approx(2 * (comb(10, 0) + comb(10, 1) + comb(10, 2)) / 1024)


def test_mcnemar_counts_only_the_cases_that_changed() -> None:
    before = [True] * 20 + [False] * 6
    after = [True] * 20 + [True] * 6
    assert mcnemar_exact(before, after) == pytest.approx(2 / 64)
    assert mcnemar_exact(before, before) == 1


def test_mcnemar_needs_pairs() -> None:
    with pytest.raises(ValueError, match="zip"):
        mcnemar_exact([True], [])


def test_permutation_by_hand() -> None:
    # differences 1, 2, 3: of 8 signings only +++ and --- are as far from 0
    assert permutation_paired([0, 0, 0], [1, 2, 3]) == pytest.approx(2 / 8)
    # differences 1, -1: every signing sums to 0 at least
    assert permutation_paired([0, 1], [1, 0]) == 1
    assert permutation_paired([1.0, 2.0], [1.0, 2.0]) == 1


def test_permutation_agrees_with_the_sign_test_on_equal_steps() -> None:
    before, after = [0.0] * 10, [1.0] * 8 + [-1.0] * 2
    assert permutation_paired(before, after) == pytest.approx(sign_test(8, 2))


def test_permutation_of_many_is_seeded() -> None:
    before, after = [0.0] * 40, [0.1 * (at % 7) for at in range(40)]
    p = permutation_paired(before, after)
    assert p == permutation_paired(before, after)
    assert 0 < p < 0.001


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
