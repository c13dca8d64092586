"""What is expected of a budget's scope, from all that the ledger knows of it before a moment.

Usage and daily bill lines are forecast by days. A line for a week or a month stands whole on its first day,
which no forecast by days makes sense of: it is expected again a month later, as it was.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from farthing.track.account import Accounts
from farthing.track.budget_outlook import Expected
from farthing.track.budget_period import LONGEST_DAYS, months_later
from farthing.track.budget_terms import Budget
from farthing.track.charged import charged
from farthing.track.dimensions import Asked, Window
from farthing.track.forecast import forecast
from farthing.track.history import daily_history

_SAID_ALREADY: Final = "unpriced"  # of what was spent, too
_DAY: Final = timedelta(days=1)


def expected(accounts: Accounts, budget: Budget, moment: datetime, last: date) -> Expected | None:
    """What is expected until a last day; None where nothing is known, or the day is too far off."""
    if (last - moment.date()).days > LONGEST_DAYS:
        return None
    first = (moment - timedelta(microseconds=1)).date() + _DAY
    asked = Asked(where=budget.where, window=Window(until=first))
    lasting = _lasting(accounts, asked)
    bills = again(lasting, first, last)
    try:
        known = daily_history(replace(accounts, lasting=False), asked, moment)
        made = forecast(known, (last - known.ahead.date()).days + 1)
    except ValueError:
        return Expected(None, bills) if lasting else None
    return Expected(made, bills, tuple(one for one in known.problems if one.code != _SAID_ALREADY))


def _lasting(accounts: Accounts, asked: Asked) -> dict[date, Fraction]:
    """Dollars of lines that are for longer than a day, by the day on which they stand."""
    found = charged(
        accounts.engine,
        accounts.charges,
        accounts.events,
        replace(asked, by=("day",)),
        accounts.to_dollars,
        lasting=True,
    )
    return {date.fromisoformat(day): usd for (day,), usd in found.groups.items()}


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
