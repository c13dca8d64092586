"""What bills say: added up exactly, and never beside the tokens that are counted already."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from small_ledger import accounts_of, charge, event

from farthing.track.dimensions import Asked, Condition, Window


def test_bills_add_up_by_what_they_say(tmp_path):
    lines = [
        charge(cost="0.1", service="Storage", team="search"),
        charge(cost="0.2", service="Storage", team="ads", day="2026-03-03"),
        charge(cost="0.000000000000000001", service="Network", team="ads"),
    ]
    accounts = accounts_of(tmp_path, charges=lines)
    found = accounts.account(Asked(("team", "day"))).charges
    tiny = Fraction(1, 10**18)
    assert found.groups == {
        ("search", "2026-03-02"): Fraction(1, 10),
        ("ads", "2026-03-03"): Fraction(2, 10),
        ("ads", "2026-03-02"): tiny,
    }
    assert sum(found.lines.values()) == 3
    network = Asked((), (Condition("service", ("Network",)),))
    assert accounts.account(network).charges.groups == {(): tiny}
    assert accounts.account(Asked()).total_usd == Fraction(3, 10) + tiny


def test_a_bill_is_what_it_costs_in_effect_where_that_is_said(tmp_path):
    """Of a commitment that was paid ahead 100 dollars were billed, of which 25 are this day's."""
    lines = [charge(cost="100", effective_cost="25"), charge(cost="7"), charge(cost="3", effective_cost="0")]
    assert accounts_of(tmp_path, charges=lines).account(Asked()).charges_usd == 32


def test_other_currencies_are_changed_or_named_and_never_added_as_they_are(tmp_path):
    lines = [
        charge(cost="4", currency="EUR"),
        charge(cost="6", currency="eur"),
        charge(cost="3", currency=""),
        charge(cost="7", currency="usd"),
        charge(cost="10", currency="JPY"),
        charge(cost="10", currency="JPY", day="2026-03-04"),
    ]
    found = accounts_of(tmp_path, charges=lines).account(Asked()).charges
    assert found.groups == {(): 21}
    assert found.foreign == {"JPY": 2}


def bills_and_events(folder):
    """A month's bill of tokens, of which some events are in the ledger, and one of somebody else's."""
    events = [event(day="2026-03-20", input_tokens=3, team="search")]
    lines = [
        charge("2026-03-01", "2026-04-01", "50", model="plain", team="ads"),
        charge("2026-04-01", "2026-05-01", "60", model="plain"),
        charge("2026-03-20", None, "70", model="other", provider="stranger"),
        charge("2026-03-20", "2026-03-21", "80"),
    ]
    return accounts_of(folder, events, lines)


def test_tokens_that_events_count_are_not_paid_twice(tmp_path):
    """The bill for March asks for tokens of a month that has events; that for April for others."""
    found = bills_and_events(tmp_path).account(Asked())
    assert found.usage.total.usd == 3
    assert found.charges.counted_usd == {"maker": 50}
    assert found.charges_usd == 60 + 70 + 80
    assert found.total_usd == 213


@pytest.mark.parametrize("until", ["2026-03-20", "2026-03-20T00:00:00"])
def test_a_bill_ends_before_its_last_moment(tmp_path, until):
    line = charge("2026-03-01", until[:10], "50", model="plain")
    accounts = accounts_of(tmp_path, [event(day="2026-03-20", input_tokens=3)], [line])
    assert accounts.account(Asked()).charges_usd == 50


def test_which_bills_are_counted_already_does_not_depend_on_the_question(tmp_path):
    """Every part of the days and every team has its part of the whole, and nothing else."""
    accounts = bills_and_events(tmp_path)
    days = [date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20), date(2026, 3, 21), date(2026, 5, 1)]
    windows = [Window(since, until) for since, until in pairwise(days)]
    assert [accounts.account(Asked(window=window)).total_usd for window in windows] == [0, 0, 153, 60]
    teams = [Condition("team", (team,)) for team in ("search", "ads", "")]
    assert [accounts.account(Asked(where=(team,))).total_usd for team in teams] == [3, 0, 210]


def test_a_ledger_without_bills_has_none(tmp_path):
    assert accounts_of(tmp_path, [event(input_tokens=1)]).account(Asked()).charges.groups == {}
