"""Queues and fleets against textbooks and hand counts."""

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import (
    closed_loop,
    disaggregation,
    fleet,
    open_loop,
    queueing,
    scale_to_zero,
    speculation,
)


def erlang_c(rho, places):
    """Share of Poisson arrivals that wait for one of several exponential servers."""
    load = rho * places
    terms = [load**k / math.factorial(k) for k in range(places)]
    last = load**places / math.factorial(places) / (1 - rho)
    return last / (sum(terms) + last)


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9])
def test_one_server_with_poisson_arrivals_is_exact(rho):
    fixed, exponential = (float(queueing.prefill_wait_s(1.0, rho, 1.0, c)) for c in (0.0, 1.0))
    assert exponential == pytest.approx(rho / (1 - rho))
    assert fixed == pytest.approx(rho / (1 - rho) / 2)


@pytest.mark.parametrize("places", [2, 8, 32])
@pytest.mark.parametrize("rho", [0.9, 0.97])
def test_many_servers_are_near_erlang(rho, places):
    share = queueing.slot_wait_share(rho, places)
    told = float(queueing.slot_wait_s(1.0, places, rho, share, 1.0, 1.0))
    exact = erlang_c(rho, places) / (places * (1 - rho))
    assert told == pytest.approx(exact, rel=0.25)


def test_an_exponential_wait_has_the_quantiles_of_the_book():
    """M/M/1: P(W > t) = ρ exp(-t (1 - ρ) / S)."""
    rho, service = 0.8, 1.0
    wait = rho / (1 - rho)
    for name, level in (("ttft_p50_ms", 0.5), ("ttft_p95_ms", 0.95), ("ttft_p99_ms", 0.99)):
        told = getattr(queueing, name)(0.0, 0.0, wait, rho, 0.0, 0.0, 0.0, 0.0, 1.0) / 1000
        assert float(told) == pytest.approx(service / (1 - rho) * math.log(rho / (1 - level)))


@given(st.floats(0.01, 3.0), st.floats(0.0, 5.0), st.floats(0.01, 1.0), st.floats(0.0, 4.0))
def test_quantiles_are_in_order(first, wait, busy, uneven):
    tails = [
        float(getattr(queueing, name)(first, first, wait, busy, 0.0, uneven, 0.0, 0.0, 1.0))
        for name in ("ttft_p50_ms", "ttft_p95_ms", "ttft_p99_ms")
    ]
    assert tails == sorted(tails)


def test_requests_beyond_the_batch_wait_for_a_place():
    assert float(closed_loop.backlog_wait_s(300, 100, 2.0)) == 4.0
    assert float(closed_loop.backlog_wait_s(80, 80, 2.0)) == 0.0


@given(st.floats(1e-4, 1e4), st.floats(1.0, 3.0), st.floats(0.0, 0.5), st.integers(1, 5), st.integers(0, 2))
def test_copies_are_whole_and_enough(rate, peak, headroom, least, spare):
    busiest = open_loop.peak_request_count_per_s(rate, peak, 1.0)
    needed = float(open_loop.needed_count(busiest, 200, headroom, 1000.0))
    copies = float(open_loop.replicas(needed, least, spare))
    assert copies == int(copies) >= least + spare
    assert (copies - spare) * 1000.0 >= busiest * 200 * (1 + headroom) * (1 - 1e-9)


@given(st.floats(1e-6, 10.0), st.floats(1.0, 4.0), st.floats(1.0, 600.0), st.floats(0.0, 900.0))
def test_more_traffic_never_lets_a_sleeper_sleep_longer(rate, times, start, idle):
    def paid(per_s):
        load = scale_to_zero.busy_load_ratio(per_s, 3.0, idle)
        cold = scale_to_zero.cold_share(per_s, load, start)
        return float(scale_to_zero.paid_share(scale_to_zero.awake_share(cold), 0.5, 1.0))

    assert 0 <= paid(rate) <= paid(rate * times) + 1e-12 <= 1 + 1e-9


def test_a_sleeping_copy_against_a_simulation():
    random = np.random.default_rng(3)
    rate, stay, idle, start = 1 / 400, 10.0, 120.0, 60.0
    moments = np.cumsum(random.exponential(1 / rate, 200_000))
    awake_until, paid, cold = -1.0, 0.0, 0
    for moment in moments:
        if moment > awake_until:
            cold += 1
            begin, end = moment, moment + start + stay + idle
            paid += end - begin
        else:
            end = max(awake_until, moment + stay + idle)
            paid += end - awake_until
        awake_until = end
    load = scale_to_zero.busy_load_ratio(rate, stay, idle)
    share = float(scale_to_zero.cold_share(rate, load, start))
    assert cold / len(moments) == pytest.approx(share, rel=0.05)
    assert paid / moments[-1] == pytest.approx(float(scale_to_zero.awake_share(share)), rel=0.05)


def test_the_bill_is_the_sum_of_its_tokens():
    cost, read, written = 1000.0, 3e9, 1e9
    share = fleet.prefill_share(0.1, 0.02, 200, 40, 1.0)
    inward = fleet.usd_per_m_input_tokens(cost, share, read) * read / 1e6
    outward = fleet.usd_per_m_output_tokens(cost, share, written) * written / 1e6
    assert inward + outward == pytest.approx(cost)
    assert fleet.usd_per_m_tokens(cost, read, written) * (read + written) / 1e6 == pytest.approx(cost)


def test_the_report_s_card_costs_what_it_says_for_730_hours():
    hours = fleet.gpu_hours(1, 1.0)
    assert hours == 730
    assert fleet.cost_usd(hours, 1620 / 730) == pytest.approx(1620)


@given(st.floats(0.001, 0.999))
def test_no_price_of_held_hours_knows_utilization(share):
    """What enters the price of a fleet: accelerators, hours, rent; utilization is none of them."""
    for formula in (fleet.cost_usd, fleet.gpu_hours, fleet.gpu_count, scale_to_zero.paid_share):
        assert not {"utilization", "utilization_share"} & set(inspect.signature(formula).parameters)
    used = float(fleet.utilization(share * 10, 100, 1000.0, 1.0))
    assert used == pytest.approx(share)


def test_speculation_without_guesses_changes_nothing():
    checked = speculation.verified_tokens(1.0, 0.7)
    assert checked == 1.0
    assert speculation.speculated_tokens(1.0, checked, 0.1) == 1.0
    assert speculation.computed_tokens(1000, 0.0) == 1000


def test_one_queue_for_many_waits_less_than_many_queues():
    def wait(count):
        share = disaggregation.prefill_wait_share(0.7, count)
        return float(disaggregation.prefill_wait_s(0.2, count, 0.7, share, 1.0, 1.0))

    alone = float(queueing.prefill_wait_s(0.2, 0.7, 1.0, 1.0))
    assert wait(1) == pytest.approx(alone)
    assert wait(20) < wait(4) < alone
