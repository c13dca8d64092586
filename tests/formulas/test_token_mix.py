"""A demand in tokens a day as requests of one size: nothing is lost, and all numbers agree."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas.token_mix import answer_tokens, own_input_tokens, request_count_per_day

sizes = st.fractions(1, 1_000_000, max_denominator=100)
shares = st.fractions(0, 1, max_denominator=1000)
demands = st.fractions(1, 10**12, max_denominator=100)


@given(sizes, shares, demands)
def test_the_requests_make_up_the_demand_whatever_their_size_and_mix(size, share, demand):
    one = own_input_tokens(size, share) + answer_tokens(size, share)
    assert one == size
    assert one * request_count_per_day(demand, size) == demand


@given(sizes, shares, shares)
def test_a_larger_share_of_output_moves_tokens_over(size, one, two):
    less, more = sorted([one, two])
    assert answer_tokens(size, less) <= answer_tokens(size, more)
    assert own_input_tokens(size, less) >= own_input_tokens(size, more)


@given(sizes, shares)
def test_floats_arrays_and_fractions_give_the_same(size, share):
    for formula in (own_input_tokens, answer_tokens):
        exact = formula(size, share)
        assert formula(float(size), float(share)) == pytest.approx(float(exact), abs=1e-9 * float(size))
        several = formula(np.array([float(size)] * 2), float(share))
        assert several == pytest.approx(np.array([float(exact)] * 2), abs=1e-9 * float(size))


def test_five_million_tokens_a_day_are_five_thousand_requests_of_a_thousand():
    assert request_count_per_day(Fraction(5_000_000), Fraction(1000)) == 5000
