"""Small ledgers to work out by hand: a few events and bill lines, and prices that are easy to multiply.

All synthetic. A token of model `plain` costs a dollar in and two out, one of `dear` ten dollars; an hour of
`gpu-x` costs 36 dollars.
"""

from datetime import date
from fractions import Fraction

from handmade import row
from ledger_rows import select

from farthing.ledger.charges import BY_NAME as CHARGE_COLUMNS
from farthing.ledger.charges import CHARGES
from farthing.ledger.connection import connect, text
from farthing.ledger.engine import engine
from farthing.ledger.events import BY_NAME as EVENT_COLUMNS
from farthing.ledger.events import EVENTS
from farthing.ledger.store import open_ledger
from farthing.pricing import compiled
from farthing.pricing.book import Book
from farthing.pricing.rows import Provider, Sku
from farthing.track.account import Accounts

ENGINE = engine(None)


def book(plain="1"):
    """The price book; `plain` is what a token costs of the model of that name."""
    skus = (
        Sku(provider="maker", model="plain", rows=(row(per=1, input=plain, output="2"),)),
        Sku(provider="maker", model="dear", rows=(row(per=1, input="10", output="10"),)),
        Sku(provider="maker", model="gpu-x", rows=(row(per=3_600_000, gpu_time="36"),)),
    )
    base = compiled.of_providers((Provider(id="maker", skus=skus),), f"synthetic {plain}")
    return Book(base, base.hash)


def event(day="2026-03-02", at=None, **said):
    """An event of one request of model `plain`."""
    usual = {"provider": "maker", "model": "plain", "requests": 1, "status": "ok"}
    return usual | {"at": at or f"{day}T12:00:00Z", **said}


def charge(day="2026-03-02", until=None, cost="5", **said):
    """A bill line in dollars."""
    usual = {"billed_cost": cost, "currency": "USD", "provider": "maker"}
    last = {} if until is None else {"until": f"{until}T00:00:00Z"}
    return usual | {"at": f"{day}T00:00:00Z"} | last | said


def ledger_of(folder, events=(), charges=()):
    """A ledger with these events and bill lines; what is not said of one has its default."""
    ledger = open_ledger(str(folder))
    with connect(threads=1) as connection:
        for table, columns, known, rows in (
            (ledger.events, EVENTS, EVENT_COLUMNS, events),
            (ledger.charges, CHARGES, CHARGE_COLUMNS, charges),
        ):
            for number, said in enumerate(rows):
                given = {table.key: text(f"number-{number}"), "day": f"DATE '{said['at'][:10]}'"}
                given |= {name: _cell(known[name].sql_type, value) for name, value in said.items()}
                table.append(connection, select(columns, "(SELECT 1)", **given))
    return ledger


def _cell(type_, value):
    if isinstance(value, dict):
        keys, words = (", ".join(map(text, said)) for said in (value.keys(), value.values()))
        return f"MAP([{keys}], [{words}])"
    return f"CAST({text(str(value))} AS {type_})"


def rate_of(currency, _day: date):
    """A euro is worth 1.10 dollars on any day; nothing else is known."""
    return Fraction(11, 10) if currency == "EUR" else None


def accounts_of(folder, events=(), charges=(), books=None):
    """The accounts of such a ledger."""
    return Accounts(ENGINE, ledger_of(folder, events, charges), book(), books, rate_of)
