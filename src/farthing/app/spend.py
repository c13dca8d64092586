"""`spend`: where the money went, exactly, by anything that events and bills say."""

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.journals import waiting
from farthing.app.ledger_window import conditions_of, window_of
from farthing.app.ledgers import (
    account,
    count,
    dollars,
    empty,
    engine_of,
    in_asked_currency,
    ledger_of,
    share,
    to_dollars,
)
from farthing.app.spend_rows import lines_of, rows_of, token_columns
from farthing.estimate.answer import Estimate, Result
from farthing.ledger.events import BY_NAME
from farthing.ledger.store import Ledger
from farthing.pricing.book import Book
from farthing.pricing.overlay import book_with
from farthing.track.account import Account, Accounts, cache_hit_share
from farthing.track.dimensions import Asked as Asking
from farthing.track.dimensions import Window, read_dimensions
from farthing.track.movers import movers
from farthing.track.per import Per, read_per
from farthing.track.pinned import Books
from farthing.track.spent import Unpriced
from farthing.track.waste import waste
from farthing.track.wording import counted
from farthing.units.problem import Problem

DEFAULT_BY = ("model",)
_UNPRICED_SHOWN = 20


class SpendOptions(TypedDict, total=False):
    """What `spend` may be asked."""

    by: str | list[str]
    since: str
    until: str
    where: str | list[str]
    per: str
    against: str
    top: int
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]
    scenario: str


def spend(**options: Unpack[SpendOptions]) -> Estimate:
    """What usage and bills in the ledger cost, by columns, tags and stretches of time.

    Each month is priced with the book that it is pinned to; `book` prices everything with another one.
    What has no price is counted, and the total is then a lower bound. Raises InputError.
    """
    return answer(ask("spend", options))


def answer(asked: Asked) -> Estimate:
    """The spend for options that were read already."""
    asking = asking_of(asked)
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists() and not ledger.charges.exists():
        raise empty(ledger)
    accounts = accounts_of(asked, ledger)
    found = accounts.account(asking)
    if path := asked.question.words.get("against"):
        return _beside(asked, path, found, accounts, asking)
    per = read_per(asked.question.words.get("per"))
    numbers = None if per is None else accounts.counted(asking, per)
    compared = accounts.compared(asking, DEFAULT_BY)
    made = account(
        asked,
        _verdict(found, asking, accounts),
        _results(found, per, None if numbers is None else numbers[1], compared),
        rows_of(found, asking.by, per, None if numbers is None else numbers[0]),
        lines=lines_of(found, movers(*compared) if compared else (), waste(accounts, asking)),
        problems=[*accounts.book.problems, *problems_of(found), *waiting(ledger.url)],
        book=accounts.book.hash,
        main="total_usd",
        following=_next(found, asking),
    )
    return in_asked_currency(asked, made)


def _beside(asked: Asked, path: str, found: Account, accounts: Accounts, asking: Asking) -> Estimate:
    """What was estimated beside what it came to."""
    from farthing.app import spend_against  # estimates cost 200 ms to import

    estimate = spend_against.estimate_of(path)
    drifts = spend_against.drifts(estimate, found, accounts, asking.window)
    cost = next((one for one in drifts if one.name == "cost_usd"), None)
    results = _results(found, None, None, None)
    verdict = _verdict(found, asking, accounts)
    if cost is not None:
        results["estimated_usd"] = Result(
            cost.estimated.p05, cost.estimated.p50, cost.estimated.p95, unit="USD"
        )
        results["actual_usd"] = Result(cost.actual, cost.actual, cost.actual, unit="USD")
        over = "" if estimate.verb in ("train", "finetune") else " a month"
        said = f"${cost.actual:,.2f}{over} where ${cost.estimated.p50:,.2f} was estimated"
        verdict = f"{said}: {cost.verdict}. {verdict}"
    return account(
        asked,
        verdict,
        results,
        spend_against.rows_of(drifts),
        lines=spend_against.lines_of(drifts),
        problems=[*(one for one in estimate.problems if one.severity != "note"), *problems_of(found)],
        book=accounts.book.hash,
        main="total_usd",
        following="farthing spend --by team,day",
    )


def asking_of(asked: Asked, default_by: Sequence[str] = DEFAULT_BY) -> Asking:
    """What is asked of the ledger: by what, of which rows, in which days."""
    by = read_dimensions(asked.question.many.get("by", ()), BY_NAME, "--by") or tuple(default_by)
    where = conditions_of(asked)
    return Asking(by, where, window_of(asked))


def accounts_of(asked: Asked, ledger: Ledger, book: Book | None = None) -> Accounts:
    """The ledger's accounts: each month with its own book, or all with the one that was given."""
    given = book
    if given is None and asked.question.books:
        given = book_with(asked.question.books, asked.given_rates)
    current = book_with((), ()) if given is None else given
    books = None if given is not None else Books(ledger.pins, current)
    return Accounts(engine_of(), ledger, current, books, to_dollars(asked))


def _results(
    found: Account, per: Per | None, counted: int | None, compared: tuple[Account, Account] | None
) -> dict[str, Result]:
    total = found.spent
    results = {
        "total_usd": dollars(found.total_usd),
        "events": count(total.events, "events"),
        "unpriced_events": count(total.unpriced_events, "events"),
        "requests": count(total.counts.get("requests", 0), "requests"),
        "usage_usd": dollars(total.usd),
        "charges_usd": dollars(found.charges_usd),
    }
    results |= {column: count(total.counts[column], "tokens") for column in token_columns(found)}
    if requests := total.counts.get("requests", 0):
        results["cost_per_request_usd"] = dollars(total.usd / requests)
    if (hit := cache_hit_share(total.counts)) is not None:
        results["cache_hit_share"] = share(hit)
    if per is not None and counted:
        results[f"cost_per_{per.title}_usd"] = dollars(found.total_usd / counted)
        results[f"{per.title}_count"] = count(counted, per.title)
    if compared is not None:
        before = compared[1]
        results["previous_usd"] = dollars(before.total_usd)
        if before.total_usd:
            results["change_share"] = share((found.total_usd - before.total_usd) / before.total_usd)
    return results


def _verdict(found: Account, asking: Asking, accounts: Accounts) -> str:
    total = found.spent
    least = "at least " if total.unpriced_events or found.charges.foreign else ""
    what = "Usage and bills come to" if found.charges_usd else f"{counted(total.events, 'event')} cost"
    verdict = f"{what} {least}${float(found.total_usd):,.2f}{_when(asking.window, accounts)}"
    if asking.by and (top := _dearest(found)) is not None:
        verdict += f"; {top}"
    return f"{verdict}."


def _dearest(found: Account) -> str | None:
    amounts = found.usd
    if len(amounts) < 2 or not found.total_usd:
        return None
    key = max(amounts, key=lambda one: amounts[one])
    name = ", ".join(part or "(not said)" for part in key)
    return f"{name} is {float(amounts[key] / found.total_usd):.0%} of it"


def _when(window: Window, accounts: Accounts) -> str:
    days = [day for day in accounts.days if window.has(day)]
    if not days:
        return ""
    return f" on {days[0]}" if days[0] == days[-1] else f" from {days[0]} to {days[-1]}"


def problems_of(found: Account) -> Iterable[Problem]:
    """What an account leaves out: events without a price, charges without a rate, what is counted once."""
    unpriced = sorted(found.usage.unpriced.items(), key=lambda one: -one[1])
    for what, events in unpriced[:_UNPRICED_SHOWN]:
        yield _unpriced(what, events)
    if (more := len(unpriced) - _UNPRICED_SHOWN) > 0:
        said = f"{more:,} more models have no price"
        yield Problem("unpriced", "warning", "", said, "", "--by provider,model shows them")
    for currency, lines in sorted(found.charges.foreign.items()):
        said = f"{lines:,} charges in {currency} are not counted: no exchange rate is known"
        yield Problem("unpriced", "warning", currency, said, "", f"give one: --fx {currency}=1.08@2026-11-01")
    for provider, usd in sorted(found.charges.counted_usd.items()):
        said = f"bills ask ${float(usd):,.2f} for tokens whose events are counted already"
        why = "the same tokens are not paid twice; only the events are added up"
        yield Problem("counted-once", "warning", provider, said, why, "")


def _unpriced(what: Unpriced, events: int) -> Problem:
    place = "/".join(part for part in (what.provider, what.model) if part) or "(no model)"
    tier = f", tier {what.tier}" if what.tier else ""
    fix = "give its price: --book FILE with prices: [{provider, model, meter, amount, per}]"
    said = f"{counted(events, 'event')}{tier} without a price: {what.why}"
    return Problem("unpriced", "warning", place, said, "the total is at least what is said", fix)


def _next(found: Account, asking: Asking) -> str:
    if found.spent.unpriced_events:
        return "farthing spend --by provider,model --book prices.yaml"
    return (
        "farthing spend --by team,day" if asking.by == DEFAULT_BY else "farthing export --focus 1.4 out.csv"
    )
