"""Forecasts against what generators with known seasons go on to do, and with next to nothing to go by."""

from datetime import timedelta

import numpy as np
import pytest
from made_seasons import MONDAY, daily, hourly

from farthing.track.forecast import Series, forecast, series_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KNOWN, AHEAD = 84, 14


def series(course, known, step=DAY):
    requests, tokens, usd = (values[None, :known] for values in (course.requests, course.tokens, course.usd))
    return Series(MONDAY, step, (("model",),), requests, tokens, usd)


def last_week_again(usd, known, periods, season=7):
    return np.array([usd[known - season + place % season] for place in range(periods)])


def tried(kind, seeds):
    """Forecasts of synthetic courses, and what then happened."""
    for seed in seeds:
        course = daily(kind, KNOWN + AHEAD, np.random.default_rng(seed))
        yield forecast(series(course, KNOWN), AHEAD), course.usd


@pytest.mark.parametrize("kind", ["flat", "office week", "home week", "growth", "decline", "heavy tails"])
def test_it_errs_less_than_the_last_week_again(kind):
    ours = naive = 0.0
    for made, usd in tried(kind, range(500, 512)):
        ours += np.abs(made.usd_mid - usd[KNOWN:]).sum()
        naive += np.abs(last_week_again(usd, KNOWN, AHEAD) - usd[KNOWN:]).sum()
    assert ours < 0.95 * naive


def test_hours_have_a_day_and_a_week():
    course = hourly(24, np.random.default_rng(77))
    known = 21 * 24
    made = forecast(series(course, known, HOUR), 72)
    actual = course.usd[known:]
    naive = np.abs(last_week_again(course.usd, known, 72, 168) - actual).sum()
    assert made.season == "day and week"
    assert np.abs(made.usd_mid - actual).sum() < 0.9 * naive


def test_ranges_hold_about_four_of_five():
    inside, sums = [], []
    for kind in ("flat", "office week", "growth", "heavy tails"):
        for made, usd in tried(kind, range(700, 712)):
            actual = usd[KNOWN:]
            inside.append((made.usd_low80 <= actual) & (actual <= made.usd_high80))
            total = made.total()
            sums.append(total.p10 <= actual.sum() <= total.p90)
    assert 0.72 <= np.mean(inside) <= 0.90
    assert 0.65 <= np.mean(sums) <= 0.97


def test_a_season_without_noise_is_found_exactly():
    week = np.array([5.0, 5, 5, 5, 5, 1, 2])
    made = forecast(series_of(MONDAY, DAY, np.tile(week, 8), np.tile(week * 10, 8)), 14)
    assert made.usd_mid == pytest.approx(np.tile(week, 2), rel=0.02)
    assert made.total(0, 7).p50 == pytest.approx(28, rel=0.01)
    assert made.total(0.5, 1).p50 == pytest.approx(2.5, rel=0.02)


def test_the_drivers_multiply_to_the_dollars():
    made, _ = next(iter(tried("office week", [3])))
    assert made.drivers.usd.sum() == pytest.approx(made.usd_mid.sum())
    assert made.drivers.tokens_per_request[0] == pytest.approx(5_000, rel=0.05)
    assert made.drivers.usd_per_token[0] == pytest.approx(2e-5, rel=0.02)


def test_the_naive_way_is_used_where_it_wins():
    """The same value for a while, then another: the last one is the best guess for the next."""
    steps = np.repeat(np.random.default_rng(9).lognormal(3, 1.5, 25), 5)[:101]
    made = forecast(series_of(MONDAY, timedelta(minutes=1), steps, steps), 1)
    errors = {name: error for name, error in made.candidates.items() if error is not None}
    assert made.method == "seasonal_naive"
    assert errors["seasonal_naive"] == min(errors.values()) == made.wape


@pytest.mark.parametrize("known", [1, 2, 3, 6, 8])
def test_little_history_gives_a_wide_and_sane_range(known):
    usd = 100 * np.random.default_rng(known).lognormal(0, 0.2, known)
    total = forecast(series_of(MONDAY, DAY, usd, usd), 30).total()
    assert 1500 < total.p50 < 6000
    assert total.p05 <= total.p10 < total.p50 < total.p90 <= total.p95
    assert total.p90 / total.p10 > 1.25


def test_one_giant_day_does_not_become_the_level():
    usd = np.full(60, 100.0)
    usd[50] = 5_000
    total = forecast(series_of(MONDAY, DAY, usd, usd), 10).total()
    assert 900 < total.p50 < 1_250


@pytest.mark.parametrize("usd", [[0.0] * 20, [0.0] * 19 + [50.0], [-10.0] * 10, [5.0, -100.0] * 10])
def test_nothing_and_less_than_nothing_are_no_crash(usd):
    made = forecast(series_of(MONDAY, DAY, np.array(usd)), 10)
    assert np.isfinite(made.usd_mid).all()
    assert (made.usd_low80 >= 0).all()
    assert made.total().p05 >= 0


def test_a_known_price_cut_is_taken_at_once():
    usd = np.full(30, 100.0)
    known = series_of(MONDAY, DAY, usd, usd)
    halved = Series(
        **{name: getattr(known, name) for name in ("start", "step", "groups", "requests", "tokens", "usd")},
        price_factor=np.array([[1.0] * 5 + [0.5]]),
    )
    assert forecast(halved, 10).usd_mid == pytest.approx([100.0] * 5 + [50.0] * 5)


def test_without_a_period_there_is_no_forecast():
    with pytest.raises(ValueError, match="at least one period"):
        forecast(series_of(MONDAY, DAY, np.zeros(0)), 5)
