"""Bill lines for longer than a day: a subscription, a month's rent. They are expected again a month later.

Such a line stands whole on its first day, which no forecast by days makes sense of.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from farthing.track.account import Accounts
from farthing.track.budget_period import months_later
from farthing.track.charged import charged
from farthing.track.dimensions import Asked
from farthing.track.spent import Key


def lasting(accounts: Accounts, asked: Asked) -> dict[Key, dict[date, Fraction]]:
    """Dollars of such lines by the groups that are asked for, and by the day on which they stand."""
    found = charged(
        accounts.engine,
        accounts.charges,
        accounts.events,
        replace(asked, by=(*asked.by, "day")),
        accounts.to_dollars,
        lasting=True,
    )
    bills: dict[Key, dict[date, Fraction]] = {}
    for (*key, day), usd in found.groups.items():
        bills.setdefault(tuple(key), {})[date.fromisoformat(day)] = usd
    return bills


def again(bills: Mapping[date, Fraction], first: date, last: date) -> dict[date, float]:
    """Bills that are expected from a first to a last day: those of the month before, again each month.

    >>> again({date(2026, 1, 31): Fraction(5)}, date(2026, 2, 1), date(2026, 3, 31))
    {datetime.date(2026, 2, 28): 5.0, datetime.date(2026, 3, 31): 5.0}
    """
    expected_usd: dict[date, float] = {}
    for day, usd in bills.items():
        if not months_later(first, -1) <= day < first:
            continue
        count = 1
        while (later := months_later(day, count)) <= last:
            if later >= first:
                expected_usd[later] = expected_usd.get(later, 0.0) + float(usd)
            count += 1
    return expected_usd
