"""Dated prices in a forecast: what changed is no change of use, what will change is no guess."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from bulk_ledger import accounts_of
from handmade import row
from small_ledger import event

from farthing.pricing import compiled
from farthing.pricing.book import Book
from farthing.pricing.rows import Provider, Sku
from farthing.track.dimensions import Asked
from farthing.track.forecast import daily_history, forecast

NOW = datetime(2026, 3, 21, tzinfo=UTC)


def dated(changes):
    """A book in which a token of `plain` costs what `changes` say, each until the next day named."""
    days = [*changes, None]
    rows = tuple(
        row(per=1, input=price, output="2", start=day, end=after)
        for (day, price), after in zip(changes.items(), days[1:], strict=True)
    )
    sku = Sku(provider="maker", model="plain", rows=rows)
    base = compiled.of_providers((Provider(id="maker", skus=(sku,)),), f"synthetic {changes}")
    return Book(base, base.hash)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    events = [event(day=f"2026-03-{day:02d}", input_tokens=100) for day in range(1, 21)]
    return accounts_of(tmp_path_factory.mktemp("known"), events)


def test_the_past_is_taken_at_the_prices_of_today(accounts):
    then = replace(accounts, book=dated({"2026-01-01": "4", "2026-03-11": "1"}))
    found = daily_history(then, Asked(), NOW)
    assert found.usd[0].tolist() == [100.0] * 20
    assert [problem.code for problem in found.problems] == ["known-prices"]
    assert forecast(found, 5).usd_mid == pytest.approx([100.0] * 5)


def test_a_price_to_come_holds_from_its_day_on(accounts):
    then = replace(accounts, book=dated({"2026-01-01": "1", "2026-03-24": "3", "2026-03-26": "0.5"}))
    found = daily_history(then, Asked(), NOW)
    assert found.price_factor[0].tolist() == [1, 1, 1, 3, 3, 0.5]
    assert forecast(found, 8).usd_mid == pytest.approx([100, 100, 100, 300, 300, 50, 50, 50])


def test_prices_that_stay_are_not_mentioned(accounts):
    found = daily_history(replace(accounts, book=dated({"2026-01-01": "1"})), Asked(), NOW)
    assert (found.problems, found.price_factor) == ((), None)
    assert np.all(found.usd == 100)
