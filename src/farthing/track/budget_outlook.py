"""What is expected of a budget by the end of its period: the sum, and the day on which it is used up."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from farthing.track.budget_period import first_day, last_day
from farthing.track.dimensions import Window
from farthing.track.forecast import Forecast, Quantiles
from farthing.units.problem import Problem

DAY: Final = timedelta(days=1)
_BILLS: Final = "bills"


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
    """A forecast by days (None: nothing is spent by days), bills on their days, and why it may be far off."""

    forecast: Forecast | None
    bills: Mapping[date, float] = field(default_factory=dict)
    doubts: tuple[Problem, ...] = ()

    def sums(self, begin: datetime, last: date) -> Iterator[tuple[date, Quantiles]]:
        """What is expected from a moment until the end of each day up to the last."""
        billed, day = 0.0, begin.date()
        while day <= last:
            billed += self.bills.get(day, 0.0)
            yield day, self._by_days(begin, _midnight(day) + DAY, billed)
            day += DAY

    def _by_days(self, begin: datetime, end: datetime, billed: float) -> Quantiles:
        if (made := self.forecast) is None:
            return Quantiles(billed, billed, billed, billed, billed)
        one = made.total((begin - made.start) / DAY, (end - made.start) / DAY)
        return Quantiles(
            one.p05 + billed, one.p10 + billed, one.p50 + billed, one.p90 + billed, one.p95 + billed
        )


def outlook(
    expected: Expected, window: Window, moment: datetime, spent_usd: Fraction, limit_usd: Fraction
) -> Outlook:
    """What was spent until `moment`, and what is expected from then to the end of the window."""
    begin = max(moment, _midnight(first_day(window)))
    sums = list(expected.sums(begin, last_day(window)))
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
        method=_BILLS if expected.forecast is None else expected.forecast.method,
        doubts=expected.doubts,
    )


def _first(sums: list[tuple[date, Quantiles]], passes: Callable[[Quantiles], bool]) -> date | None:
    return next((day for day, amount in sums if passes(amount)), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
