"""Exchange rates of the catalog on a date, and the dates of facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from farthing.catalog.facts import ExchangeRate
from farthing.catalog.load import catalog
from farthing.units.money import Rate


def rate_of(currency: str, as_of: date) -> Rate | None:
    """The latest rate up to a date, else the first one after it; None where none is known."""
    if currency == "USD":
        return Rate("USD", Decimal(1), as_of, "")
    rows = _by_currency(catalog().hash).get(currency, ())
    known = [row for row in rows if row.date <= as_of.isoformat()][-1:] or rows[:1]
    if not known:
        return None
    row = known[0]
    return Rate(currency, Decimal(repr(row.usd_per_unit)), first_day(row.date), row.sources[0])


@lru_cache(maxsize=4)
def _by_currency(state: str) -> Mapping[str, Sequence[ExchangeRate]]:
    """Rates of each currency, oldest first."""
    del state  # part of the cache's key alone
    found: dict[str, list[ExchangeRate]] = {}
    for row in sorted(catalog().fx.values(), key=lambda row: row.date):
        found.setdefault(row.currency, []).append(row)
    return found


def first_day(text: str) -> date:
    """The first day of a day, a month (`2024-03`) or a year (`2024`)."""
    return date.fromisoformat((text + "-01-01")[:10] if len(text) == len("2024") else (text + "-01")[:10])
