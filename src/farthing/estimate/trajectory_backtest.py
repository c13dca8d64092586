"""Predicting past prices from what was known before them: how wrong each way of carrying rates forward was.

From every quarter, each method predicts every kind of model 6, 12 and 24 months ahead. What is carried
forward is half the rate that the kinds share: the mean of "prices stay" and "prices go on falling", which
needs no choosing between the two. (Choosing whichever had been better so far was tried, and misled just
when prices stopped falling.) An 80% interval for a prediction is drawn from the errors that were known on
its day, predictions whose outcome lay in its past, and it grows with the root of the horizon. A rate that
somebody stated later than those days knows their outcome: it is measured, but never carried forward.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from farthing.estimate.price_series import QUARTERS_PER_YEAR, PriceSeries
from farthing.units.types import FloatArray

NO_CHANGE: Final = "no change"
STATED_RATE: Final = "the report's rate"
OWN_RATE: Final = "own rate"
SHARED_RATE: Final = "shared rate"
HALF_SHARED: Final = "half the shared rate"
CARRIED: Final = HALF_SHARED
"""The method whose rate is carried forward."""

HORIZONS: Final = (2, 4, 8)  # quarters
_LEAST_HISTORY: Final = 5  # quarters: a year
_LEAST_ERRORS: Final = 12
_Z90: Final = 1.2815515655446004
_EIGHTY: Final = 80


class MethodError(msgspec.Struct, frozen=True):
    """Errors of one method at one horizon: relative ones, and in factors (1.5 is off by half either way).

    `mean_log` is the mean size of the errors of the logarithm.
    """

    method: str
    horizon_months: int
    count: int
    median_relative: float
    median_factor: float
    mean_log: float


class BackTest(msgspec.Struct, frozen=True):
    """What predicting the past taught: errors by method and horizon, the method carried forward, its spread.

    `rates` are the yearly changes of the natural logarithm that the method now gives to each kind, `log_sd`
    the standard deviation of its error after a year, `coverage_80` the share of outcomes inside the 80%
    intervals that could have been given at the time; None where there were none.
    """

    errors: tuple[MethodError, ...]
    chosen: str
    rates: Mapping[str, float]
    log_sd: float
    coverage_80: float | None
    coverage_count: int


@dataclass(frozen=True, slots=True)
class _Forecast:
    """One prediction: quarters before the last day it was made and came due, and its log error by method."""

    made: int
    due: int
    horizon: int
    errors: Mapping[str, float]

    @property
    def scale(self) -> float:
        """The root of the years ahead, with which errors grow."""
        return float((self.horizon / QUARTERS_PER_YEAR) ** 0.5)


_Rates = Callable[[Sequence[PriceSeries]], Sequence[float]]


def back_test(known: Sequence[PriceSeries], stated: float) -> BackTest:
    """Test every method on series that end on the same day; `stated` is a claimed yearly decline."""
    methods = _methods(stated)
    forecasts = tuple(_forecasts(known, methods))
    covered = [inside for one in forecasts if (inside := _inside(one, forecasts)) is not None]
    rates = methods[CARRIED](known)
    return BackTest(
        errors=tuple(_errors(forecasts, methods)),
        chosen=CARRIED,
        rates={one.name: rate for one, rate in zip(known, rates, strict=True)},
        log_sd=_log_sd(forecasts) if len(forecasts) >= _LEAST_ERRORS else _scatter(known),
        coverage_80=float(np.mean(covered)) if covered else None,
        coverage_count=len(covered),
    )


def pairwise_rates(log_usd: FloatArray, least_quarters: int) -> FloatArray:
    """Yearly changes of the logarithm between all pairs of quarters that lie far enough apart."""
    first, second = np.triu_indices(len(log_usd), least_quarters)
    return (log_usd[second] - log_usd[first]) / ((second - first) / QUARTERS_PER_YEAR)


def rate_of(one: PriceSeries) -> float:
    """The median of the rates between all quarters, as a yearly change of the logarithm; 0 for one alone."""
    rates = pairwise_rates(one.log_usd, 1)
    return float(np.median(rates)) if len(rates) else 0.0


def _methods(stated: float) -> Mapping[str, _Rates]:
    return {
        NO_CHANGE: lambda known: [0.0] * len(known),
        STATED_RATE: lambda known: [float(np.log1p(-stated))] * len(known),
        OWN_RATE: lambda known: [rate_of(one) for one in known],
        SHARED_RATE: _shared,
        HALF_SHARED: lambda known: [rate / 2 for rate in _shared(known)],
    }


def _shared(known: Sequence[PriceSeries]) -> Sequence[float]:
    """The same for all kinds: the median of the rates of those that have a year of history."""
    long = [one for one in known if len(one.usd) >= _LEAST_HISTORY]
    rate = float(np.median([rate_of(one) for one in long])) if long else 0.0
    return [rate] * len(known)


def _forecasts(known: Sequence[PriceSeries], methods: Mapping[str, _Rates]) -> Iterator[_Forecast]:
    longest = max((len(one.usd) for one in known), default=0)
    for made in range(min(HORIZONS), longest):
        then = [one.known(made) for one in known if len(one.usd) - made >= _LEAST_HISTORY]
        rates = {name: method(then) for name, method in methods.items()}
        for place, one in enumerate(then):
            whole = next(each for each in known if each.name == one.name).log_usd
            for horizon in (ahead for ahead in HORIZONS if ahead <= made):
                change = float(whole[len(one.usd) - 1 + horizon] - whole[len(one.usd) - 1])
                years = horizon / QUARTERS_PER_YEAR
                errors = {name: change - found[place] * years for name, found in rates.items()}
                yield _Forecast(made, made - horizon, horizon, errors)


def _errors(forecasts: Sequence[_Forecast], methods: Iterable[str]) -> Iterator[MethodError]:
    for name in methods:
        for horizon in HORIZONS:
            found = np.array([one.errors[name] for one in forecasts if one.horizon == horizon])
            if len(found):
                yield MethodError(
                    method=name,
                    horizon_months=horizon * 12 // QUARTERS_PER_YEAR,
                    count=len(found),
                    median_relative=float(np.median(np.abs(np.expm1(-found)))),
                    median_factor=float(np.exp(np.median(np.abs(found)))),
                    mean_log=float(np.mean(np.abs(found))),
                )


def _log_sd(forecasts: Sequence[_Forecast]) -> float:
    """Standard deviation of the log error after a year: four in five were no larger than 1.28 of it."""
    sizes = [abs(one.errors[CARRIED]) / one.scale for one in forecasts]
    return float(np.percentile(sizes, _EIGHTY)) / _Z90


def _scatter(known: Sequence[PriceSeries]) -> float:
    """The same where too little was ever predicted: how much the yearly rates of all series differ."""
    rates = [rate for one in known for rate in pairwise_rates(one.log_usd, QUARTERS_PER_YEAR)]
    return float(np.std(rates)) if rates else 0.0


def _inside(one: _Forecast, known: Sequence[_Forecast]) -> bool | None:
    """Whether the outcome lay in the interval of its day; None where too few outcomes were known then."""
    past = [other for other in known if other.due >= one.made]
    if len(past) < _LEAST_ERRORS:
        return None
    return abs(one.errors[CARRIED]) <= _Z90 * _log_sd(past) * one.scale
