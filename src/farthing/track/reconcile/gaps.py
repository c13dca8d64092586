"""Hours without a single event, in days of which the bill counts more than the events do."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME
from farthing.track.account import Accounts
from farthing.track.dimensions import Asked, filters
from farthing.track.reconcile.cells import Place
from farthing.track.reconcile.open_cells import Open
from farthing.track.reconcile.parts import HOUR_US, Names

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def gaps(
    accounts: Accounts, asked: Asked, cells: Iterable[Open], named: Names
) -> dict[tuple[Place, int], str]:
    """For cells the longest stretch of hours without events of their model, in words."""
    every = list(cells)
    if not every:
        return {}
    heard = _hours(accounts, asked, named)
    found: dict[tuple[Place, int], str] = {}
    for one in every:
        hours = heard.get((one.place.provider, one.place.model), set())
        first, last = one.cell.start_us // HOUR_US, one.cell.end_us // HOUR_US
        start, length = _longest(hours, first, last)
        if length > 1:
            begin, end = (_EPOCH + timedelta(hours=hour) for hour in (start, start + length))
            found[one.place, one.cell.start_us] = (
                f"no events from {begin:%Y-%m-%d %H:%M} to {end:%m-%d %H:%M}"
            )
    return found


def _hours(accounts: Accounts, asked: Asked, named: Names) -> dict[tuple[str, str], set[int]]:
    hour = f"epoch_us({name('at')}) // {HOUR_US}"
    sql = f"SELECT DISTINCT provider, model, {hour} AS hour FROM events WHERE {filters(asked, BY_NAME)}"
    columns = accounts.engine.ask(sql, {"events": accounts.events}).columns
    found: dict[tuple[str, str], set[int]] = {}
    for provider, model, at in zip(
        *(columns[one].tolist() for one in ("provider", "model", "hour")), strict=True
    ):
        found.setdefault(named(provider, model), set()).add(at)
    return found


def _longest(heard: set[int], first: int, last: int) -> tuple[int, int]:
    """The first hour and the number of hours of the longest stretch in which nothing was heard."""
    best, start = (first, 0), first
    for hour in range(first, last + 1):
        if hour == last or hour in heard:
            best = max(best, (start, hour - start), key=lambda one: one[1])
            start = hour + 1
    return best
