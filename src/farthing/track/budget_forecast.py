"""What is expected of a budget's scope, from all that the ledger knows of it before a moment.

Usage and daily bill lines are forecast by days; longer lines are expected again a month later, as they were.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from farthing.track.account import Accounts
from farthing.track.budget_outlook import Expected
from farthing.track.budget_period import LONGEST_DAYS
from farthing.track.budget_terms import Budget
from farthing.track.dimensions import Asked, Window
from farthing.track.forecast import forecast
from farthing.track.history import daily_history
from farthing.track.lasting import again, lasting

_SAID_ALREADY: Final = "unpriced"  # of what was spent, too
_DAY: Final = timedelta(days=1)


def expected(accounts: Accounts, budget: Budget, moment: datetime, last: date) -> Expected | None:
    """What is expected until a last day; None where nothing is known, or the day is too far off."""
    if (last - moment.date()).days > LONGEST_DAYS:
        return None
    first = (moment - timedelta(microseconds=1)).date() + _DAY
    asked = Asked(where=budget.where, window=Window(until=first))
    stored = lasting(accounts, asked).get((), {})
    bills = again(stored, first, last)
    try:
        known = daily_history(replace(accounts, lasting=False), asked, moment)
        made = forecast(known, (last - known.ahead.date()).days + 1)
    except ValueError:
        return Expected(None, bills) if stored else None
    return Expected(made, bills, tuple(one for one in known.problems if one.code != _SAID_ALREADY))
