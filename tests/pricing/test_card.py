"""Which row speaks for a rate, and why there is none."""

from fractions import Fraction

import pytest
from handmade import NOON, row, sku

from farthing.pricing.card import Moment, card
from farthing.pricing.own import moment_us
from farthing.pricing.rows import CATALOG, CONTRACT, PACKAGE, SECOND, Row


def rates(model, **known):
    return card(model, Moment(moment_us(NOON), 0, **known))


def test_layers_overrule_each_other_in_turn():
    rows = [row(layer=layer, input=str(layer + 1)) for layer in (SECOND, PACKAGE, CATALOG, CONTRACT)]
    for count in range(1, 5):
        found = rates(sku(*rows[:count])).rate("input")
        assert found.usd * 10**6 == count
        assert found.row.layer == count - 1


def test_in_a_layer_the_later_start_wins_whatever_the_order():
    old, new = row(input="5", start="2025-01-01"), row(input="3", start="2026-01-01")
    for rows in ((old, new), (new, old)):
        assert rates(sku(*rows)).rate("input").row is new


def test_a_row_of_a_stronger_layer_speaks_for_its_meters_alone():
    model = sku(row(input="3", output="15"), row(layer=CONTRACT, input="2"))
    found = rates(model)
    assert found.rate("input").row.layer == CONTRACT
    assert found.rate("output").row.layer == PACKAGE


def test_the_meter_that_covers_another_is_named():
    found = rates(sku(row(input="3", output="15"))).rate("cache_write_1h")
    assert (found.parent, found.usd) == ("input", Fraction(3, 10**6))
    assert rates(sku(row(input="3"))).rate("input").parent == ""


@pytest.mark.parametrize("meter", ["output", "web_search", "nothing_like_it", ""])
def test_a_meter_that_nothing_covers_has_no_rate(meter):
    assert rates(sku(row(input="3"))).rate(meter) is None


def test_the_reasons():
    model = sku(row(input="3", start="2026-06-01", end="2026-07-01"), launched=moment_us("2026-05-01"))
    reasons = {
        day: card(model, Moment(moment_us(day), 0)).reason
        for day in ("2026-04-30", "2026-05-31", "2026-06-01")
    }
    assert reasons == {"2026-04-30": "not-on-sale", "2026-05-31": "no-price", "2026-06-01": ""}
    assert rates(model, tier="batch").reason == "no-tier"


def test_before_a_model_is_on_sale_only_a_contract_has_a_price():
    listed, agreed = row(input="3"), row(layer=CONTRACT, input="2", start="2025-01-01")
    launched = moment_us("2026-05-01")
    early = Moment(moment_us("2026-04-30"), 0)
    assert card(sku(listed, agreed, launched=launched), early).rate("input").usd == Fraction(2, 10**6)
    assert card(sku(listed, launched=launched), early).reason == "not-on-sale"


def test_undated_tiers_of_the_package_are_silent_where_the_catalog_owns():
    batch = row(tier="batch", input="1")
    owned = row(layer=CATALOG, owns=True, input="9")
    assert rates(sku(row(input="2"), batch), tier="batch").rate("input").usd == Fraction(1, 10**6)
    assert rates(sku(row(input="2"), batch, owned), tier="batch").reason == "no-tier"
    rule = Row(layer=CATALOG, tier="batch", multiply="0.5")
    found = rates(sku(row(input="2"), batch, owned, rule), tier="batch").rate("input")
    assert (found.usd, found.row) == (Fraction(9, 2 * 10**6), rule)


def test_of_several_rules_the_last_to_start_counts():
    rules = [Row(layer=CATALOG, tier="batch", multiply=by, start=moment_us(day)) for by, day in
             (("0.5", "2024-01-01"), ("0.8", "2026-01-01"), ("0.1", "2027-01-01"))]  # fmt: skip
    assert rates(sku(row(input="10"), *rules), tier="batch").rate("input").usd * 10**6 == 8


def test_discounts_follow_each_other():
    discounts = [Row(layer=CONTRACT, tier="*", multiply=by) for by in ("0.9", "0.9")]
    assert rates(sku(row(input="10"), *discounts)).rate("input").usd * 10**6 == Fraction("8.1")
