"""People: team size, time and money."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import people

money = st.floats(min_value=1, max_value=1e9)


def test_large_runs_get_the_share_they_were_given():
    team = people.person_count(60e6, 0.4, 400_000, 1.0, 1)
    assert people.people_cost_usd(team, 400_000, 1.0) == pytest.approx(24e6)


def test_small_runs_keep_the_least_team():
    assert people.person_count(100, 0.4, 400_000, 1.0, 0.5) == 0.5


def test_a_month_of_preparation_is_a_twelfth_of_a_year():
    assert people.project_year(0, 1) == pytest.approx(1 / 12)


@given(money, st.floats(min_value=0, max_value=1), st.floats(min_value=0.05, max_value=3))
def test_cost_never_falls_when_compute_grows(compute, share, years):
    def cost(amount):
        team = people.person_count(amount, share, 300_000, years, 1)
        return people.people_cost_usd(team, 300_000, years)

    assert cost(2 * compute) >= cost(compute)


def test_arrays_equal_the_loop():
    bills = np.array([1e3, 1e6, 1e8])
    together = people.person_count(bills, 0.3, 300_000, 0.5, 1)
    assert together == pytest.approx([people.person_count(bill, 0.3, 300_000, 0.5, 1) for bill in bills])
