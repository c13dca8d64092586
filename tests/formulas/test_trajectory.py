"""Prices along a curve of yearly decline, and the bills, tasks and days that follow it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import trajectory

declines = st.floats(min_value=-0.9, max_value=0.95)
years = st.floats(min_value=0.1, max_value=10)


def test_a_halving_a_year_is_a_sixteenth_after_four():
    assert trajectory.price_multiple(0.5, 4) == pytest.approx(1 / 16)
    assert trajectory.future_usd_per_m_tokens(2.5, 1 / 16) == pytest.approx(0.15625)


@given(declines, years)
def test_the_decline_that_a_multiple_implies_is_the_one_it_came_from(decline, elapsed):
    multiple = trajectory.price_multiple(decline, elapsed)
    assert trajectory.implied_decline_share_per_year(multiple, elapsed) == pytest.approx(decline, abs=1e-9)


@given(declines, years, years)
def test_years_add_up(decline, one, other):
    together = trajectory.price_multiple(decline, one + other)
    apart = trajectory.price_multiple(decline, one) * trajectory.price_multiple(decline, other)
    assert together == pytest.approx(apart)


def test_a_task_costs_its_tokens_at_their_prices():
    # 10,000 tokens in and 2,000 out of Claude Sonnet at 3 and 15 dollars a million: 3 + 3 cents.
    assert trajectory.task_cost_usd(10_000, 2_000, 3.0, 15.0) == pytest.approx(0.06)


def test_tokens_and_cost_are_each_other_s_reverse():
    tokens = trajectory.implied_tokens(0.015, 2.5)
    assert tokens == pytest.approx(6_000)
    assert trajectory.task_cost_usd(tokens, 0, 2.5, 0) == pytest.approx(0.015)


def test_half_of_lognormal_tasks_lie_below_their_median():
    assert trajectory.below_threshold_share(0.002, 0.002, 3.0) == pytest.approx(0.5)
    # One geometric standard deviation above the median: 84.13 % of a normal distribution.
    assert trajectory.below_threshold_share(0.006, 0.002, 3.0) == pytest.approx(0.8413, abs=1e-4)


def test_the_mean_and_the_share_are_those_of_draws():
    draws = 0.001 * np.exp(np.log(2.5) * np.random.default_rng(1).standard_normal(400_000))
    assert trajectory.mean_task_cost_usd(0.001, 2.5) == pytest.approx(draws.mean(), rel=0.01)
    share = trajectory.below_threshold_share(0.0005, 0.001, 2.5)
    assert share == pytest.approx((draws < 0.0005).mean(), abs=0.005)


def test_a_worker_s_day_is_the_average_task_times_the_tasks():
    assert trajectory.worker_usd_per_day(0.01, 35) == pytest.approx(0.35)


def test_requests_double_in_the_time_that_their_growth_says():
    assert trajectory.grown_request_count(1_000, 2 ** (1 / 6) - 1, 12) == pytest.approx(4_000)


@pytest.mark.parametrize(("growth", "decline"), [(0.05, 0.3), (0.0, 0.45), (-0.02, 0.1), (0.1, 0.0)])
def test_a_bill_over_months_is_their_sum(growth, decline):
    months = [100 * (1 + growth) ** n * (1 - decline) ** (n / 12) for n in range(18)]
    assert trajectory.cumulative_cost_usd(100, growth, decline, 18) == pytest.approx(sum(months))


def test_growth_that_makes_up_for_the_decline_costs_as_many_first_months():
    growth = (1 - 0.45) ** (-1 / 12) - 1
    assert trajectory.cumulative_cost_usd(100, growth, 0.45, 24) == pytest.approx(2_400)


@given(declines, declines)
def test_a_faster_decline_never_costs_more(one, other):
    low, high = sorted((one, other))
    bills = [trajectory.cumulative_cost_usd(100, 0.03, decline, 24) for decline in (low, high)]
    assert bills[1] <= bills[0] * (1 + 1e-12)
