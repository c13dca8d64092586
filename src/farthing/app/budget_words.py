"""Where a budget stands, as people say it: in its own currency, its range and its days included."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from farthing.track.budget import Standing
from farthing.track.budget_outlook import Outlook
from farthing.track.budget_period import last_day
from farthing.units.currency import CURRENCIES
from farthing.units.figures import digits_for, money

_LISTED = 3


def sentence(found: Standing) -> str:
    """One budget: what was spent of how much, when that is used up, and what is expected."""
    limit = _exact(found, found.limit_usd)
    share = "" if found.spent_share is None else f" ({float(found.spent_share):.0%})"
    least = "at least " if found.is_least else ""
    said = f"{found.budget.name}: {least}{_exact(found, found.spent_usd)} of {limit}{share}"
    if not found.is_begun:
        return f"{said}, begins on {_day(found.window.since, found)}"
    return f"{said}{_passing(found, limit)}{_expected(found)}"


def verdict(standings: Sequence[Standing]) -> str:
    """All budgets in a few sentences, those first that are in the worst state."""
    said = [sentence(found) for found in standings[:_LISTED]]
    more = len(standings) - _LISTED
    counted = f" And {more} more budget{'s' if more > 1 else ''}." if more > 0 else ""
    return f"{'. '.join(said)}.{counted}"


def limit_of(found: Standing) -> str:
    """The limit of a budget as it is said."""
    return _exact(found, found.limit_usd)


def _passing(found: Standing, limit: str) -> str:
    ahead = found.outlook
    if found.passed_on is not None:
        return f", passed {limit} on {_day(found.passed_on, found)}"
    if ahead is None or ahead.on_p10 is None:
        return ""
    if ahead.on_p50 is None:
        return f", may pass {limit} on {_day(ahead.on_p10, found)} at the earliest"
    return f", will pass {limit} on {_day(ahead.on_p50, found)}{_between(ahead, found)}"


def _between(ahead: Outlook, found: Standing) -> str:
    """The range of the day: "25 Nov to 2 Dec", or open where it may not come in this period."""
    soon = _day(ahead.on_p10, found)
    if ahead.on_p90 is None:
        first = "" if ahead.on_p10 == ahead.on_p50 else f"{soon} at the earliest, "
        return f" ({first}or not in this period)"
    late = _day(ahead.on_p90, found)
    return "" if soon == late else f" ({soon} to {late})"


def _expected(found: Standing) -> str:
    ahead = found.outlook
    if ahead is None:
        return "; nothing to forecast from"
    if not ahead.method:
        return "; the period is over"
    middle, low, high = (_about(found, usd, ahead) for usd in (ahead.p50, ahead.p10, ahead.p90))
    between = "" if low == high else f" ({low} to {high})"
    return f"; forecast {middle}{between}"


def _exact(found: Standing, usd: Fraction) -> str:
    """An amount to the cent, whole ones without cents and those below one with four digits."""
    amount = usd / found.usd_per_unit
    currency = CURRENCIES[found.budget.amount.currency]
    if 0 < abs(amount) < 1:
        return money(float(amount), currency.symbol, 4)
    places = 0 if amount.denominator == 1 else currency.decimals
    return f"{'-' if amount < 0 else ''}{currency.symbol}{abs(float(amount)):,.{places}f}"


def _about(found: Standing, usd: float, ahead: Outlook) -> str:
    """An expected amount, with as many digits as its range supports and three at least."""
    digits = max(digits_for(ahead.p10, ahead.p50, ahead.p90) or 3, 3)
    symbol = CURRENCIES[found.budget.amount.currency].symbol
    return money(usd / float(found.usd_per_unit), symbol, digits)


def _day(day: date | None, found: Standing) -> str:
    if day is None:
        return ""
    year = "" if last_day(found.window).year == day.year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"
