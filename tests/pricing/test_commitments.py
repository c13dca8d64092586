"""Promised spend: hand calculations, and what must hold for any usage."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.pricing.commitments import bills
from farthing.pricing.own import moment_us
from farthing.pricing.rows import Promise
from farthing.units.problem import InputError


def promise(usd="1000", start="2026-01-01", end=None, **known):
    until = {"end": moment_us(end)} if end else {}
    return Promise(provider="acme", usd=usd, start=moment_us(start), **until, **known)


def billed(promises, months, usage):
    found = bills(promises, months, {"acme": [Fraction(one) for one in usage]})
    return [(bill.billed_usd, bill.unused_usd, bill.discount_usd) for bill in found]


def test_a_month_costs_its_usage_or_the_promise_whichever_is_more():
    found = billed([promise(discount="0.1")], ["2026-01", "2026-02"], [800, 2000])
    assert found == [(1000, 280, 80), (1800, 0, 200)]


def test_a_promise_by_the_year_is_settled_in_its_last_month():
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    found = billed([promise("1200", per="year")], months, [50] * 12)
    assert [one[0] for one in found] == [50] * 11 + [650]
    assert billed([promise("1200", per="year")], months[:6], [50] * 6)[-1] == (50, 0, 0)


def test_a_promise_counts_only_while_it_holds():
    months = ["2025-12", "2026-01", "2026-02", "2026-03"]
    found = billed([promise(end="2026-03-01")], months, [10, 10, 10, 10])
    assert [one[0] for one in found] == [10, 1000, 1000, 10]


def test_a_year_that_ends_early_is_settled_at_its_end():
    months = ["2026-01", "2026-02", "2026-03"]
    found = billed([promise("300", per="year", end="2026-03-01")], months, [10, 10, 10])
    assert [one[0] for one in found] == [10, 290, 10]


def test_whoever_promised_nothing_is_billed_the_usage():
    (bill,) = bills([promise()], ["2026-01"], {"other": [Fraction(7)]})
    assert (bill.billed_usd, bill.promised_usd) == (7, 0)


@pytest.mark.parametrize("months", [["2026-01", "2026-03"], ["2026-02", "2026-01"], ["2026-13"], ["may"]])
def test_months_out_of_order_are_refused(months):
    with pytest.raises(InputError, match="month"):
        bills([], months, {"acme": [Fraction(1)] * len(months)})


@given(
    usage=st.lists(st.fractions(0, 10**6), min_size=1, max_size=24),
    usd=st.integers(1, 10**6),
    percent=st.integers(0, 99),
    per=st.sampled_from(["month", "year"]),
)
def test_the_bill_is_never_below_discounted_usage_nor_below_a_settled_promise(usage, usd, percent, per):
    months = [f"{2026 + place // 12}-{place % 12 + 1:02d}" for place in range(len(usage))]
    made = promise(str(usd), per=per, discount=f"0.{percent:02d}")
    found = bills([made], months, {"acme": usage})
    total = sum(bill.billed_usd for bill in found)
    assert total >= sum(bill.promised_usd for bill in found)
    assert total >= sum(usage) * (1 - Fraction(percent, 100))
    assert all(bill.unused_usd >= 0 for bill in found)
