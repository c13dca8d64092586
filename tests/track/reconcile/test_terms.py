"""Terms of a bill: discounts and rates that its lines share, from lines made by hand."""

from fractions import Fraction

import pytest

from farthing.track.reconcile.bill import DAY_US
from farthing.track.reconcile.cells import Place
from farthing.track.reconcile.terms import Asked, Terms, terms_of

MODELS = ("a", "b", "c")
USD = Fraction(1)


def lines(factor, *, rate=USD, models=MODELS, days=4, listed=None):
    """A line for each model, meter and day; `factor` says what a dollar of it became in the bill's money."""
    return [
        Asked(
            place=Place("maker", model, meter, "*", "*"),
            start_us=day * DAY_US,
            usd=usd,
            cost=usd * Fraction(factor(model, meter, day)),
            slack=Fraction(1, 10**10),
            rate=rate,
            is_sure=True,
            list_cost=None if listed is None else usd * listed,
        )
        for day in range(days)
        for place, model in enumerate(models)
        for count, meter in enumerate(("input", "output"))
        for usd in (Fraction(100 + 7 * place + 3 * count + day, 3),)
    ]


def found(asked, currency="USD"):
    return [terms for _, terms in sorted(terms_of(asked, currency).items())]


def test_the_books_own_prices_are_no_terms():
    assert found(lines(lambda *_: 1)) == [Terms()] * 4


def test_a_factor_of_all_models_is_a_discount():
    assert found(lines(lambda *_: "0.88")) == [Terms(Fraction("0.88"))] * 4


def test_a_rise_of_everything_is_no_discount():
    assert found(lines(lambda *_: "1.2")) == [Terms()] * 4


def test_a_discount_begins_on_a_day():
    terms = found(lines(lambda _model, _meter, day: "0.9" if day >= 2 else 1))
    assert terms == [Terms()] * 2 + [Terms(Fraction("0.9"))] * 2


@pytest.mark.parametrize("factor", ["0.9", "1.2"])
def test_the_price_of_one_of_several_models_is_none(factor):
    assert found(lines(lambda model, *_: factor if model == "a" else 1)) == [Terms()] * 4


def test_of_a_single_model_a_factor_of_all_meters_is_a_discount_only_downwards():
    assert found(lines(lambda *_: "0.9", models="a")) == [Terms(Fraction("0.9"))] * 4
    assert found(lines(lambda *_: "1.1", models="a")) == [Terms()] * 4
    assert (
        found(lines(lambda _model, meter, _day: "0.9" if meter == "input" else 1, models="a"))
        == [Terms()] * 4
    )


def test_another_rate_of_exchange_is_told_from_a_discount():
    rate, own = Fraction("1.10"), Fraction("1.0837")
    assert found(lines(lambda *_: 1 / own, rate=rate), "EUR") == [Terms(usd_per_unit=own)] * 4
    assert found(lines(lambda *_: Fraction("0.9") / rate, rate=rate), "EUR") == [Terms(Fraction("0.9"))] * 4


def test_both_are_told_apart_where_the_bill_lists_or_few_decimals_do():
    rate, own = Fraction("1.10"), Fraction("1.0837")
    both = [Terms(Fraction("0.9"), own)] * 4
    assert found(lines(lambda *_: Fraction("0.9") / own, rate=rate), "EUR") == both
    listed = lines(lambda *_: Fraction("0.9") / own, rate=rate, listed=1 / own)
    assert found(listed, "EUR") == both


def test_what_the_bill_lists_says_the_discount():
    assert found(lines(lambda *_: "0.8", listed=Fraction(1))) == [Terms(Fraction("0.8"))] * 4
