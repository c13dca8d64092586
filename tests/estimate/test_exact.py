"""Values without uncertainty as fractions, and how they are written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.estimate.exact import decimal_text, decimal_texts, exact_values
from farthing.estimate.gather import Basis, Input
from farthing.estimate.graph import plan
from farthing.formulas.tokens import cost_per_30_days_usd, cost_per_day_usd
from farthing.units.spread import Spread

CHAIN = (cost_per_day_usd, cost_per_30_days_usd)
STEPS = plan(CHAIN, frozenset(("cost_per_request_usd", "request_count_per_day")), ("cost_per_30_days_usd",))


def given_as(**values):
    return {name: Input(name, value, Basis.GIVEN) for name, value in values.items()}


def test_numbers_count_as_they_are_written_and_not_as_floats():
    inputs = given_as(cost_per_request_usd=0.1, request_count_per_day=3.0)
    assert 0.1 * 3 * 30 != 9
    assert exact_values(STEPS, inputs, {})["cost_per_30_days_usd"] == 9


def test_a_known_fraction_counts_instead_of_its_float():
    inputs = given_as(cost_per_request_usd=1 / 3, request_count_per_day=3.0)
    found = exact_values(STEPS, inputs, {"cost_per_request_usd": Fraction(1, 3)})
    assert found["cost_per_day_usd"] == 1


def test_an_uncertain_input_makes_nothing_exact():
    inputs = given_as(cost_per_request_usd=Spread.between(0.1, 0.2), request_count_per_day=3.0)
    assert exact_values(STEPS, inputs, {}) is None


def test_an_uncertain_input_that_nothing_uses_does_not_matter():
    inputs = given_as(cost_per_request_usd=0.5, request_count_per_day=2.0, other=Spread.between(1, 2))
    assert exact_values(STEPS, inputs, {})["cost_per_day_usd"] == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(7), "7"),
        (Fraction(100), "100"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(54399, 1_000_000), "0.054399"),
        (Fraction(1, 3), "0.333333333333"),
        (Fraction(2, 3), "0.666666666667"),
        (Fraction(10**15 + 1, 10**15), "1.000000000000001"),
        (Fraction(1, 10**14), "0.00000000000001"),
        (Fraction(1, 3 * 10**20), "0"),
    ],
)
def test_a_fraction_is_written_as_a_decimal(value, text):
    assert decimal_text(value) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9))
def test_what_ends_is_written_whole(amount):
    assert Decimal(decimal_text(Fraction(amount))) == amount


@given(st.fractions(max_denominator=10**6, min_value=-(10**9), max_value=10**9))
def test_what_does_not_end_is_off_by_less_than_a_trillionth(value):
    assert abs(Fraction(decimal_text(value)) - value) <= Fraction(1, 2 * 10**12)
    assert "E" not in decimal_text(value)


@given(st.fractions(0, 10**6, max_denominator=10**6), st.fractions(0, 10**6, max_denominator=10**6))
def test_a_larger_amount_is_never_written_smaller(one, other):
    less, more = sorted([one, other])
    assert Decimal(decimal_text(less)) <= Decimal(decimal_text(more))


def test_an_amount_may_be_larger_than_the_usual_precision():
    assert decimal_text(10**40 + Fraction(1, 3)) == f"1{'0' * 40}.333333333333"


@given(st.lists(st.fractions(max_denominator=10**6), max_size=20))
def test_parts_add_up_to_their_sum_to_the_last_decimal(parts):
    texts = decimal_texts(parts)
    assert sum(map(Fraction, texts)) == Fraction(decimal_text(sum(parts, Fraction(0))))
    slack = Fraction(len(parts) + 1, 2 * 10**12)
    assert all(abs(Fraction(text) - part) <= slack for text, part in zip(texts, parts, strict=True))


def test_parts_that_end_are_written_as_they_are():
    assert decimal_texts([Fraction(1, 10**18), Fraction(1, 3), Fraction(-7, 4)]) == [
        "0.000000000000000001",
        "0.333333333332999999",
        "-1.75",
    ]
