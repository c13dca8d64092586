"""Contracts over a book of three models: what they change, what they leave alone, what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from handmade import MILLION, bill, row

from farthing.catalog.facts import ExchangeRate
from farthing.pricing import compiled, contracts, laid
from farthing.pricing.book import Book
from farthing.pricing.exchange import exchange
from farthing.pricing.own import moment_us
from farthing.pricing.rows import Clause, Provider, Sku
from farthing.units.money import Rate
from farthing.units.problem import InputError

LARGE = Sku(
    provider="acme",
    model="large",
    name="Acme Large",
    match=Clause(relation="starts_with", text="large"),
    rows=(row(input="3", output="15", cache_read="0.3"), row(tier="batch", input="1.5", output="7.5")),
)
SMALL = Sku(provider="acme", model="small", rows=(row(input="1", output="2", web_search="10000"),))
RATES = (
    ExchangeRate(currency="EUR", usd_per_unit=1.10, date="2026-01-01", source="ecb", confidence="B"),
    ExchangeRate(currency="EUR", usd_per_unit=1.20, date="2026-05-01", source="ecb", confidence="B"),
)


def book():
    reseller = Provider(id="resell", lends=("acme",))
    base = compiled.of_providers((Provider(id="acme", skus=(LARGE, SMALL)), reseller), "by hand")
    return Book(base, base.hash)


def over(text, given=(), below=None):
    contract = contracts.read_text(text.encode(), "mine.yaml")
    return laid.lay(below or book(), contract, exchange(RATES, given))


def usd(found, model="large", provider="acme", **asked):
    quantities = {meter: count for meter, count in asked.items() if meter not in ("at", "tier", "region")}
    how = {name: asked[name] for name in ("at", "tier", "region") if name in asked}
    return bill(found.find(model, provider), **how, **(quantities or {"input": MILLION}))


def refused(text, given=()):
    with pytest.raises(InputError) as caught:
        over(text, given)
    return caught.value.problems


def price(**words):
    said = {"provider": "acme", "model": "large", "meter": "input", "amount": '"2.00"', **words}
    return "prices:\n  - {" + ", ".join(f"{key}: {value}" for key, value in said.items() if value) + "}\n"


def test_a_fixed_price_holds_from_its_day_and_leaves_other_meters_alone():
    found = over(price(valid_from="2026-03-01", valid_to="2026-09-01"))
    assert usd(found, at="2026-02-28T23:59Z") == 3
    assert usd(found, at="2026-03-01") == 2
    assert usd(found, at="2026-09-01") == 3
    assert usd(found, output=MILLION) == 15
    assert usd(found, tier="batch") == Fraction("1.5")


def test_several_meters_in_one_row_and_a_tier_of_its_own():
    text = price(meter="", amount="", amounts='{input: "1", output: "4"}', tier="batch")
    found = over(text)
    assert usd(found, tier="batch", input=MILLION, output=MILLION) == 5
    assert usd(found, input=MILLION, output=MILLION) == 18


def test_a_fixed_price_of_a_tier_leaves_the_rest_to_the_list_s_rule():
    rule = row(tier="batch", multiply="0.5")
    ruled = Sku(provider="acme", model="large", rows=(row(input="3", output="15"), rule))
    base = compiled.of_providers((Provider(id="acme", skus=(ruled,)),), "by hand")
    found = over(price(tier="batch", amount="1"), below=Book(base, base.hash))
    assert usd(found, tier="batch", input=MILLION, output=MILLION) == Fraction("8.5")


def test_long_inputs_and_hours_may_have_their_own_prices():
    text = price() + "  - {provider: acme, model: large, meter: input, amount: 4, above_tokens: 1000}\n"
    text += "  - {provider: acme, model: small, meter: input, amount: 0.5, window: {days: sat-sun}}\n"
    found = over(text)
    assert usd(found, input=1000) == Fraction(2 * 1000, MILLION)
    assert usd(found, input=1001) == Fraction(4 * 1001, MILLION)
    assert usd(found, "small", at="2026-06-13T12:00Z") == Fraction("0.5")  # a Saturday
    assert usd(found, "small", at="2026-06-15T12:00Z") == 1


@pytest.mark.parametrize("said", ["discount: 15%", 'discount: "0.15"', 'multiply: "0.85"'])
def test_a_discount_is_exact_and_holds_in_every_tier(said):
    found = over(f'discounts: [{{provider: acme, models: ["lar*"], {said}}}]\n')
    assert usd(found) == Fraction("2.55")
    assert usd(found, tier="batch") == Fraction("1.275")
    assert usd(found, "small") == 1


def test_a_discount_spares_what_is_fixed_and_discounts_follow_each_other():
    text = price() + "discounts:\n  - {provider: acme, discount: 10%}\n  - {provider: acme, discount: 50%}\n"
    found = over(text)
    assert usd(found) == 2
    assert usd(found, output=MILLION) == Fraction("6.75")


def test_a_discount_may_be_for_one_tier_one_meter_or_all_meters():
    assert usd(over("discounts: [{provider: acme, discount: 50%, tier: batch}]\n")) == 3
    found = over("discounts: [{provider: acme, discount: 50%, meters: [output]}]\n")
    assert (usd(found), usd(found, output=MILLION)) == (3, Fraction("7.5"))
    tokens_alone = over("discounts: [{provider: acme, discount: 50%}]\n")
    assert usd(tokens_alone, "small", web_search=1) == Fraction(1, 100)
    every = over('discounts: [{provider: acme, discount: 50%, meters: "*"}]\n')
    assert usd(every, "small", web_search=1) == Fraction(1, 200)


def test_a_reseller_s_discount_reaches_the_models_that_it_lends():
    found = over("discounts: [{provider: resell, discount: 50%}]\n")
    assert usd(found, provider="resell") == Fraction("1.5")
    assert usd(found) == 3


def test_a_name_that_only_a_pattern_catches_is_priced_alone():
    found = over(price(model="large-tuned"))
    assert usd(found, "large-tuned") == 2
    assert usd(found, "large-tuned", output=MILLION) == 15
    assert usd(found) == 3
    assert usd(over(price(model="Acme Large"))) == 2


def test_a_new_model_may_be_priced_by_contract_alone_and_that_is_said():
    found = over(price(model="smal") + "  - {provider: acne, model: x, meter: input, amount: 1}\n")
    assert usd(found, "smal") == 2
    assert [(p.code, p.severity, p.where, p.fix) for p in found.problems] == [
        ("unknown-model", "warning", "mine.yaml:2", "Did you mean small?"),
        ("unknown-provider", "warning", "mine.yaml:3", "Did you mean acme?"),
    ]


def test_other_currencies_become_dollars_at_a_dated_rate_that_is_said():
    at_catalog = over(price(currency="EUR", valid_from="2026-04-01"))
    assert usd(at_catalog) == Fraction("2.2")
    assert "2.00 EUR at 1.1 USD of 2026-01-01 (ecb)" in at_catalog.find("large").rows[-1].note
    assert usd(over(price(currency="EUR", valid_from="2026-06-01"))) == Fraction("2.4")
    own = over(price(currency="EUR", usd_per_unit='"1.5"', fx_date="2026-02-01", valid_from="2026-03-01"))
    assert usd(own) == 3
    given = Rate("EUR", Decimal("1.25"), date(2026, 2, 10), "given")
    assert usd(over(price(currency="EUR", valid_from="2026-06-01"), [given])) == Fraction("2.5")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ({"currency": "EUR", "valid_from": "2025-12-31"}, "fx", "No exchange rate for EUR on or before"),
        ({"currency": "EUR", "usd_per_unit": "1.2"}, "fx", "'fx_date' is missing"),
        ({"currency": "EUX"}, "currency", "no currency"),
        ({"amount": "0.00001"}, "odd-price", "less than any price"),
        ({"amount": "20000"}, "odd-price", "more than any price"),
        ({"amount": "0"}, "odd-price", "free: true"),
        ({"meter": "inptu"}, "unknown-meter", "inptu"),
        ({"per": "1K searches"}, "bad-value", "counted by the token"),
        ({"per": "handful"}, "bad-value", "no amount of anything"),
        ({"amount": ""}, "missing-key", "'amount' is missing"),
        ({"meter": "", "amount": ""}, "missing-key", "no price in this row"),
        ({"window": "{days: someday}"}, "bad-value", "names no days"),
        ({"valid_from": "2026-02-30"}, "odd-period", "no day of the calendar"),
        ({"valid_from": "2026-03-01", "valid_to": "2026-02-01"}, "odd-period", "ends on"),
        ({"tier": "cheap"}, "bad-value", "tier"),
        ({"modle": "x"}, "unknown-key", "modle"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(words, code, said):
    found = refused(price(**words))
    assert [problem.code for problem in found] == [code]
    assert said in found[0].what
    assert found[0].where == "mine.yaml:2"


def test_odd_prices_may_be_confirmed_and_nothing_may_be_free():
    assert usd(over(price(amount="20000", confirm="a private cluster"))) == 20_000
    assert usd(over(price(amount="0", free="true"))) == 0


def test_a_jump_from_the_book_s_price_is_a_warning():
    found = over(price(amount="31"))
    assert [(p.code, p.severity) for p in found.problems] == [("odd-price", "warning")]
    assert not over(price(amount="30")).problems
    assert not over(price(amount="31", confirm="yes")).problems


def test_all_problems_are_told_at_once():
    text = price(amount="0") + "discounts:\n  - {provider: acme}\n  - {provider: acme, discount: 100%}\n"
    found = refused(text)
    assert [problem.where for problem in found] == ["mine.yaml:2", "mine.yaml:4", "mine.yaml:5"]
    assert [p.where for p in refused("pirces: []\ndiscounts: 3\n")] == ["mine.yaml:1", "mine.yaml:2"]
    assert refused("")[0].code == "bad-file"
    assert refused("{{")[0].code == "bad-file"


def test_two_prices_for_one_day_and_two_commitments_at_once_are_refused():
    assert [p.code for p in refused(price() + price().partition("\n")[2])] == ["duplicate-price"]
    text = "commitments:\n" + 2 * '  - {provider: acme, amount: "10", valid_from: 2026-01-01}\n'
    assert [p.code for p in refused(text)] == ["duplicate-price"]


def test_a_commitment_becomes_a_promise_in_dollars():
    said = 'provider: acme, amount: "100", currency: EUR, discount: 5%, valid_from: 2026-02-01'
    (promise,) = over(f"commitments: [{{{said}}}]\n").promises
    assert (Fraction(promise.usd), Fraction(promise.discount)) == (110, Fraction(1, 20))
    assert (promise.per, promise.start) == ("month", moment_us("2026-02-01"))
    assert [p.code for p in refused('commitments: [{provider: acme, amount: "1"}]\n')] == ["missing-key"]
    whole = 'commitments: [{provider: acme, amount: "1", valid_from: 2026-01-01, discount: 100%}]\n'
    assert [p.code for p in refused(whole)] == ["bad-value"]


def test_a_discount_that_meets_nobody_is_said():
    found = over('discounts: [{provider: acme, models: ["smal"], discount: 5%}]\n')
    assert [(p.code, p.fix) for p in found.problems] == [("unknown-model", "Did you mean small?")]


def test_the_hash_names_what_is_laid_over_and_nothing_else():
    below = book()
    first, again = over(price()), over("# a comment\n" + price())
    assert first.hash == again.hash != below.hash
    assert over(price(amount="2.01")).hash != first.hash
    assert over("discounts: []\n").hash == below.hash
    assert [layer.label for layer in first.overlays] == ["mine.yaml"]
    assert first.overlays != again.overlays
    assert replace(first, problems=()).base is first.base
