"""Prices that are known by their dates: the past at today's prices, and what those to come make of it.

A price that changed is no change of use, and one that will change is no guess: the book has both. What has
hours of its own, or no price at one of the days, stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final

import numpy as np

from farthing.pricing.table import Line
from farthing.track.account import Account, Accounts
from farthing.track.bought import in_tier, lines_of, us
from farthing.track.dimensions import Asked, Window
from farthing.track.spent import Key
from farthing.units.types import FloatArray

_DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATE: Final = timedelta(days=28)  # usage of so long weighs what a price to come means
_FARTHEST: Final = timedelta(days=400)
_MOST: Final = 12  # changes that are looked at


@dataclass(frozen=True, slots=True)
class Known:
    """When prices of what was used changed, and when they will."""

    past: tuple[date, ...]
    coming: tuple[date, ...]


def known_changes(accounts: Accounts, asked: Asked, today: date) -> Known:
    """The days on which a price of anything used in these days changed, or will after `today`."""
    lines = _lines(accounts, asked)
    if any(row.hours is not None for line in lines for row in line.rows):
        return Known((), ())
    days = [day for day in accounts.events.days if asked.window.has(day)]
    first = us(days[0]) if days else 0
    last = us(today + _FARTHEST)
    moments = {moment for line in lines for row in line.rows for moment in (row.start, row.end)}
    found = sorted({_day(moment) for moment in moments if first < moment <= last})
    return Known(
        tuple(day for day in found if day <= today),
        tuple(day for day in found if day > today)[:_MOST],
    )


def at_prices_of(accounts: Accounts, asked: Asked, account: Account, day: date) -> dict[Key, Fraction]:
    """Dollars of each group of an account at the prices of a day; as they were where it has none."""
    steady = _at(accounts, asked, day)
    return {
        key: steady.usd[key] if steady.usd.get(key) and not steady.of(key).unpriced_events else usd
        for key, usd in account.usd.items()
    }


def factors(
    accounts: Accounts, asked: Asked, groups: Sequence[Key], today: date, ahead: date, coming: Sequence[date]
) -> FloatArray:
    """What prices to come make of each group's dollars: a row a group, a column a day from `ahead` on."""
    late = replace(asked, window=Window(today - _LATE, today + _DAY))
    now = _at(accounts, late, today)
    days = (coming[-1] - ahead).days + 1
    found = np.ones((len(groups), max(days, 1)))
    for day in coming:
        then = _at(accounts, late, day)
        for place, key in enumerate(groups):
            before, after = now.usd.get(key), then.usd.get(key)
            if before and after and not then.of(key).unpriced_events:
                found[place, max(0, (day - ahead).days) :] = float(after / before)
    return found


def _at(accounts: Accounts, asked: Asked, day: date) -> Account:
    return replace(accounts, books=None, at=day).account(asked)


def _lines(accounts: Accounts, asked: Asked) -> list[Line]:
    find = lines_of(accounts.book)
    return [in_tier(find, one) for one in accounts.question(asked, asked.window).words]


def _day(moment_us: int) -> date:
    """The first whole day from a moment on; far ones are as far as days go."""
    if abs(moment_us) > us(date(2200, 1, 1)):
        return date.max if moment_us > 0 else date.min
    moment = _EPOCH + timedelta(microseconds=moment_us)
    return moment.date() if moment.time() == datetime.min.time() else moment.date() + _DAY
