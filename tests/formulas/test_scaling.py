"""Laws of loss and the optimum over a lifetime: limits, directions, and what papers print."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import budget_optimum, lifetime, loss_optimum, scaling, size_optimum
from farthing.units.root import falling_root

LAW = {
    "one_nat_params": 5.18e7,
    "size_exponent": 0.3478,
    "one_nat_tokens": 1.1852e9,
    "data_exponent": 0.3658,
}
ENDLESS = {
    "unique_tokens": 1e30,
    "matched_params": 1e30,
    "token_decay_ratio": 15.387756,
    "param_decay_ratio": 5.309743,
}
FLOOR, LARGEST = 1.8172, 1e18

budgets = st.floats(min_value=1e16, max_value=1e25)
volumes = st.floats(min_value=0, max_value=1e15)
ratios = st.floats(min_value=0.01, max_value=10)
sizes = st.floats(min_value=1e7, max_value=1e13)
losses = st.floats(min_value=1.87, max_value=3.5)
stocks = st.floats(min_value=1e9, max_value=1e16)


def limited(unique_tokens):
    matched = scaling.matched_params(unique_tokens, **LAW)
    return {**ENDLESS, "unique_tokens": unique_tokens, "matched_params": matched}


def for_budget(budget, served, ratio, limits=ENDLESS, largest=LARGEST):
    size = budget_optimum.params(budget, served, ratio, **limits, **LAW, most_params=largest)
    return size, budget_optimum.tokens(budget, size, served, ratio)


def for_loss(wanted, served, ratio, limits=ENDLESS, largest=LARGEST):
    size = loss_optimum.params(wanted, FLOOR, served, ratio, **limits, **LAW, most_params=largest)
    return size, loss_optimum.tokens(wanted, FLOOR, size, **limits, **LAW)


def loss_of(size, data, limits=ENDLESS):
    params = scaling.effective_params(size, limits["matched_params"], limits["param_decay_ratio"])
    tokens = scaling.effective_tokens(data, limits["unique_tokens"], limits["token_decay_ratio"])
    size_term = scaling.size_term_loss(params, LAW["one_nat_params"], LAW["size_exponent"])
    data_term = scaling.data_term_loss(tokens, LAW["one_nat_tokens"], LAW["data_exponent"])
    return scaling.loss(FLOOR, size_term, data_term)


@given(budgets)
def test_without_serving_the_optimum_is_the_closed_form(budget):
    size, data = for_budget(budget, 0.0, 0.3)
    closed = scaling.compute_optimal_params(6 * budget, **LAW)
    assert size == pytest.approx(closed, rel=1e-6)
    assert data == pytest.approx(scaling.compute_optimal_tokens(6 * budget, closed), rel=1e-6)


@given(sizes)
def test_a_size_and_its_tokens_lead_back_to_each_other(size):
    data = size_optimum.tokens(size, 0.0, 0.3, **ENDLESS, **LAW)
    assert scaling.matched_params(data, **LAW) == pytest.approx(size, rel=1e-6)
    assert for_budget(size * data, 0.0, 0.3)[0] == pytest.approx(size, rel=1e-6)


@given(budgets, volumes, volumes, ratios, stocks)
def test_more_to_serve_never_makes_a_budget_s_model_larger(budget, one, two, ratio, stock):
    less, more = sorted([one, two])
    before, after = (for_budget(budget, served, ratio, limited(stock))[0] for served in (less, more))
    assert after <= before * (1 + 1e-9)


@given(losses, volumes, volumes, ratios)
def test_more_to_serve_never_makes_the_model_for_a_loss_larger(wanted, one, two, ratio):
    less, more = sorted([one, two])
    before, after = (for_loss(wanted, served, ratio) for served in (less, more))
    assert after[0] <= before[0] * (1 + 1e-9)
    assert after[1] >= before[1] * (1 - 1e-9)


@given(sizes, volumes, volumes, ratios)
def test_more_to_serve_makes_a_size_worth_more_tokens(size, one, two, ratio):
    less, more = sorted([one, two])
    before, after = (size_optimum.tokens(size, served, ratio, **ENDLESS, **LAW) for served in (less, more))
    assert after >= before * (1 - 1e-9)


@given(budgets, volumes, ratios, stocks)
def test_twice_the_budget_never_gives_less(budget, served, ratio, stock):
    limits = limited(stock)
    (size, data), (larger, longer) = (for_budget(b, served, ratio, limits) for b in (budget, 2 * budget))
    assert larger >= size * (1 - 1e-9)
    assert longer >= data * (1 - 1e-9)
    assert loss_of(larger, longer, limits) <= loss_of(size, data, limits) + 1e-9


@given(losses, volumes, ratios, st.floats(min_value=0.2, max_value=5))
def test_no_other_size_reaches_the_loss_for_less(wanted, served, ratio, factor):
    size, data = for_loss(wanted, served, ratio)
    other = size * factor
    longer = loss_optimum.tokens(wanted, FLOOR, other, **ENDLESS, **LAW)
    assert loss_of(size, data) == pytest.approx(wanted, abs=1e-6)
    assert other * (longer + ratio * served) >= size * (data + ratio * served) * (1 - 1e-6)


@given(budgets, volumes, ratios, st.floats(min_value=0.2, max_value=5), stocks)
def test_no_other_size_makes_more_of_a_budget(budget, served, ratio, factor, stock):
    limits = limited(stock)
    size, data = for_budget(budget, served, ratio, limits)
    other = min(size * factor, 0.999 * budget / max(ratio * served, 1.0))
    rest = budget_optimum.tokens(budget, other, served, ratio)
    assert loss_of(other, rest, limits) >= loss_of(size, data, limits) - 1e-7


@given(budgets, stocks)
def test_less_data_never_lowers_the_loss_and_repeats_are_worth_less_than_fresh_text(budget, stock):
    fresh, scarce = for_budget(budget, 0.0, 0.3), for_budget(budget, 0.0, 0.3, limited(stock))
    assert loss_of(*scarce, limited(stock)) >= loss_of(*fresh) - 1e-9
    worth = scaling.effective_tokens(scarce[1], stock, 15.387756)
    assert worth <= scarce[1] * (1 + 1e-9)
    assert worth <= stock * (1 + 15.387756)


def test_four_passes_are_almost_fresh_and_forty_are_not():
    four, forty = (scaling.effective_tokens(n * 1e9, 1e9, 15.387756) / (n * 1e9) for n in (4, 40))
    assert four > 0.93
    assert forty < 0.4


def test_a_largest_size_is_kept():
    size, data = for_budget(1e23, 1e12, 0.5, largest=7e9)
    assert size == pytest.approx(7e9)
    assert size * (data + 0.5 * 1e12) == pytest.approx(1e23)


def test_a_loss_that_a_size_cannot_reach_takes_infinitely_many_tokens():
    assert loss_optimum.tokens(1.9, FLOOR, 1e7, **ENDLESS, **LAW) == np.inf
    assert loss_optimum.tokens(1.9, FLOOR, 1e11, **limited(1e9), **LAW) == np.inf


def test_repeats_reach_a_loss_that_fresh_text_would():
    limits = limited(1e10)
    data = loss_optimum.tokens(2.3, FLOOR, 1e10, **limits, **LAW)
    assert data > 2e10
    assert loss_of(1e10, data, limits) == pytest.approx(2.3, abs=1e-9)


def test_the_wanted_loss_is_kept_above_the_least():
    least = loss_optimum.least_loss(FLOOR, LARGEST, **ENDLESS, **LAW)
    assert FLOOR < least < FLOOR + 0.01
    assert loss_optimum.reachable_loss(1.0, least) == pytest.approx(least + 1e-3)


def test_decoding_is_bound_by_memory_in_small_batches_and_by_arithmetic_in_large_ones():
    small, large = (
        lifetime.decode_s_per_param_per_token(1e15, 0.25, 2, 4e12, 0.5, batch) for batch in (1, 1e6)
    )
    assert small == pytest.approx(1e-12)
    assert large == pytest.approx(8e-15)


def test_roots_are_found_in_every_place_and_kept_to_the_ends():
    roots = falling_root(lambda x: np.array([4.0, 1e9, 1e-9]) - x * x, 0.1, np.full(3, 10.0))
    assert roots == pytest.approx([2.0, 10.0, 0.1])
    assert isinstance(falling_root(lambda x: 9.0 - x * x, 1.0, 10.0), float)
