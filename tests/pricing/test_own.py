"""Facts of the catalog laid over the package's data."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from handmade import bill, row

from farthing.catalog.load import catalog
from farthing.catalog.price_facts import ModelLife, PriceRule, TokenPrice, Window
from farthing.pricing.exchange import exchange
from farthing.pricing.own import merged, moment_us, row_of
from farthing.pricing.rows import CATALOG, FOREVER, Clause, Provider, Sku

NO_RATES = exchange(())


def fact(**known):
    base = {
        "provider": "maker",
        "model": "m",
        "valid_from": "2024-01-01",
        "source": "s",
        "date": "2024-01-01",
    }
    return TokenPrice(**base | {"confidence": "B", "amounts": {"input": "3", "output": "15"}} | known)


class Facts:
    """As much of a catalog as `merged` reads."""

    def __init__(self, *prices, lives=(), rules=()):
        self.prices = {str(place): price for place, price in enumerate(prices)}
        self.model_lives = dict(enumerate(lives))
        self.price_rules = dict(enumerate(rules))
        self.fx = {}


def merge(*prices, package=(), **known):
    listed = Provider(id="maker", skus=tuple(package))
    (found,) = merged([listed], Facts(*prices, **known))
    return {sku.model: sku for sku in found.skus}


def test_moments_are_utc():
    assert moment_us("1970-01-02") == 86_400_000_000
    assert moment_us("2026-08-17T16:00Z") == int(datetime(2026, 8, 17, 16, tzinfo=UTC).timestamp()) * 10**6
    assert moment_us("2026-08") == moment_us("2026-08-01")
    assert moment_us("2026") == moment_us("2026-01-01")


def test_a_fact_becomes_a_row():
    found = row_of(fact(valid_to="2025-01-01", tier="batch", region="eu", above_tokens=128_000), NO_RATES)
    assert (found.layer, found.tier, found.region, found.above_tokens) == (CATALOG, "batch", "eu", 128_000)
    assert (found.start, found.end) == (moment_us("2024-01-01"), moment_us("2025-01-01"))
    assert row_of(fact(), NO_RATES).end == FOREVER


@pytest.mark.parametrize(
    ("known", "owns"),
    [
        ({}, True),
        ({"tier": "batch"}, False),
        ({"window": Window(hours="01:00-02:00")}, False),
        ({"above_tokens": 5}, False),
        ({"amounts": {"output": "15"}}, False),
        ({"amounts": {"web_search": "10"}, "per": "1K searches"}, False),
    ],
)
def test_a_plain_row_of_tokens_owns_its_time(known, owns):
    assert row_of(fact(**known), NO_RATES).owns is owns


def test_a_write_of_no_stated_lifetime_costs_that_of_five_minutes():
    found = row_of(fact(amounts={"input": "3", "cache_write_5m": "3.75", "cache_write_1h": "6"}), NO_RATES)
    assert found.rates["cache_write"].amount == "3.75"
    stated = row_of(fact(amounts={"input": "3", "cache_write_5m": "3.75", "cache_write": "4"}), NO_RATES)
    assert stated.rates["cache_write"].amount == "4"


def test_another_currency_needs_a_dated_rate():
    euro = fact(model="e", valid_from="2024-01-15", currency="EUR", amounts={"input": "2.5"})
    assert row_of(euro, NO_RATES) is None
    found = row_of(euro, exchange(catalog().fx.values()))
    assert 2 < Decimal(found.rates["input"].amount) < 4
    assert "EUR" in found.note


def test_a_price_for_nothing_that_is_counted_is_refused():
    with pytest.raises(ValueError, match="says no count of anything"):
        row_of(fact(per="a while"), NO_RATES)


def test_history_lies_under_the_price_of_today():
    listed = Sku(
        provider="maker", model="m", match=Clause(relation="equals", text="m"), rows=(row(input="2"),)
    )
    model = merge(fact(valid_to="2025-01-01", amounts={"input": "5"}), package=[listed])["m"]
    assert bill(model, at="2024-06-01", input=10**6) == 5
    assert bill(model, at="2025-01-01", input=10**6) == 2


def test_a_dated_name_falls_back_on_the_model_that_the_package_takes_it_for():
    listed = Sku(
        provider="maker", model="m", match=Clause(relation="starts_with", text="m"), rows=(row(input="2"),)
    )
    model = merge(fact(model="m-old", valid_to="2025-01-01", amounts={"input": "5"}), package=[listed])[
        "m-old"
    ]
    assert bill(model, at="2024-06-01", input=10**6) == 5
    assert bill(model, at="2025-06-01", input=10**6) == 2
    assert bill(model, at="2023-12-31", input=1) is None


def test_a_model_that_nobody_lists_ends_with_its_history():
    model = merge(fact(model="alone", valid_to="2025-01-01"))["alone"]
    assert bill(model, at="2024-12-31T23:59Z", input=10**6) == 3
    assert bill(model, at="2025-01-01", input=1) is None


def test_a_name_that_carries_a_day_was_not_sold_before():
    for name in ("m-20240513", "m-2024-05-13"):
        model = merge(fact(model=name, valid_from="2024-01-01"))[name]
        assert model.launched == moment_us("2024-05-13")
    assert merge(fact(model="m-20241399"))["m-20241399"].launched < 0


def test_lives_and_rules_reach_their_models():
    said = {"source": "s", "date": "2024", "confidence": "B"}
    life = ModelLife(provider="maker", model="M", launched="2024-02-01", retired="2025-02-01", **said)
    rule = PriceRule(provider="maker", models=("m*",), except_models=("mini",), tier="batch", multiply="0.5",
                     valid_from="2024-01-01", **said)  # fmt: skip
    found = merge(fact(), fact(model="mini"), lives=[life], rules=[rule])
    assert (found["m"].launched, found["m"].retired) == (moment_us("2024-02-01"), moment_us("2025-02-01"))
    assert bill(found["m"], at="2024-03-01", tier="batch", input=10**6) == 1.5
    assert bill(found["mini"], at="2024-03-01", tier="batch", input=1) is None


def test_names_of_facts_are_exact_and_lower_case():
    assert merge(fact(names=("M-Alias",)))["m"].names == ("m-alias",)
