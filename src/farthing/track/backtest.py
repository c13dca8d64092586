"""How far off each way of forecasting would have been: made anew at moments of the past (rolling origin)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.track.projection import (
    DRIVERS,
    SEASONAL_NAIVE,
    TRAILING_MEAN,
    Variant,
    by_drivers,
    seasonal_naive,
    trailing_mean,
    variants,
)
from farthing.track.season import Clock
from farthing.track.series import Series
from farthing.units.types import FloatArray

MOST_ORIGINS: Final = 16
_PART: Final = 3  # at most this part of the history is forecast, at least this part is known
_EMPTY: Final = 0.4  # of the periods: more make a series sparse
_CLOSE: Final = 0.1  # a variant so much worse than the best, in shares of its error, weighs 1/e


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts of the past beside what happened: origins by groups by leads, in dollars.

    `made` has the forecasts of each method, `weights` those of the variants of the drivers.
    """

    origins: npt.NDArray[np.intp]
    leads: int
    actual: FloatArray
    made: Mapping[str, FloatArray]
    weights: FloatArray

    @property
    def independent(self) -> float:
        """How many of the origins tell something new: those that overlap tell part of it."""
        if not len(self.origins):
            return 0.0
        span = float(self.origins[-1] - self.origins[0] + self.leads)
        return min(float(len(self.origins)), span / self.leads)

    def error(self, method: str) -> float | None:
        """What methods are chosen by: the WAPE, or where most periods are empty that of sums.

        Of single periods that are mostly empty, nothing at all is the best guess, and no forecast.
        """
        spent = np.abs(self.actual.sum(1))
        if not spent.sum() or (spent == 0).mean() < _EMPTY:
            return self.wape(method)
        missed = np.abs(self.made[method].sum((1, 2)) - self.actual.sum((1, 2)))
        return float(missed.sum()) / float(spent.sum())

    def wape(self, method: str) -> float | None:
        """Sum of absolute errors of all periods over the sum of what was spent; None where there is none."""
        spent = float(np.abs(self.actual.sum(1)).sum())
        if not spent:
            return None
        return float(np.abs(self.made[method].sum(1) - self.actual.sum(1)).sum()) / spent


def backtest(history: Series, periods: int) -> Backtest:
    """Forecasts made at up to 16 moments of the past, as far ahead as `periods` or a third of the history."""
    known, all_variants = history.periods, variants(history.periods)
    leads = max(1, min(periods, known // _PART))
    season = Clock(history.start, history.step).season(known // 2)
    least = max(1, known // _PART, min(2 * season, known - 2 * leads))
    last = known - leads
    count = min(MOST_ORIGINS, max(0, last - least + 1))
    origins = np.unique(np.linspace(least, last, count).astype(np.intp)) if count else np.zeros(0, np.intp)
    shape = (len(origins), len(history.groups), leads)
    actual, naive, mean = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    each = np.zeros((len(all_variants), *shape))
    for place, origin in enumerate(origins.tolist()):
        before = history.until(origin)
        actual[place] = history.usd[:, origin : origin + leads]
        naive[place] = seasonal_naive(before, leads)
        mean[place] = trailing_mean(before, leads)
        each[:, place] = [one.usd for one in by_drivers(before, leads, all_variants)]
    drivers, weights = _weighed(each, actual, all_variants)
    return Backtest(
        origins, leads, actual, {DRIVERS: drivers, SEASONAL_NAIVE: naive, TRAILING_MEAN: mean}, weights
    )


def _weighed(each: FloatArray, actual: FloatArray, known: list[Variant]) -> tuple[FloatArray, FloatArray]:
    """Forecasts of the drivers: variants weighed by their errors at the other origins; weights for now."""
    errors = np.abs(each.sum(2) - actual.sum(1)).sum(2)  # variants by origins
    if actual.size and (actual.sum(1) == 0).mean() >= _EMPTY:
        errors = np.abs(each.sum((2, 3)) - actual.sum((1, 2)))
    if not errors.size:
        return actual, unlearned(known)
    others = errors.sum(1, keepdims=True) - errors
    weights = _weights(others) if errors.shape[1] > 1 else unlearned(known)[:, None]
    return np.einsum("vo,vogl->ogl", weights, each), _weights(errors.sum(1, keepdims=True))[:, 0]


def _weights(errors: FloatArray) -> FloatArray:
    """More for less error; all alike where no variant errs."""
    best = errors.min(0)
    worse = np.divide(errors - best, _CLOSE * best, out=np.where(errors > best, 50.0, 0.0), where=best > 0)
    weights = np.exp(-np.minimum(worse, 50.0))
    return np.asarray(weights / weights.sum(0))


def unlearned(known: list[Variant]) -> FloatArray:
    """Weights where nothing can be tested: levels that remember, and no growth."""
    weights = np.array([0.0 if one.grows else one.half_life for one in known])
    return np.asarray(weights / weights.sum())
