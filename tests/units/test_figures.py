"""What is shown can be read again, and shows no more digits than its interval supports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.units.figures import digits_for, duration, figure, money, number, span, unit_label
from farthing.units.kinds import Floor, Kind
from farthing.units.quantity import parse

ROUNDED = 0.051  # two digits: 1.05 may be shown as 1.0 or 1.1
# What is shown to a fraction of a cent or of a millionth is shown to so many places, not digits.
SHOWN = st.floats(0.01, 1e20)


@given(SHOWN, st.integers(2, 5))
def test_a_number_shown_reads_as_itself(value, digits):
    assert parse(number(value, digits), Kind.NUMBER, "x") == pytest.approx(value, rel=ROUNDED)


@given(st.floats(1, 1e15))
def test_an_exact_number_shown_reads_as_itself(value):
    assert parse(number(value), Kind.NUMBER, "x") == pytest.approx(value, rel=1e-4, abs=0.5)


@given(st.integers(0, 10**15))
def test_a_whole_number_is_shown_in_full(value):
    assert parse(number(value), Kind.NUMBER, "x") == pytest.approx(value, rel=1e-4)


@given(SHOWN, st.sampled_from(["$", "€", "£"]), st.integers(2, 4))
def test_money_shown_reads_as_itself(value, symbol, digits):
    shown = money(value, symbol, digits)
    assert shown.startswith(symbol)
    read = parse(shown.removeprefix(symbol), Kind.MONEY, "x", Floor.NOT_NEGATIVE)
    assert read == pytest.approx(value, rel=ROUNDED, abs=0.006)


@given(st.floats(1e-3, 1e9))
def test_a_duration_shown_reads_as_itself(seconds):
    assert parse(duration(seconds), Kind.DURATION, "x") == pytest.approx(seconds, rel=0.006)


@given(st.floats(0.001, 1))
def test_a_share_shown_reads_as_itself(share):
    assert parse(figure(share, "share", 3), Kind.SHARE, "x") == pytest.approx(share, rel=0.006)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (59.99, "1 min"),
        (3599.9, "1 h"),
        (86400, "1 day"),
        (1209600, "14 days"),
        (1e-4, "0.1 ms"),
        (0, "0 s"),
    ],
)
def test_durations_by_hand(seconds, shown):
    assert duration(seconds) == shown


def test_an_interval_limits_the_digits():
    assert digits_for(90, 100, 130) == 2
    assert digits_for(98, 100, 102) == 3
    assert digits_for(99.9, 100, 100.1) == 4
    assert digits_for(-1, 0, 1) == 2
    assert span(1.234e6, 2e6, 3.146e6, "USD") == "$1.2M to $3.1M"
    assert span(5, 5, 5, "h") == "5 h"


def test_a_unit_is_shown_after_its_number():
    assert figure(80, "GiB") == "80 GiB"
    assert figure(8, "") == "8"
    assert figure(2.5, "USD/gpu hour") == "$2.50/gpu hour"
    assert unit_label("tokens_per_s_per_gpu") == "tokens/s/gpu"


def test_small_money_keeps_its_fraction_of_a_cent():
    assert money(0.000217, "$") == "$0.000217"
    assert money(12.345, "$", 3) == "$12.30"
    assert money(12.345, "$", 2) == "$12"
    assert money(-4000, "$") == "-$4,000"
