"""The table of `budget`: a row a scope, and the results of all of them."""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from farthing.app.ledgers import dollars, share
from farthing.estimate.answer import Result, Row
from farthing.estimate.exact import decimal_text
from farthing.track.budget import Standing
from farthing.track.budget_outlook import Outlook
from farthing.track.budget_period import first_day, last_day

NEVER = "not in this period"
_DAYS = "days from as_of"


def row_of(found: Standing) -> Row:
    """One budget: exact money as decimals, what is expected as numbers."""
    ahead = found.outlook
    row: dict[str, str | int | float | None] = {
        "name": found.budget.name,
        "where": found.budget.scope,
        "period_start": first_day(found.window).isoformat(),
        "period_end": last_day(found.window).isoformat(),
        "spent_usd": decimal_text(found.spent_usd),
        "limit_usd": decimal_text(found.limit_usd),
        "spent_share": None if found.spent_share is None else round(float(found.spent_share), 6),
    }
    row |= {name: None if ahead is None else round(usd, 6) for name, usd in _expected(ahead)}
    for name, day in _days(ahead):
        row[name] = None if day is None else day.isoformat()
    if found.carried_usd:
        row["carried_usd"] = decimal_text(found.carried_usd)
    return row | {"status": found.status, "unpriced_events": found.found.spent.unpriced_events}


def results_of(standings: Sequence[Standing], as_of: date) -> dict[str, Result]:
    """Sums over all budgets, and the first day on which one of them is used up."""
    spent = sum((found.spent_usd for found in standings), Fraction(0))
    limit = sum((found.limit_usd for found in standings), Fraction(0))
    results = {"spent_usd": dollars(spent), "limit_usd": dollars(limit)}
    if limit:
        results["spent_share"] = share(spent / limit)
    known = [found.outlook for found in standings if found.outlook is not None]
    if len(known) == len(standings):
        low, middle, high = (
            math.fsum(part) for part in zip(*((one.p05, one.p50, one.p95) for one in known), strict=True)
        )
        results["forecast_usd"] = Result(low, middle, high, unit="USD")
    results["exhausted_on"] = _exhausted_on(known, as_of)
    return results


def _exhausted_on(known: Iterable[Outlook], as_of: date) -> Result:
    """The earliest day by its median; infinitely far where no budget is used up in its period."""
    first = min(known, key=lambda one: _far(one.on_p50, as_of), default=None)
    if first is None or first.on_p50 is None:
        return Result(math.inf, math.inf, math.inf, unit=_DAYS, name=NEVER)
    low, middle, high = (_far(day, as_of) for day in (first.on_p05, first.on_p50, first.on_p95))
    return Result(low, middle, high, unit=_DAYS, name=first.on_p50.isoformat())


def _far(day: date | None, as_of: date) -> float:
    return math.inf if day is None else float((day - as_of).days)


def _expected(ahead: Outlook | None) -> Iterable[tuple[str, float]]:
    names = ("forecast_usd", "forecast_p10_usd", "forecast_p90_usd")
    usd = (0.0,) * len(names) if ahead is None else (ahead.p50, ahead.p10, ahead.p90)
    return zip(names, usd, strict=True)


def _days(ahead: Outlook | None) -> Iterable[tuple[str, date | None]]:
    names = ("exhausted_on", "exhausted_on_p10", "exhausted_on_p90")
    days = (None,) * len(names) if ahead is None else (ahead.on_p50, ahead.on_p10, ahead.on_p90)
    return zip(names, days, strict=True)
