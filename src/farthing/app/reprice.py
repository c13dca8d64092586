"""`reprice`: what the ledger would cost with other prices, shown before anything changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TypedDict, Unpack

from farthing.app.asking import Asked, ask, now
from farthing.app.ledgers import account, count, dollars, empty, in_asked_currency, ledger_of
from farthing.app.spend import accounts_of, asking_of
from farthing.catalog.load import catalog
from farthing.estimate.answer import Estimate, Result, Row
from farthing.estimate.exact import decimal_texts
from farthing.ledger.store import Ledger
from farthing.pricing.book import Book
from farthing.pricing.overlay import book_with
from farthing.track.account import Account
from farthing.track.pinned import Books, months, pin_of
from farthing.track.spent import Key
from farthing.units.problem import InputError, Problem


class RepriceOptions(TypedDict, total=False):
    """What `reprice` may be asked."""

    by: str | list[str]
    since: str
    until: str
    where: str | list[str]
    apply: bool
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]


def reprice(**options: Unpack[RepriceOptions]) -> Estimate:
    """The ledger at other prices: those of `book`, today's book, or all at the prices of the day `as_of`.

    Nothing changes without `apply`; closed months never do. Raises InputError.
    """
    return answer(ask("reprice", options))


def answer(asked: Asked) -> Estimate:
    """The difference for options that were read already; with --apply open months get the new prices."""
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists():
        raise empty(ledger)
    asking = asking_of(asked)
    new = book_with(asked.question.books, asked.given_rates)
    at = asked.question.as_of if "as_of" in asked.options else None
    books = Books(ledger.pins, book_with(()))
    before = replace(accounts_of(asked, ledger, new), book=book_with(()), books=books)
    after = replace(before, book=new, books=books.repriced(new, at))
    old, fresh = before.account(asking), after.account(asking)
    meant = list(months([day for day in before.events.days if asking.window.has(day)]))
    closed = [month for month in meant if month in books.state.closed]
    applied = [month for month in meant if month not in closed] if _is_applied(asked) else []
    if applied:
        _apply(ledger, asked, applied, new, at)
    made = account(
        asked,
        _verdict(old, fresh, applied, _is_applied(asked)),
        _results(old, fresh) | {"months_applied": count(len(applied), "months")},
        _rows(old, fresh, asking.by),
        problems=[*new.problems, *map(_closed, closed)],
        book=new.hash,
        main="after_usd",
        following="farthing spend" if applied else "farthing reprice --apply",
    )
    return in_asked_currency(asked, made)


def _apply(ledger: Ledger, asked: Asked, found: Sequence[str], book: Book, at: date | None) -> None:
    """Pin months to a book. Raises InputError where only a part of the ledger was asked for."""
    if asked.question.many.get("where"):
        what, why = (
            "--apply and --where do not go together",
            "a month has one price book for all of its events",
        )
        raise InputError([Problem("conflict", "error", "--apply", what, why, "leave --where out")])
    moment = now()
    ledger.pins.use(*(pin_of(book, month, catalog().hash, moment, at) for month in found))


def _is_applied(asked: Asked) -> bool:
    return asked.question.words.get("apply") == "yes"


def _results(old: Account, fresh: Account) -> dict[str, Result]:
    return {
        "before_usd": dollars(old.total_usd),
        "after_usd": dollars(fresh.total_usd),
        "change_usd": dollars(fresh.total_usd - old.total_usd),
        "unpriced_events": count(fresh.spent.unpriced_events, "events"),
        "unpriced_events_before": count(old.spent.unpriced_events, "events"),
    }


def _verdict(old: Account, fresh: Account, applied: Sequence[str], is_applied: bool) -> str:
    before, after = old.total_usd, fresh.total_usd
    least = "at least " if fresh.spent.unpriced_events else ""
    share = f" ({float((after - before) / before):+.1%})" if before else ""
    said = f"${float(before):,.2f} becomes {least}${float(after):,.2f}{share}"
    if applied:
        return f"{said}: from now on that is the price of {', '.join(applied)}."
    return (
        f"{said}: no month is open, nothing was changed." if is_applied else f"{said}: nothing was changed."
    )


def _rows(old: Account, fresh: Account, by: Sequence[str]) -> list[Row]:
    """A row a group, those that change most first; every column adds up to its total."""
    keys = _ordered(old, fresh)
    before, after = ([found.usd.get(key, Fraction(0)) for key in keys] for found in (old, fresh))
    change = [new - was for was, new in zip(before, after, strict=True)]
    columns = zip(*map(decimal_texts, (before, after, change)), strict=True)
    return [
        {
            **dict(zip(by, key, strict=True)),
            "events": fresh.of(key).events,
            "before_usd": was,
            "after_usd": new,
            "change_usd": more,
            "unpriced_events": fresh.of(key).unpriced_events,
        }
        for key, (was, new, more) in zip(keys, columns, strict=True)
    ]


def _ordered(old: Account, fresh: Account) -> list[Key]:
    """Groups, those that change most first."""
    keys = dict.fromkeys((*old.usd, *fresh.usd))
    change = {key: abs(fresh.usd.get(key, Fraction(0)) - old.usd.get(key, Fraction(0))) for key in keys}
    return sorted(keys, key=lambda key: (-change[key], key))


def _closed(month: str) -> Problem:
    what, why = "the month is closed and keeps its prices", "what it cost was settled"
    return Problem("month-closed", "warning", month, what, why, f"farthing ledger open {month} opens it")
