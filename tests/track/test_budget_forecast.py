"""What is expected of budgets with bills: a line for a whole month is no daily spend. All synthetic."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from small_ledger import accounts_of, charge, event

from farthing.track.budget import standing
from farthing.track.budget_file import read_budgets
from farthing.track.budget_forecast import again, expected

MONTHS = range(1, 10)


def monthly(cost="3000", months=MONTHS):
    return [charge(day=f"2026-{one:02}-01", until=f"2026-{one + 1:02}-01", cost=cost) for one in months]


def daily(first="2026-06-01", days=106, tokens=20):
    start = date.fromisoformat(first)
    return [event(day=str(start + timedelta(days=one)), input_tokens=tokens) for one in range(days)]


def stands(folder, day, events=(), charges=(), said="amount: 4000"):
    (budget,) = read_budgets(f"budgets:\n  - {{name: all, {said}}}\n", "budgets.yaml")
    accounts = accounts_of(folder, events, charges)
    on = date.fromisoformat(day)
    moment = datetime.combine(on + timedelta(days=1), time(), UTC)
    return standing(budget, accounts, on, moment, partial(expected, accounts))


@pytest.mark.parametrize("day", ["2026-09-01", "2026-09-15"])
def test_a_bill_of_a_month_is_not_expected_twice_in_it(tmp_path, day):
    found = stands(tmp_path, day, charges=monthly())
    assert (found.spent_usd, found.outlook.p10, found.outlook.p90) == (3000, 3000, 3000)
    assert found.outlook.on_p50 is None


def test_usage_beside_a_bill_is_forecast_by_itself(tmp_path):
    found = stands(tmp_path, "2026-09-14", daily(), monthly())
    assert found.spent_usd == 3000 + 14 * 20
    assert found.outlook.p50 == pytest.approx(3600, rel=0.01)  # $20 on each of 30 days
    assert found.outlook.p90 < 3700


def test_bills_are_expected_again_in_the_months_that_are_left(tmp_path):
    found = stands(
        tmp_path, "2026-07-20", charges=monthly(months=range(1, 8)), said="amount: 8000, period: quarter"
    )
    assert (found.spent_usd, found.outlook.p50) == (3000, 9000)
    assert found.outlook.on_p50 == date(2026, 9, 1)
    assert found.status == "will pass"


def test_lines_for_a_day_are_forecast_like_usage(tmp_path):
    lines = [
        charge(day=f"2026-08-{day:02}", until=f"2026-08-{day + 1:02}", cost="10") for day in range(1, 30)
    ]
    found = stands(tmp_path, "2026-08-29", charges=lines, said="amount: 305")
    assert found.outlook.p50 == pytest.approx(310, rel=0.01)
    assert found.outlook.on_p50 == date(2026, 8, 31)


def test_bills_come_again_on_the_same_day_or_the_last_of_a_shorter_month():
    bills = {date(2026, 1, 31): 5, date(2026, 1, 10): 1, date(2025, 12, 20): 100}
    assert again(bills, date(2026, 2, 1), date(2026, 3, 31)) == {
        date(2026, 2, 28): 5,
        date(2026, 3, 31): 5,
        date(2026, 2, 10): 1,
        date(2026, 3, 10): 1,
    }
