"""What is expected of a budget by the end of its period: the sum, and the day on which it is used up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from farthing.track.budget_period import first_day, last_day
from farthing.track.dimensions import Window
from farthing.track.forecast import Forecast, Quantiles
from farthing.units.problem import Problem

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Dollars of the whole period, what was spent included, and the day on which the limit is passed.

    Of the days, `on_p10` is the earliest of ten; None is "not in this period". `method` says what the
    forecast was made by, "" where the period is over and nothing is left to expect; `doubts` why it may be
    far off.
    """

    p05: float
    p10: float
    p50: float
    p90: float
    p95: float
    on_p05: date | None
    on_p10: date | None
    on_p50: date | None
    on_p90: date | None
    on_p95: date | None
    method: str
    doubts: tuple[Problem, ...] = ()

    def passed(self, day: date) -> "Outlook":
        """The same where it is known that the limit was passed on a day."""
        return replace(self, on_p05=day, on_p10=day, on_p50=day, on_p90=day, on_p95=day)


def settled(spent_usd: Fraction) -> Outlook:
    """The outlook of a period that is over."""
    usd = float(spent_usd)
    return Outlook(usd, usd, usd, usd, usd, None, None, None, None, None, "")


@dataclass(frozen=True, slots=True)
class Expected:
    """A forecast by days, and why it may be far off."""

    forecast: Forecast
    doubts: tuple[Problem, ...] = ()


def outlook(
    found: Expected, window: Window, moment: datetime, spent_usd: Fraction, limit_usd: Fraction
) -> Outlook:
    """What was spent until `moment`, and what is expected from then to the end of the window."""
    expected, begin = found.forecast, max(moment, _midnight(first_day(window)))
    lo = (begin - expected.start) / DAY
    sums = list(_sums(expected, lo, begin.date(), last_day(window)))
    whole, spent, room = sums[-1][1], float(spent_usd), float(limit_usd - spent_usd)
    return Outlook(
        spent + whole.p05,
        spent + whole.p10,
        spent + whole.p50,
        spent + whole.p90,
        spent + whole.p95,
        # It is early where much is spent.
        _first(sums, lambda amount: amount.p95 > room),
        _first(sums, lambda amount: amount.p90 > room),
        _first(sums, lambda amount: amount.p50 > room),
        _first(sums, lambda amount: amount.p10 > room),
        _first(sums, lambda amount: amount.p05 > room),
        method=expected.method,
        doubts=found.doubts,
    )


def _sums(expected: Forecast, lo: float, first: date, last: date) -> Iterator[tuple[date, Quantiles]]:
    """What is expected from the moment until the end of each day."""
    day = first
    while day <= last:
        yield day, expected.total(lo, (_midnight(day) + DAY - expected.start) / DAY)
        day += DAY


def _first(sums: list[tuple[date, Quantiles]], passes: Callable[[Quantiles], bool]) -> date | None:
    return next((day for day, amount in sums if passes(amount)), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
