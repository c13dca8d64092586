"""Factors that lines share: the range that most allow, and the nicest number in it."""

from fractions import Fraction

import pytest

from farthing.track.reconcile.factors import Range, places_of, shared


def span(low, high):
    return Range(Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("low", "high", "nicest"),
    [
        ("0.8999", "0.9001", "0.9"),
        ("1.08365", "1.08371", "1.0837"),
        ("2.2", "4.4", "3"),
        ("0.5", "0.5", "0.5"),
    ],
)
def test_the_nicest_number_has_the_fewest_decimals(low, high, nicest):
    assert span(low, high).nicest == Fraction(nicest)


def test_what_most_ranges_share_leaves_the_odd_one_out():
    ranges = [span("0.89", "0.91"), span("0.899", "0.92"), span("1.1", "1.2"), span("0.5", "0.9005")]
    found = shared(ranges)
    assert found == (span("0.899", "0.9005"), 3)


def test_ranges_that_touch_share_a_point():
    assert shared([span(1, 2), span(2, 3)]) == (span(2, 2), 2)
    assert shared([]) is None


def test_places_of_numbers_that_do_not_end_are_many():
    assert [places_of(Fraction(one)) for one in ("2", "0.25", "1.0837")] == [0, 2, 4]
    assert places_of(Fraction(1, 3)) > 15
