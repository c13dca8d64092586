"""Rented, reserved, spot and owned: hand calculations and the idle-hour rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import ownership as own

prices = st.floats(min_value=0.01, max_value=100)
shares = st.floats(min_value=0.01, max_value=1)


def test_seed_003_two_weeks_of_280_a100():
    assert own.compute_cost_usd(280 * 24 * 14, 2.50) == 235_200


def test_deepseek_v3_at_its_own_price():
    assert own.compute_cost_usd(2_788_000, 2.0) == 5_576_000


@pytest.mark.parametrize(
    ("years", "straight", "charged"), [(3, 1.63, 1.97), (5, 0.98, 1.29), (6, 0.82, 1.12)]
)
def test_a_30k_h100_at_seventy_percent(years, straight, charged):
    """$30,000, no residual, 70 % used: straight line, and with a 10 % cost of capital."""
    plain = own.depreciation_usd_per_gpu_year(30_000, 0, years)
    assert own.owned_usd_per_gpu_hour(plain, 0.7) == pytest.approx(straight, abs=0.005)
    annuity = own.annuity_share_per_year(0.10, years)
    capital = own.capital_usd_per_gpu_year(30_000, 0, 0.10, years, annuity)
    assert own.owned_usd_per_gpu_hour(capital, 0.7) == pytest.approx(charged, abs=0.006)


def test_free_capital_is_straight_line():
    annuity = own.annuity_share_per_year(0.0, 4)
    assert own.capital_usd_per_gpu_year(40_000, 0.1, 0.0, 4, annuity) == pytest.approx(
        own.depreciation_usd_per_gpu_year(40_000, 0.1, 4)
    )


def test_capital_that_keeps_its_value_costs_only_interest():
    annuity = own.annuity_share_per_year(0.08, 5)
    assert own.capital_usd_per_gpu_year(10_000, 1.0, 0.08, 5, annuity) == pytest.approx(800)


def test_lines_of_an_owned_year():
    power = own.power_usd_per_gpu_year(1000, 1.25, 0.08)
    hosting = own.hosting_usd_per_gpu_year(1000, 0.15)
    care = own.operations_usd_per_gpu_year(60_000, 0.05, 500, 250_000)
    assert own.owned_usd_per_gpu_year(14_000, power, hosting, care) == pytest.approx(
        14_000 + 876 + 1800 + 3500
    )


def test_cluster_capital_adds_server_and_fabric():
    assert own.capital_usd_per_gpu(81, 1.0, 0.19) == pytest.approx(100)


def test_a_reservation_is_paid_for_whether_used_or_not():
    assert own.reserved_cost_usd(8, 1, 2.0) == 8 * 8760 * 2.0


def test_commitment_discount():
    assert own.discounted_usd_per_gpu_hour(10.0, 0.41) == pytest.approx(5.9)


@given(prices, shares)
def test_idle_hours_make_a_used_hour_dearer_never_cheaper(price, utilization):
    assert own.effective_reserved_usd_per_gpu_hour(price, utilization) >= price
    assert own.owned_usd_per_gpu_hour(price * 8760, utilization) >= price * (1 - 1e-12)


@given(prices, prices)
def test_at_breakeven_both_ways_cost_the_same(reserved, on_demand):
    share = own.breakeven_utilization_share(reserved, on_demand)
    assert own.effective_reserved_usd_per_gpu_hour(reserved, share) == pytest.approx(on_demand)


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 0.5))
def test_spot_never_gives_hours_away(checkpoint, rework, restart):
    multiple = own.spot_overhead_multiple(checkpoint, rework, restart)
    assert multiple >= 1
    assert own.effective_spot_usd_per_gpu_hour(2.0, multiple) >= 2.0


@given(st.floats(0, 0.5), st.floats(1, 15))
def test_the_annuity_repays_the_loan(rate, years):
    payment = own.annuity_share_per_year(rate, years)
    assert 1 / years - 1e-9 <= payment <= 1 / years + rate + 1e-9


def test_arrays_equal_the_loop():
    rates = np.array([0.0, 0.05, 0.12])
    together = own.annuity_share_per_year(rates, 5)
    assert together == pytest.approx([own.annuity_share_per_year(rate, 5) for rate in rates])
