"""What the events say: quantities and money of each meter, by day or by hour, of all events or of some."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

from farthing.ledger.answer import Answer, Engine
from farthing.ledger.files import Files
from farthing.pricing.book import Book
from farthing.pricing.names import key, provider_alias
from farthing.pricing.price import price_one
from farthing.pricing.rows import STANDARD
from farthing.pricing.table import Line
from farthing.track.account import Accounts
from farthing.track.bought import tier_of
from farthing.track.by_meter import usage_rows
from farthing.track.dimensions import Asked
from farthing.track.reconcile.bill import DAY_US, day_at, us_of

HOUR_US: Final = 3_600_000_000
_ALL: Final = "events of all kinds"
_VERSION: Final = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$")


@dataclass(frozen=True, slots=True)
class Part:
    """The use of one meter in an hour or a day; `usd` is None where it has no price."""

    provider: str
    model: str
    meter: str
    tier: str
    region: str
    at_us: int
    quantity: int
    usd: Fraction | None


@dataclass(slots=True)
class SomeEvents:
    """An engine that sees of the events only those that a query chooses out of `"events of all kinds"`."""

    engine: Engine
    chosen: str
    name: str = "some events"

    def ask(self, sql: str, tables: Mapping[str, Files]) -> Answer:
        """The answer to a question, as of `Engine.ask`."""
        others = {title: files for title, files in tables.items() if title != "events"}
        if len(others) == len(tables):
            return self.engine.ask(sql, tables)
        within = f"WITH events AS ({self.chosen}) {sql}"
        return self.engine.ask(within, {**others, _ALL: tables["events"]})


def some(accounts: Accounts, chosen: str) -> Accounts:
    """Accounts of the events that a query chooses; it names all of them "events of all kinds"."""
    return replace(accounts, engine=SomeEvents(accounts.engine, chosen))


class Names:
    """Providers and models as the price book calls them, so that a bill and events speak of the same."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def __call__(self, provider: str, model: str) -> tuple[str, str]:
        """The names of a model at a provider; those that were written where the book has none."""
        place = (provider, model)
        if place not in self._known:
            self._known[place] = self._found(provider, model)
        return self._known[place]

    def _found(self, provider: str, model: str) -> tuple[str, str]:
        home = self._book.provider_id(provider_alias(provider)) or provider.lower()
        if not model:
            return home, ""
        sku = self._book.find(model, provider)
        return (home, key(_VERSION.sub("", model))) if sku is None else (home, sku.model)


def parts_of(accounts: Accounts, asked: Asked, named: Names, *, by_hour: bool) -> Iterator[Part]:
    """The use of the events that were asked for, by days or hours of UTC."""
    question = replace(asked, by=("hour",) if by_hour else ())
    for row in usage_rows(accounts, question, accounts.book):
        provider, model = named(row.provider, row.model)
        at_us = _hour_us(row.tags["hour"]) if by_hour else us_of(row.day)
        yield Part(
            provider, model, row.meter, tier_of(row.tier), row.region, at_us, row.quantity, row.cost_usd
        )


def _hour_us(written: str) -> int:
    moment = datetime.strptime(written, "%Y-%m-%d %H").replace(tzinfo=UTC)
    return us_of(moment.date()) + moment.hour * HOUR_US


@dataclass(frozen=True)
class Rates:
    """What the price book asks for one unit of a meter at a moment."""

    accounts: Accounts
    _known: dict[tuple[object, ...], Fraction | None]

    @classmethod
    def of(cls, accounts: Accounts) -> "Rates":
        """The rates that the accounts are priced with."""
        return cls(accounts, {})

    def rate(
        self, provider: str, model: str, meter: str, tier: str, at_us: int, region: str = ""
    ) -> Fraction | None:
        """Dollars for one unit, None where there is no price. For a day it is that of its noon."""
        asked = (provider, model, meter, tier, at_us, region)
        if asked not in self._known:
            self._known[asked] = self._found(provider, model, meter, tier, at_us + DAY_US // 2, region)
        return self._known[asked]

    def _found(
        self, provider: str, model: str, meter: str, tier: str, at_us: int, region: str
    ) -> Fraction | None:
        book, at = self._book(day_at(at_us))
        line = Line(book.find(model, provider), tier or STANDARD, region, model)
        moment = at_us if at is None else us_of(at) + DAY_US // 2
        priced = price_one(line, moment, {meter: 1})
        return priced.usd() if priced.complete else None

    def changes(self, provider: str, model: str) -> list[int]:
        """The moments at which some price of a model began, the latest first."""
        sku = self.accounts.book.find(model, provider)
        starts = () if sku is None else (edge for row in sku.rows for edge in (row.start, row.end))
        return sorted({start for start in starts if abs(start) < 2**62}, reverse=True)

    def _book(self, day: date) -> tuple[Book, date | None]:
        if self.accounts.books is None:
            return self.accounts.book, self.accounts.at
        span = self.accounts.books.of(f"{day:%Y-%m}")
        return span.book, span.at
