"""Money is exact, and two currencies meet only at a dated rate."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.units.currency import CURRENCIES, SYMBOLS
from farthing.units.kinds import Kind
from farthing.units.money import Money, Rate, currency_of, in_usd, parse_fx, parse_money
from farthing.units.problem import InputError
from farthing.units.quantity import parse_quantity

AMOUNTS = st.decimals(-(10**12), 10**12, places=6)
POUND = Rate("GBP", Decimal("1.27"), date(2026, 2, 10), "given")


def usd(text):
    return Money(Decimal(text), "USD")


@given(AMOUNTS, AMOUNTS)
def test_sums_are_exact(a, b):
    total = Money(a, "USD") + Money(b, "USD")
    assert total - Money(b, "USD") == Money(a, "USD")
    assert total == -(Money(-a, "USD") - Money(b, "USD"))


def test_a_million_tenths_of_a_cent_are_a_thousand_dollars():
    assert (usd("0.001") * 10**6).amount == 1000
    assert str(usd("1E+3")) == "1000 USD"


def test_two_currencies_are_never_added():
    for combine in (lambda a, b: a + b, lambda a, b: a - b):
        with pytest.raises(InputError, match="dated exchange rate"):
            combine(usd("1"), Money(Decimal(1), "GBP"))


def test_a_dated_rate_converts():
    assert Money(Decimal(299), "GBP").in_usd(POUND) == usd("379.73")
    with pytest.raises(ValueError, match="does not convert"):
        Money(Decimal(299), "EUR").in_usd(POUND)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "USD", "2.34"),
        ("2.355", "USD", "2.36"),
        ("1299.5", "JPY", "1300"),
        ("1298.5", "JPY", "1298"),
    ],
)
def test_rounding_is_half_to_even_in_the_currencys_own_decimals(amount, currency, rounded):
    assert str(Money(Decimal(amount), currency).rounded()) == f"{rounded} {currency}"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("£1,299.95", "1299.95", "GBP"),
        ("$0.000000000000000000000000000001", "0.000000000000000000000000000001", "USD"),
        ("$5.6M", "5600000", "USD"),
        ("12.50 eur", "12.50", "EUR"),
        ("15 cents", "0.15", "USD"),
        ("0", "0", "CHF"),
    ],
)
def test_amounts_are_read_exactly(text, amount, currency):
    assert parse_money(text, "price", "CHF") == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [("~$5", "not_exact"), ("$2..3", "not_exact"), ("-$5", "too_low"), ("5 h", "unit_mismatch")],
)
def test_amounts_that_are_not_exact_are_refused(text, code):
    with pytest.raises(InputError) as caught:
        parse_money(text, "price")
    assert caught.value.problems[0].code == code


def test_a_rate_is_read_with_its_day():
    assert parse_fx(" gbp=1.27@2026-02-10") == POUND


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("GBP=1.27", "GBP=1.27@2026-02-10"),
        ("GBP", "GBP=1.27@2026-02-10"),
        ("GPB=1.27@2026-02-10", "Did you mean GBP"),
        ("???=1.27@2026-02-10", "Write an ISO 4217 code"),
        ("GBP=~1.27@2026-02-10", "Write one number"),
        ("GBP=1..2@2026-02-10", "Write one number"),
        ("GBP=0@2026-02-10", "such as"),
        ("GBP=1.27@yesterday", "2026-02-10"),
        ("GBP=1.27@2026-02-30", "2026-02-10"),
    ],
)
def test_rates_that_cannot_be_read_are_refused(text, fix):
    with pytest.raises(InputError) as caught:
        parse_fx(text)
    assert fix in caught.value.problems[0].fix


def test_quantities_become_dollars_at_their_currencys_rate():
    rates = {"GBP": POUND}
    price = parse_quantity("£100/month", Kind.MONEY_PER_MONTH, "price")
    assert in_usd(price, rates, "price") == 127
    spread = in_usd(parse_quantity("£100..200/month", Kind.MONEY_PER_MONTH, "price"), rates, "price")
    assert (spread.p05, spread.p95) == pytest.approx((127, 254))
    assert in_usd(parse_quantity("$5", Kind.MONEY, "price"), {}, "price") == 5
    assert in_usd(parse_quantity("5", Kind.MONEY, "price"), {}, "price") == 5
    with pytest.raises(InputError, match="no exchange rate for EUR"):
        in_usd(parse_quantity("€5", Kind.MONEY, "price"), rates, "price")


def test_money_is_finite_and_its_currency_known():
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"), "USD")
    with pytest.raises(InputError, match="no currency"):
        Money(Decimal(1), "QQQ")


def test_every_symbol_belongs_to_one_currency():
    assert set(SYMBOLS.values()) <= set(CURRENCIES)
    assert SYMBOLS["$"] == "USD"
    assert SYMBOLS["A$"] == "AUD"
    assert all(code == currency_of(code.lower(), "x") for code in CURRENCIES)
