"""`spend --against`: the estimate beside what it came to, and parts of the difference that add up to it."""

import pytest
from ledgers_made import ledger

from farthing.app.spend import spend
from farthing.units.problem import InputError

SCENARIO = """
verb: tokens
model: claude-sonnet-4-5
input: 1000
output: 100
requests: 2/day
as_of: 2026-11-20
"""


def scenario(folder, text=SCENARIO):
    path = folder / "scenario.yaml"
    path.write_text(text)
    return str(path)


def test_the_estimate_stands_beside_what_it_came_to(tmp_path):
    lines = [
        f"r{number},2026-10-{1 + number // 4:02d}T00:00:00Z,maker,small,1000,200,search,acme,ok"
        for number in range(40)
    ]
    found = spend(ledger=ledger(tmp_path, tuple(lines)), against=scenario(tmp_path))
    rows = {row["quantity"]: row for row in found.rows}
    # Four requests on each of ten days, of 1000 tokens in and 200 out at $3 and $15.
    assert rows["requests_per_day"]["actual"] == 4
    assert rows["requests_per_day"]["verdict"] == "+100%"
    assert rows["input_tokens_per_request"]["verdict"] == "as estimated"
    assert rows["output_tokens_per_request"]["actual"] == 200
    assert rows["cost_per_request_usd"]["actual"] == pytest.approx(0.006)
    assert rows["cost_per_day_usd"]["estimated"] == pytest.approx(0.009)
    assert rows["cost_per_day_usd"]["actual"] == pytest.approx(0.024)
    parts = [line.amount_usd.p50 for line in found.lines if line.category == "track.drift"]
    assert sum(parts) == pytest.approx(0.024 - 0.009)
    assert parts[0] == pytest.approx(2 * 0.0045)  # two more requests a day, at the estimated price of one


@pytest.mark.parametrize("text", ["verb: audit\n", "verb: tokens\nmodle: x\n", "- 1\n"])
def test_a_scenario_that_is_none_is_said(tmp_path, text):
    with pytest.raises(InputError):
        spend(ledger=ledger(tmp_path), against=scenario(tmp_path, text))
