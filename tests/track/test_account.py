"""Accounts: one version of the ledger for every question, and what the cache was good for."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from small_ledger import accounts_of, book, charge, event, ledger_of

from farthing.track.account import cache_hit_share
from farthing.track.dimensions import Asked, Window
from farthing.track.pinned import Books

FIRST = (event(day="2026-01-15", input_tokens=1), event(day="2026-02-15", input_tokens=10))


def import_more(folder):
    """What another process does meanwhile: events on days that are known and that are not, compacted."""
    days = ("2026-01-15", "2026-01-16", "2026-03-01")
    later = [
        event(day=day, input_tokens=100, event_id=f"later-{number}", requests=2)
        for number, day in enumerate(days)
    ]
    ledger_of(folder, later).events.compact()


@pytest.mark.parametrize(
    ("window", "before", "after"),
    [
        (Window(), 11, 311),
        (Window(date(2026, 1, 1)), 11, 311),
        (Window(None, date(2026, 2, 15)), 1, 201),
        (Window(date(2026, 1, 16)), 10, 210),
        (Window(date(2026, 3, 1)), 0, 100),
    ],
)
def test_an_import_that_comes_between_is_seen_wholly_or_not_at_all(tmp_path, window, before, after):
    accounts = accounts_of(tmp_path, FIRST)
    assert accounts.days == [date(2026, 1, 15), date(2026, 2, 15)]
    import_more(tmp_path)
    by_month = replace(accounts, books=Books(accounts.ledger.pins, book()))
    assert accounts.account(Asked(window=window)).total_usd == before
    assert by_month.account(Asked(window=window)).total_usd == after


def test_usage_and_bills_stand_side_by_side(tmp_path):
    """Groups of either kind are there, each with its own amount, and they add up."""
    events = [event(input_tokens=3, team="search"), event(output_tokens=4, team="ads")]
    lines = [charge(cost="5", team="ads"), charge(cost="-2", team="tax")]
    found = accounts_of(tmp_path, events, lines).account(Asked(("team",)))
    assert found.usd == {("search",): 3, ("ads",): 13, ("tax",): -2}
    assert (found.usage.total.usd, found.charges_usd, found.total_usd) == (11, 3, 14)
    assert found.of(("tax",)).events == 0
    assert found.of(("ads",)).counts["output_tokens"] == 4


def test_what_was_billed_stands_in_where_there_is_no_price(tmp_path):
    """Of a model without a price 7 dollars and 10 euros at 1.10 were billed; a yen has no rate."""
    unknown = {"model": "unheard-of", "input_tokens": 5}
    events = [
        event(input_tokens=1, billed_amount="99"),
        event(**unknown, billed_amount="5"),
        event(**unknown, billed_amount="2", billed_currency="usd"),
        event(**unknown, billed_amount="4", billed_currency="EUR"),
        event(**unknown, billed_amount="6", billed_currency="eur"),
        event(**unknown, billed_amount="1000", billed_currency="JPY"),
        event(**unknown),
        event(**unknown | {"input_tokens": 0}),
    ]
    total = accounts_of(tmp_path, events).account(Asked()).usage.total
    assert (total.usd, total.billed_usd, total.billed_events) == (1 + 7 + 11, 18, 4)
    assert (total.events, total.unpriced_events) == (8, 2)


def test_the_share_of_input_that_a_cache_held():
    counts = {"input_tokens": 50, "cache_read_tokens": 30, "cache_write_5m_tokens": 15,
              "cache_write_1h_tokens": 5, "output_tokens": 900}  # fmt: skip
    assert cache_hit_share(counts) == Fraction(30, 100)
    assert cache_hit_share({"output_tokens": 5}) is None
