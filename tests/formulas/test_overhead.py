"""Lines beyond compute: they add up, and each is its share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import overhead

money = st.floats(min_value=0, max_value=1e9)
LINES = {
    overhead.failed_runs_cost_usd: 0.1,
    overhead.experiments_cost_usd: 0.5,
    overhead.data_cost_usd: 3.1,
    overhead.post_training_cost_usd: 0.2,
    overhead.storage_cost_usd: 0.05,
    overhead.network_cost_usd: 0.01,
    overhead.evaluation_cost_usd: 0.03,
}


@pytest.mark.parametrize(("line", "share"), LINES.items(), ids=lambda item: getattr(item, "__name__", item))
def test_a_line_is_its_share_of_compute(line, share):
    assert line(1e6, share) == pytest.approx(share * 1e6)
    assert line(1e6, 0) == 0


@given(st.lists(money, min_size=8, max_size=8), money)
def test_the_bill_is_compute_and_its_lines(lines, compute):
    beyond = overhead.beyond_compute_cost_usd(*lines)
    assert beyond == pytest.approx(sum(lines))
    assert overhead.cost_usd(compute, beyond) == pytest.approx(compute + sum(lines))


def test_the_report_says_80b_costs_ten_to_twenty_five_million_all_in():
    """Its own multipliers at the low end carry $2M of compute to about $10M."""
    compute = 2e6
    lines = compute * (3 + 0.5 + 0.2 + 0.2 + 0.1)
    assert overhead.cost_usd(compute, lines) == pytest.approx(10e6)
