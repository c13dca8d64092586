"""What is expected of a budget's scope, from all that the ledger knows of it before a moment."""

from datetime import date, datetime, timedelta
from typing import Final

from farthing.track.account import Accounts
from farthing.track.budget_outlook import Expected
from farthing.track.budget_period import LONGEST_DAYS
from farthing.track.budget_terms import Budget
from farthing.track.dimensions import Asked, Window
from farthing.track.forecast import forecast
from farthing.track.history import daily_history

_SAID_ALREADY: Final = "unpriced"  # of what was spent, too


def expected(accounts: Accounts, budget: Budget, moment: datetime, last: date) -> Expected | None:
    """The forecast by days until a last day; None where nothing is known, or the day is too far off."""
    if (last - moment.date()).days > LONGEST_DAYS:
        return None
    until = (moment - timedelta(microseconds=1)).date() + timedelta(days=1)
    try:
        known = daily_history(accounts, Asked(where=budget.where, window=Window(until=until)), moment)
        made = forecast(known, (last - known.ahead.date()).days + 1)
    except ValueError:
        return None
    return Expected(made, tuple(one for one in known.problems if one.code != _SAID_ALREADY))
