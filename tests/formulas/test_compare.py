"""Options side by side: whole replicas, costs that never fall with traffic, months until something pays."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import compare

requests = st.floats(0.0, 1e9)
money = st.floats(0.0, 1e6)
above = st.floats(1e-3, 1e6)


def month(volume, request_usd, capacity, replica_usd, upkeep, spare):
    busy = compare.busy_replica_count(volume, 2.0, 0.2, capacity)
    hosting = compare.hosting_usd(compare.paid_replica_count(busy, 1, spare), replica_usd)
    return float(compare.option_usd(request_usd, volume, hosting, upkeep))


@given(requests, requests, money, above, money, money, st.integers(0, 3))
def test_more_traffic_never_lowers_the_bill(one, other, request_usd, capacity, replica_usd, upkeep, spare):
    low, high = sorted((one, other))
    costs = [month(v, request_usd, capacity, replica_usd, upkeep, spare) for v in (low, high)]
    assert costs[0] <= costs[1] + 1e-9 * abs(costs[1])


@given(requests, above, st.integers(1, 5), st.integers(0, 3))
def test_replicas_are_whole_and_enough(volume, capacity, least, spare):
    busy = float(compare.busy_replica_count(volume, 1.5, 0.2, capacity))
    paid = float(compare.paid_replica_count(busy, least, spare))
    assert busy == int(busy)
    assert busy * capacity >= volume * 1.5 * 1.2 * (1 - 1e-12)
    assert paid == max(busy, least) + spare


@given(requests, above, st.integers(1, 100))
def test_utilization_is_what_is_asked_of_what_is_paid(volume, capacity, count):
    assert float(compare.utilization_share(volume, capacity, count)) == pytest.approx(
        volume / capacity / count
    )


def test_an_idle_replica_costs_the_same_as_a_busy_one():
    costs = [month(volume, 0.0, 100_000, 1620, 0.0, 0) for volume in (0, 1, 40_000)]
    assert costs == [1620, 1620, 1620]


def test_one_more_request_than_fits_takes_another_replica():
    assert [month(volume, 0.0, 240_000, 1000, 0.0, 0) for volume in (100_000, 100_001)] == [1000, 2000]


@pytest.mark.parametrize(("before", "after", "months"), [(2250, 1620, 4100 / 630), (450, 1620, math.inf)])
def test_payback_where_something_is_saved(before, after, months):
    assert float(compare.payback_month(4100, before, after)) == pytest.approx(months)


@given(money, above)
def test_at_break_even_both_cost_the_same(fixed, price):
    volume = compare.breakeven_usd_tokens_per_day(fixed, price)
    assert volume * 730 / 24 / 1e6 * price == pytest.approx(fixed, abs=1e-9)


@pytest.mark.parametrize(
    ("gain", "cost", "stated"),
    [(0.021, 13.3, 0.16), (0.023, 5.0, 0.46), (0.056, 2.7, 2.07), (0.15, 2.7, 5.56), (0.293, 2.7, 10.9),
     (0.778, 2.7, 28.8)],
)  # fmt: skip
def test_the_reasoning_multiplier_is_percent_gained_for_each_multiple_of_the_price(gain, cost, stated):
    assert float(compare.reasoning_multiple(gain, cost)) == pytest.approx(stated, rel=0.015)


@given(money, money, st.floats(0, 1))
def test_a_cascade_costs_no_less_than_its_first_and_no_more_than_both(first, second, share):
    found = compare.cascade_request_usd(first, second, share)
    assert first <= found <= first + second + 1e-9
