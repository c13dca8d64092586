"""How fast prices fall: measured on the dated book, and carried forward with the error that this had.

Each kind of model has a price by quarter; its decline is the median of the rates between all pairs of
quarters (Theil 1950, Sen 1968), which one outlier does not move. What is carried forward is half the rate
that the kinds share, and the interval is as wide as such predictions of the past were off, made from what
was known before (`trajectory_backtest`). Nothing later than the day asked for is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.price_series import (
    CHEAPEST,
    INPUT_ALONE,
    ONE_IN_FOUR,
    QUARTERS_PER_YEAR,
    TYPICAL,
    PriceSeries,
    class_series,
)
from farthing.estimate.trajectory_backtest import BackTest, back_test, pairwise_rates
from farthing.formulas.trajectory import implied_decline_share_per_year, price_multiple
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

STATED: Final = "report_api_price_decline_share_per_year"
RECENT_YEARS: Final = 2
TYPICAL_INPUT: Final = "typical, input"
LATE_INPUT: Final = f"typical, input, last {RECENT_YEARS} years"
_LEVELS: Final = np.linspace(0.005, 0.995, 199)
_LOW, _HIGH = 5, 95


class Decline(msgspec.Struct, frozen=True):
    """The yearly decline of a price over a stretch of time, as shares; below 0 it rose.

    `low` and `high` hold nine in ten of the rates between quarters that lie a year or more apart.
    """

    name: str
    measure: str
    since: str
    until: str
    first_usd: float
    last_usd: float
    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class Outlook:
    """Prices of each kind on a day, the decline that is carried forward, and how wrong that has been."""

    as_of: date
    usd: Mapping[str, float]
    method: str
    log_rate: Mapping[str, float]
    log_sd: float
    test: BackTest

    def multiple(self, kind: str, elapsed_year: float) -> Spread:
        """What the price of a kind will have been multiplied by after some years."""
        if elapsed_year <= 0:
            return Spread.exact(1.0)
        median = float(price_multiple(-np.expm1(self.log_rate[kind]), elapsed_year))
        return Spread.lognormal(median, self.log_sd * elapsed_year**0.5)

    def decline(self, kind: str, elapsed_year: float) -> Spread:
        """The steady yearly decline over some years: `price_decline_share_per_year` of the formulas."""
        drawn = self.multiple(kind, elapsed_year).quantile(_LEVELS)
        shares = np.asarray(implied_decline_share_per_year(drawn, elapsed_year))
        return Spread.empirical(shares.tolist())

    def price(self, kind: str, elapsed_year: float) -> Spread:
        """Dollars per million tokens of a kind after some years."""
        return self.multiple(kind, elapsed_year).times(self.usd[kind])


@lru_cache(maxsize=8)
def outlook(as_of: date) -> Outlook:
    """Where the input prices of the report's four kinds go from a day on, by what was known on it."""
    return outlook_of(class_series(as_of), as_of, stated_decline())


def outlook_of(known: Mapping[str, PriceSeries], as_of: date, stated: float) -> Outlook:
    """The outlook from any series of prices; `stated` is a claimed decline, which stands the test too."""
    test = back_test(tuple(known.values()), stated)
    return Outlook(
        as_of=as_of,
        usd={name: float(one.usd[-1]) for name, one in known.items()},
        method=test.chosen,
        log_rate=test.rates,
        log_sd=test.log_sd,
        test=test,
    )


def declines(as_of: date) -> tuple[Decline, ...]:
    """The measured decline of each kind: typical and cheapest, input alone and blended, and of late."""
    return tuple(_declines(as_of))


def decline_of(one: PriceSeries, measure: str) -> Decline | None:
    """The decline over a whole series; None where it is shorter than a year."""
    rates = pairwise_rates(one.log_usd, QUARTERS_PER_YEAR)
    if not len(rates):
        return None
    shares = -np.expm1(rates)
    low, mid, high = np.percentile(shares, [_LOW, 50, _HIGH])
    return Decline(
        name=one.name,
        measure=measure,
        since=one.days[0].isoformat(),
        until=one.days[-1].isoformat(),
        first_usd=float(one.usd[0]),
        last_usd=float(one.usd[-1]),
        low=float(low),
        mid=float(mid),
        high=float(high),
    )


def stated_decline() -> float:
    """The middle of the yearly decline that the report states."""
    value = parse_as(catalog().seeds[STATED].value, STATED, STATED).value
    return (value.p05 + value.p95) / 2 if isinstance(value, Spread) else float(value)


def _declines(as_of: date) -> Iterator[Decline]:
    typical = class_series(as_of)
    yield from _each(typical.values(), TYPICAL_INPUT)
    yield from _each((_late(one) for one in typical.values()), LATE_INPUT)
    yield from _each(class_series(as_of, TYPICAL, ONE_IN_FOUR).values(), "typical, 3 in to 1 out")
    yield from _each(class_series(as_of, CHEAPEST, INPUT_ALONE).values(), "cheapest, input")


def _each(several: Iterable[PriceSeries], measure: str) -> Iterator[Decline]:
    return (found for one in several if (found := decline_of(one, measure)) is not None)


def _late(one: PriceSeries) -> PriceSeries:
    return one.last(RECENT_YEARS * QUARTERS_PER_YEAR + 1)
