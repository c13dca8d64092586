"""Prices in other currencies become dollars at a dated rate, and say at which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from farthing.catalog.facts import ExchangeRate
from farthing.units.money import Money, Rate

DOLLAR = "USD"


@dataclass(frozen=True, slots=True)
class Exchange:
    """Exchange rates: those that were given, and those of the catalog by their days."""

    known: Mapping[str, tuple[ExchangeRate, ...]]
    given: Mapping[str, Rate] = field(default_factory=dict)

    def on(self, currency: str, day: str) -> Rate | None:
        """The given rate, else the catalog's newest on or before a day; None where there is neither."""
        if currency in self.given:
            return self.given[currency]
        rows = [row for row in self.known.get(currency, ()) if row.date <= day[: len(row.date)]]
        if not rows:
            return None
        row = rows[-1]
        return Rate(currency, Decimal(repr(row.usd_per_unit)), _first_day(row.date), row.sources[0])


def exchange(rows: Iterable[ExchangeRate], given: Iterable[Rate] = ()) -> Exchange:
    """The rates of a catalog, oldest first, under those that were given."""
    known: dict[str, tuple[ExchangeRate, ...]] = {}
    for row in sorted(rows, key=lambda row: row.date):
        known[row.currency] = (*known.get(row.currency, ()), row)
    return Exchange(known, {rate.currency: rate for rate in given})


def in_dollars(amount: str, rate: Rate) -> str:
    """An amount in the currency of a rate, exactly, as dollars."""
    return f"{Money(Decimal(amount), rate.currency).in_usd(rate).amount:f}"


def said(amounts: Iterable[str], rate: Rate) -> str:
    """Which rate was used, for a note."""
    quoted = ", ".join(f"{amount} {rate.currency}" for amount in amounts)
    return f"{quoted} at {rate.usd_per_unit} USD of {rate.date} ({rate.source})"


def _first_day(text: str) -> date:
    return date.fromisoformat(f"{text}-01-01"[:10] if len(text) == len("2024") else f"{text}-01"[:10])
