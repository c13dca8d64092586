"""Periods of budgets: every day lies in exactly one, and they begin where they were told to."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.track.budget_period import Period, days_of
from farthing.track.dimensions import Window


@pytest.mark.parametrize(
    ("period", "day", "since", "until"),
    [
        (Period("day"), "2026-03-14", "2026-03-14", "2026-03-15"),
        (Period("week"), "2026-03-15", "2026-03-09", "2026-03-16"),  # a Sunday
        (Period("month"), "2026-12-31", "2026-12-01", "2027-01-01"),
        (Period("month", day=15), "2026-01-14", "2025-12-15", "2026-01-15"),
        (Period("month", day=15), "2026-01-15", "2026-01-15", "2026-02-15"),
        (Period("quarter"), "2026-05-31", "2026-04-01", "2026-07-01"),
        (Period("quarter", month=2), "2026-01-31", "2025-11-01", "2026-02-01"),
        (Period("year"), "2026-05-31", "2026-01-01", "2027-01-01"),
        (Period("year", month=4, day=6), "2026-04-05", "2025-04-06", "2026-04-06"),
        (Period("year", month=4, day=6), "2026-04-06", "2026-04-06", "2027-04-06"),
    ],
)
def test_where_periods_begin_and_end(period, day, since, until):
    found = period.at(date.fromisoformat(day))
    assert (str(found.since), str(found.until)) == (since, until)


@given(
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.integers(1, 12),
    st.integers(1, 28),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_periods_follow_each_other_without_a_gap(repeats, month, day, moment):
    period = Period(repeats, month, day)
    found = period.at(moment)
    assert found.has(moment)
    assert period.at(found.since) == period.at(found.until - timedelta(days=1)) == found
    assert period.before(found).until == found.since
    assert days_of(found) >= 1


def test_dates_are_one_period_without_another_before():
    once = Window(date(2026, 1, 1), date(2026, 2, 1))
    period = Period(None, once=once)
    assert period.at(date(2030, 1, 1)) == once
    assert period.before(once) is None
