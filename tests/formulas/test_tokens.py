"""The bill of requests by the token: hand counts, directions, scale, one result for every kind of number."""

import inspect
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.formulas import tokens
from farthing.formulas.tokens import cache_breakeven_share

FORMULAS = [
    formula
    for name, formula in vars(tokens).items()
    if inspect.isfunction(formula) and formula.__module__ == tokens.__name__ and name[0] != "_"
]
shares = st.fractions(0, 1, max_denominator=1000)
counts = st.integers(0, 2_000_000).map(Fraction)
prices = st.fractions(0, 100, max_denominator=10_000)
multiples = st.fractions(Fraction(1, 100), 2, max_denominator=100)


def values_of(name):
    """A strategy for an argument of this name; nothing that is divided by may be zero."""
    if name in ("success_share", "mix_tokens", "call_output_tokens"):
        return st.fractions(Fraction(1, 1000), 1, max_denominator=1000)
    if name == "write_multiple":
        return st.fractions(1, 4, max_denominator=100)
    if name == "read_multiple":
        return st.fractions(0, Fraction(9, 10), max_denominator=100)
    if name.endswith("_share"):
        return shares
    if name.endswith("_multiple"):
        return multiples
    return prices if "usd" in name else counts


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.__name__)
@settings(max_examples=30)
@given(st.data())
def test_floats_arrays_and_fractions_give_the_same(formula, data):
    exact = {name: data.draw(values_of(name), label=name) for name in inspect.signature(formula).parameters}
    said = formula(**exact)
    floats = {name: float(value) for name, value in exact.items()}
    scale = max(1.0, *map(abs, floats.values()))
    assert isinstance(said, Fraction | int)
    assert formula(**floats) == pytest.approx(float(said), rel=1e-9, abs=1e-12 * scale)
    columns = {name: np.array([value, value]) for name, value in floats.items()}
    assert formula(**columns) == pytest.approx(np.array([float(said)] * 2), rel=1e-9, abs=1e-12 * scale)


WORK = {
    "prompt_tokens": counts,
    "tool_call_count": st.integers(0, 20).map(Fraction),
    "tool_ask_tokens": counts,
    "tool_result_tokens": counts,
}


@given(st.fixed_dictionaries(WORK), st.integers(1, 9))
def test_tokens_read_scale_with_everything_that_is_read(work, factor):
    larger = {name: value if "count" in name else factor * value for name, value in work.items()}
    assert tokens.call_input_tokens(**larger) == factor * tokens.call_input_tokens(**work)


@pytest.mark.parametrize("calls", [0, 1, 2, 7])
def test_the_average_call_of_a_loop_over_tools_is_the_mean_of_its_calls(calls):
    """Each call reads the prompt and everything asked and answered before it, added up call by call."""
    prompt, asked, answered, answer = 1000, 50, 450, 400
    read = [prompt + done * (asked + answered) for done in range(calls + 1)]
    written = [asked] * calls + [answer]
    assert tokens.call_input_tokens(prompt, calls, asked, answered) == sum(read) / len(read)
    assert tokens.call_output_tokens(answer, calls, asked) == sum(written) / len(written)
    assert tokens.call_count(calls) == len(read)


CALL = {
    "uncached_usd": prices,
    "cache_read_usd": prices,
    "cache_write_usd": prices,
    "output_usd": prices,
    "call_fee_usd": prices,
}
PARTS = {
    "batch_input_multiple": multiples,
    "batch_cache_read_multiple": multiples,
    "batch_cache_write_multiple": multiples,
    "batch_output_multiple": multiples,
}


@given(st.fixed_dictionaries(CALL), st.sampled_from(sorted(CALL)), prices)
def test_no_part_of_a_call_makes_it_cheaper(parts, name, more):
    assert tokens.call_usd(**{**parts, name: parts[name] + more}) == tokens.call_usd(**parts) + more


@given(st.fixed_dictionaries(CALL))
def test_a_batch_without_discounts_costs_what_calls_cost(parts):
    assert tokens.batch_call_usd(**parts, **dict.fromkeys(PARTS, 1)) == tokens.call_usd(**parts)


@given(st.fixed_dictionaries(CALL), multiples)
def test_one_discount_on_every_part_is_a_discount_on_the_call_but_not_on_its_fee(parts, multiple):
    batched = tokens.batch_call_usd(**parts, **dict.fromkeys(PARTS, multiple))
    fee = parts["call_fee_usd"]
    assert batched - fee == multiple * (tokens.call_usd(**parts) - fee)


@given(prices, prices, shares)
def test_the_average_call_lies_between_the_two_kinds(now, later, share):
    mean = tokens.mean_call_usd(now, later, share)
    assert min(now, later) <= mean <= max(now, later)
    assert tokens.mean_call_usd(now, later, 0) == now
    assert tokens.mean_call_usd(now, later, 1) == later


@given(prices, counts, shares, prices)
def test_a_request_costs_in_proportion_to_its_calls_and_searches_come_once(call, count, retries, searches):
    found = tokens.cost_per_request_usd(call, count, retries, searches)
    assert found - searches == call * count * (1 + retries)
    assert tokens.cost_per_request_usd(2 * call, count, retries, searches) - searches == 2 * (
        found - searches
    )


@given(prices, shares, shares)
def test_more_growth_never_makes_a_year_cheaper(month, one, two):
    less, more = sorted([one, two])
    assert tokens.cost_per_year_usd(month, less) <= tokens.cost_per_year_usd(month, more)
    assert tokens.cost_per_year_usd(month, 0) == 12 * month


def test_a_year_of_ten_percent_growth_by_hand():
    months, total = Fraction(100), Fraction(0)
    for _ in range(12):
        total += months
        months *= Fraction(11, 10)
    assert tokens.cost_per_year_usd(Fraction(100), Fraction(1, 10)) == total
    assert float(total) == pytest.approx(2138.43, abs=0.005)


def test_a_month_is_730_hours_and_thirty_days_are_720():
    assert tokens.cost_usd(Fraction(24)) == 730
    assert tokens.cost_per_30_days_usd(Fraction(24)) == 720


@given(prices, st.fractions(Fraction(1, 100), 1, max_denominator=100))
def test_a_success_never_costs_less_than_a_request(request, share):
    assert tokens.cost_per_outcome_usd(request, share) >= request
    assert tokens.cost_per_outcome_usd(request, 1) == request


# Prices as multiples of plain input: Anthropic's cache of five minutes and of an hour, and OpenAI, where
# writing costs nothing more and reading a tenth (GPT-5) or a half (GPT-4o).
@pytest.mark.parametrize(
    ("write", "read", "share"),
    [("1.25", "0.1", 0.2174), ("2", "0.1", 0.5263), ("1", "0.1", 0.0), ("1", "0.5", 0.0)],
)
def test_the_hit_share_at_which_a_cache_pays(write, read, share):
    assert round(float(cache_breakeven_share(Fraction(write), Fraction(read))), 4) == share


@given(st.fractions(1, 4, max_denominator=100), st.fractions(0, Fraction(9, 10), max_denominator=100))
def test_at_the_break_even_share_caching_costs_what_it_saves(write, read):
    share = cache_breakeven_share(write, read)
    assert (1 - share) * write + share * read == 1
    assert 0 <= share < 1


@given(counts, counts, prices, prices)
def test_reasoning_at_the_price_of_output_changes_nothing(written, reasoned, price, other):
    reasoned = min(written, reasoned)
    assert tokens.output_usd(written, reasoned, price, price) == written * price / 1_000_000
    dearer = tokens.output_usd(written, reasoned, price, price + other)
    assert dearer == (written * price + reasoned * other) / 1_000_000
