"""Spreads: the ends come back, quantiles rise, and no share passes 1."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from farthing.units.normal import Z95, normal_quantile
from farthing.units.spread import Spread

LEVELS = np.linspace(0.001, 0.999, 333)
FINITE = st.floats(-1e12, 1e12)
POSITIVE = st.floats(1e-9, 1e12)


def three(strategy):
    return st.tuples(strategy, strategy, strategy).map(sorted)


def two(strategy):
    return st.tuples(strategy, strategy).map(sorted)


SPREADS = st.one_of(
    FINITE.map(Spread.exact),
    two(FINITE).map(lambda ends: Spread.between(*ends)),
    two(POSITIVE).map(lambda ends: Spread.between(*ends)),
    two(st.floats(1e-6, 1 - 1e-6)).map(lambda ends: Spread.share(*ends)),
    st.tuples(POSITIVE, st.floats(0, 3)).map(lambda given: Spread.lognormal(*given)),
    three(FINITE).map(lambda points: Spread.triangular(*points)),
    two(FINITE).map(lambda ends: Spread.uniform(*ends)),
    st.lists(FINITE, min_size=1, max_size=20).map(Spread.empirical),
)


def test_the_normal_quantile_agrees_with_two_other_implementations():
    levels = np.concatenate([np.linspace(1e-4, 1 - 1e-4, 2001), 10.0 ** -np.arange(1, 300)])
    mine = normal_quantile(levels)
    np.testing.assert_allclose(mine, ndtri(levels), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        mine, [statistics.NormalDist().inv_cdf(u) for u in levels], rtol=1e-12, atol=1e-12
    )
    assert pytest.approx(statistics.NormalDist().inv_cdf(0.95), rel=1e-15) == Z95


@given(SPREADS)
def test_quantiles_never_fall(spread):
    values = spread.quantile(LEVELS)
    slack = 1e-9 * max(1.0, float(np.max(np.abs(values))))
    assert np.all(np.diff(values) >= -slack)


@given(two(POSITIVE))
def test_the_ends_of_a_range_are_its_percentiles(ends):
    spread = Spread.between(*ends)
    assert (spread.p05, spread.p95) == pytest.approx(tuple(ends), rel=1e-9)
    assert spread.p50 == pytest.approx(math.sqrt(ends[0]) * math.sqrt(ends[1]), rel=1e-9)


@given(two(st.floats(-1e9, 1e9)))
def test_a_range_across_zero_is_normal(ends):
    low, high = -abs(ends[0]), ends[1]
    low, high = min(low, high), max(low, high)
    spread = Spread.between(low, high)
    assert spread.p05 == pytest.approx(low, rel=1e-9, abs=1e-6)
    assert spread.p95 == pytest.approx(high, rel=1e-9, abs=1e-6)


@given(two(st.floats(0.001, 0.999)))
def test_a_share_stays_between_zero_and_one(ends):
    spread = Spread.share(*ends)
    values = spread.quantile(np.array([1e-5, 0.05, 0.95, 1 - 1e-5]))
    assert np.all((values > 0) & (values < 1))
    assert values[1:3] == pytest.approx(ends, rel=1e-9)


@given(SPREADS, st.floats(-1e3, 1e3))
def test_another_unit_multiplies_every_quantile(spread, factor):
    scaled = spread.times(factor)
    mirrored = LEVELS if factor >= 0 else 1 - LEVELS
    np.testing.assert_allclose(scaled.quantile(LEVELS), factor * spread.quantile(mirrored), rtol=1e-9)


def test_known_shapes_by_hand():
    assert Spread.uniform(0, 10).p95 == pytest.approx(9.5)
    assert Spread.triangular(0, 5, 10).p50 == pytest.approx(5)
    # A right triangle: F(x) = x²/100, so the 25th percentile is 5.
    assert Spread.triangular(0, 10, 10).quantile(np.array([0.25]))[0] == pytest.approx(5)
    assert Spread.empirical([3, 1, 2]).p50 == 2
    assert Spread.lognormal(100, 0).p95 == 100
    assert Spread.share(0.4, 0.4) == Spread.exact(0.4)


def test_equal_spreads_are_equal_and_hash_alike():
    assert len({Spread.between(2, 3), Spread.between(2.0, 3.0)}) == 1


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (lambda: Spread.between(3, 2), "low to high"),
        (lambda: Spread.uniform(3, 2), "low to high"),
        (lambda: Spread.triangular(1, 0, 2), "low, mode, high"),
        (lambda: Spread.share(0, 0.5), "strictly between 0 and 1"),
        (lambda: Spread.lognormal(0, 1), "positive"),
        (lambda: Spread.lognormal(1, -1), "not negative"),
        (lambda: Spread.empirical([]), "at least one"),
        (lambda: Spread.exact(math.nan), "finite"),
        (lambda: Spread.exact(1).times(math.inf), "finite"),
        (lambda: Spread.exact(1).quantile(np.array([0.0])), "strictly between"),
        (lambda: Spread.exact(1).quantile(np.array([1.0])), "strictly between"),
        (lambda: Spread.exact(1).quantile(np.array([math.nan])), "strictly between"),
    ],
)
def test_impossible_spreads_are_refused(make, saying):
    with pytest.raises(ValueError, match=saying):
        make()
