"""The mechanics of a price, by hand on rows built here: steps, brackets, hours, tiers, rules, contracts."""

from fractions import Fraction

import numpy as np
import pytest
from handmade import MILLION, NOON, bill, dollars, row, sku, usage

from farthing.pricing.own import moment_us
from farthing.pricing.price import Usage, price, price_one
from farthing.pricing.rows import CATALOG, CONTRACT, Rate, Row
from farthing.pricing.table import Line
from farthing.pricing.windows import weekly
from farthing.units.problem import InputError

PLAIN = sku(row(input="3", output="15", cache_read="0.30", cache_write_5m="3.75"))
FOCUS = sku(row(input="3", cache_write="3.75", cache_read="0.30", output="15"))
TWO_STEPS = sku(
    row(input="1", output="10"),
    row(above_tokens=100, input="2"),
    row(above_tokens=200, input="4", output="20"),
)
BRACKET = sku(row(input="1", output="10"), row(above_tokens=100, bracket=True, input="5"))


def test_f1_the_worked_example_of_focus():
    assert bill(FOCUS, input=500_000, cache_write=2 * MILLION, cache_read=8 * MILLION) == Fraction("11.40")
    assert bill(FOCUS, input=10_500_000) == Fraction("31.50")
    assert bill(FOCUS, output=1_500_000) == Fraction("22.50")


def test_f1_with_storage_by_the_hour():
    kept = sku(row(input="3", cache_read="0.30", cache_storage="1"))
    count = {"input": 2_500_000, "cache_read": 8 * MILLION, "cache_storage": 6 * MILLION}
    assert bill(kept, **count) == Fraction("15.90")


def test_sonnet_at_five_million_tokens_a_day():
    assert 30 * bill(PLAIN, input=5 * MILLION) == 450
    assert 30 * bill(PLAIN, output=5 * MILLION) == 2250


@pytest.mark.parametrize(
    ("tokens", "rate"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (200, 2), (201, 4), (10**9, 4)]
)
def test_a_step_is_passed_by_one_token(tokens, rate):
    assert bill(TWO_STEPS, input=tokens) == Fraction(tokens * rate, MILLION)


def test_the_step_of_the_input_moves_the_output_too():
    assert bill(TWO_STEPS, input=200, output=MILLION) == Fraction(400, MILLION) + 10
    assert bill(TWO_STEPS, input=201, output=MILLION) == Fraction(804, MILLION) + 20


def test_every_kind_of_input_counts_towards_a_step():
    count = {"input": 40, "cache_read": 20, "cache_write_1h": 20, "input_audio": 20, "output": 1000}
    assert bill(TWO_STEPS, **count) == Fraction(100 + 10_000, MILLION)
    assert bill(TWO_STEPS, **count | {"input": 41}) == Fraction(2 * 101 + 10_000, MILLION)


def test_a_bracket_is_dearer_only_beyond():
    assert bill(BRACKET, input=100) == Fraction(100, MILLION)
    assert bill(BRACKET, input=103) == Fraction(100 + 3 * 5, MILLION)


def test_a_meter_without_a_price_costs_what_contains_it():
    assert bill(sku(row(input="3", output="15")), cache_write_1h=MILLION, reasoning=MILLION) == 18
    assert bill(sku(row(input="3", cache_write="4")), cache_write_1h=MILLION) == 4


def test_what_has_no_price_is_marked_and_the_rest_is_a_lower_bound():
    found = price_one(Line(PLAIN), moment_us(NOON), {"input": MILLION, "image": 2, "no_such_meter": 1})
    assert not found.complete
    assert found.total == 3
    assert found.by_meter() == {"input": 3, "image": None, "no_such_meter": None}


def test_a_meter_that_is_not_used_needs_no_price():
    assert bill(PLAIN, input=MILLION, image=0) == 3


def test_free_is_not_unknown():
    assert bill(sku(row(input="0", output="0")), input=MILLION) == 0


def test_seconds_of_an_hourly_price():
    hourly = sku(row(per=3600, audio="0.36"))
    assert bill(hourly, audio=1) == Fraction("0.0001")
    assert bill(hourly, input_audio_time=90) == Fraction("0.009")
    assert bill(sku(row(per=3600, audio="0.111")), audio=1) == Fraction(37, 1_200_000)


def test_midnight_of_a_change():
    changed = sku(row(input="10", end="2025-06-10"), row(input="2", start="2025-06-10"))
    assert bill(changed, at="2025-06-09T23:59Z", input=MILLION) == 10
    assert bill(changed, at="2025-06-10T00:00Z", input=MILLION) == 2


def test_a_gap_between_rows_has_no_price():
    gap = sku(row(input="10", end="2025-06-01"), row(input="2", start="2025-07-01"))
    assert bill(gap, at="2025-06-15", input=1) is None
    assert bill(gap, at="2025-07-01", input=MILLION) == 2


def test_nothing_is_sold_before_its_launch():
    model = sku(row(input="3"), launched=moment_us("2025-08-07"))
    assert bill(model, at="2025-08-06T23:59Z", input=1) is None
    assert bill(model, at="2025-08-07", input=MILLION) == 3


def test_a_retired_model_keeps_its_price():
    assert bill(sku(row(input="3"), retired=moment_us("2024-01-01")), at="2026-01-01", input=MILLION) == 3


@pytest.mark.parametrize(
    ("at", "usd"),
    [
        ("2026-11-22T23:59Z", 4),  # Sunday
        ("2026-11-23T00:00Z", 4),  # Monday
        ("2026-11-23T22:59Z", 4),
        ("2026-11-23T23:00Z", 8),
        ("2026-11-24T00:59Z", 8),  # of Monday night
        ("2026-11-24T01:00Z", 4),
        ("2026-11-28T00:59Z", 8),  # Saturday morning is Friday night
        ("2026-11-29T00:30Z", 4),  # Saturday night is none
    ],
)
def test_weekday_nights_over_midnight(at, usd):
    night = sku(row(input="4"), row(input="8", hours=weekly("mon-fri", "23:00-01:00", "+00:00")))
    assert bill(night, at=at, input=MILLION) == usd


def test_a_night_at_the_end_of_the_week_runs_into_monday():
    night = sku(row(input="4"), row(input="8", hours=weekly("sun", "23:00-01:00", "+00:00")))
    assert bill(night, at="2026-11-22T23:30Z", input=MILLION) == 8
    assert bill(night, at="2026-11-23T00:59Z", input=MILLION) == 8
    assert bill(night, at="2026-11-23T01:00Z", input=MILLION) == 4


def test_hours_and_dates_together():
    hours = weekly("mon-fri", "01:00-04:00", "+00:00")
    model = sku(row(input="0.435", end="2026-08-17"), row(input="0.66", start="2026-08-17"),
                row(input="1.32", start="2026-08-17", hours=hours))  # fmt: skip
    assert bill(model, at="2026-08-14T02:00Z", input=MILLION) == Fraction("0.435")
    assert bill(model, at="2026-08-17T02:00Z", input=MILLION) == Fraction("1.32")
    assert bill(model, at="2026-08-23T02:00Z", input=MILLION) == Fraction("0.66")


def test_tiers_lie_over_the_standard_price():
    model = sku(row(input="2", output="8", cache_read="0.5"), row(tier="batch", input="1", output="4"))
    assert bill(model, tier="batch", input=MILLION, output=MILLION, cache_read=MILLION) == Fraction("5.5")
    assert bill(model, tier="flex", input=1) is None


def test_a_rule_multiplies_tokens_and_nothing_else():
    rule = Row(layer=CATALOG, tier="batch", multiply="0.5")
    model = sku(row(input="2", output="8"), row(per=1000, web_search="10"), rule)
    assert bill(model, tier="batch", input=MILLION, output=MILLION, web_search=1000) == 15


def test_a_row_of_a_tier_is_stronger_than_a_rule():
    model = sku(
        row(input="2"), row(tier="batch", input="1.9"), Row(layer=CATALOG, tier="batch", multiply="0.5")
    )
    assert bill(model, tier="batch", input=MILLION) == Fraction("1.9")


def test_a_region_multiplies_every_tier():
    model = sku(row(input="2"), row(tier="batch", input="1"), Row(layer=CATALOG, region="us", multiply="1.1"))
    assert bill(model, region="us", input=MILLION) == Fraction("2.2")
    assert bill(model, region="us", tier="batch", input=MILLION) == Fraction("1.1")
    assert bill(model, region="eu", input=MILLION) == 2


def test_a_row_of_a_region_is_stronger_than_its_rule():
    model = sku(
        row(input="2"), row(region="us", input="2.5"), Row(layer=CATALOG, region="us", multiply="1.1")
    )
    assert bill(model, region="us", input=MILLION) == Fraction("2.5")


def test_a_catalog_row_alone_speaks_for_tokens_of_its_time():
    own = row(layer=CATALOG, owns=True, start="2024-01-01", end="2025-01-01", input="5")
    model = sku(row(input="2", output="8"), row(per=1000, web_search="10"), own)
    assert bill(model, at="2024-06-01", input=MILLION, web_search=100) == 6
    assert bill(model, at="2024-06-01", output=1) is None
    assert bill(model, at="2025-06-01", input=MILLION, output=MILLION) == 10


def test_a_contract_fixes_some_and_discounts_the_rest():
    fixed = row(layer=CONTRACT, input="1")
    discount = Row(layer=CONTRACT, tier="*", multiply="0.8")
    uplift = Row(layer=CATALOG, region="us", multiply="1.1")
    model = sku(row(input="2", output="10"), uplift, fixed, discount)
    assert bill(model, input=MILLION, output=MILLION) == 9
    assert bill(model, region="us", input=MILLION, output=MILLION) == Fraction("1.1") + Fraction("8.8")


def test_x2_nobody_knows_the_model():
    found = price_one(Line(None, asked="who?"), moment_us(NOON), {"input": 5})
    assert (found.total, found.complete, found.card().reason) == (0, False, "unknown-model")
    assert found.by_meter() == {"input": None}


def test_many_lines_at_once():
    lines = [Line(PLAIN), Line(TWO_STEPS), Line(None), Line(PLAIN, "batch")]
    at = [moment_us(NOON)] * 5
    amounts, unpriced = dollars(
        lines, [1, 0, 2, 3, 1], at, {"input": [201, 201, 5, 5, 100], "output": [0] * 5}
    )
    assert amounts == [Fraction(804, MILLION), Fraction(603, MILLION), 0, 0, Fraction(100, MILLION)]
    assert unpriced == [False, False, True, True, False]


def test_beyond_64_bits_nothing_is_lost():
    assert bill(PLAIN, input=2**62, output=2**62) == Fraction(18 * 2**62, MILLION)
    assert bill(TWO_STEPS, input=2**62, cache_read=2**62) == Fraction(4 * 2**63, MILLION)
    vast = sku(Row(layer=1, rates={"input": Rate(amount="123456789012.123456789012", per=7 * 10**9)}))
    assert bill(vast, input=3) == 3 * Fraction("123456789012.123456789012") / (7 * 10**9)
    assert bill(vast, input=0) == 0


def test_no_requests_cost_nothing():
    found = price(usage([Line(PLAIN)], [], [], {"input": []}))
    assert (found.total, found.complete, len(found.amounts)) == (0, True, 0)
    assert price(usage([], [], [], {})).total == 0


def test_requests_without_quantities_cost_nothing():
    assert price(usage([Line(PLAIN)], [0, 0], [0, 1], {})).total == 0
    assert bill(PLAIN) == 0


@pytest.mark.parametrize("count", [-1, -(2**63), 2**63])
def test_what_is_no_count_is_refused(count):
    with pytest.raises(InputError, match="count of input"):
        price_one(Line(PLAIN), 0, {"input": count})


def test_columns_that_do_not_fit_are_refused():
    line, at = np.zeros(2, dtype=np.intp), np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match="one length"):
        price(Usage((Line(PLAIN),), line, at, {"input": np.zeros(3, dtype=np.int64)}))
    with pytest.raises(ValueError, match="whole numbers, which input is not"):
        price(Usage((Line(PLAIN),), line, at, {"input": np.array([1.5, 2.0])}))
    for wrong in (-1, 1):
        with pytest.raises(ValueError, match="beyond the 1 of"):
            price(Usage((Line(PLAIN),), np.full(2, wrong), at, {"input": np.ones(2, dtype=np.int64)}))


def test_narrow_and_strided_columns_are_read_as_they_are():
    line, at = np.zeros(4, dtype=np.int8), np.zeros(4, dtype=np.int64)
    columns = {"input": np.arange(8)[::2], "output": np.array([1, 2, 3, 4], dtype=np.uint16)}
    assert price(Usage((Line(PLAIN),), line, at, columns)).total == Fraction(3 * 12 + 15 * 10, MILLION)
    huge = {"input": np.full(4, 2**64 - 1, dtype=np.uint64)}
    with pytest.raises(InputError):
        price(Usage((Line(PLAIN),), line, at, huge))
