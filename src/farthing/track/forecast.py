"""What will be spent: by drivers or as before, whichever was least wrong when tried on the past."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from farthing.track.backtest import Backtest, backtest, unlearned
from farthing.track.band import LEVELS, Band, band_of
from farthing.track.history import daily_history
from farthing.track.level_shift import level_starts
from farthing.track.projection import (
    DRIVERS,
    SEASONAL_NAIVE,
    TRAILING_MEAN,
    Drivers,
    by_drivers,
    seasonal_naive,
    trailing_mean,
    variants,
)
from farthing.track.season import DAY, Clock, season_name, seasonal
from farthing.track.series import Series, series_of
from farthing.track.spent import Key
from farthing.units.types import FloatArray

__all__ = ["Forecast", "Quantiles", "Series", "daily_history", "forecast", "series_of"]
_AS_NOTHING: Final = 0.01  # of the mean of a period: so little is as good as nothing
LOW, HIGH = 0.10, 0.90
_TINY: Final = 1e-9
_DOUBT: Final = 0.2  # by how much a naive way must be better where a single test was made, twice


@dataclass(frozen=True, slots=True)
class Quantiles:
    """An amount in dollars as a range."""

    p05: float
    p10: float
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Dollars of the periods from `start` on (the running one is the first), and how sure that is.

    `usd_mid` has a number a period, `group_usd` a row a group. `wape` and `coverage_80` are those of the
    back-test of `method`, None where the history is too short for one; `candidates` has the WAPE of all.
    """

    start: datetime
    step: timedelta
    groups: tuple[Key, ...]
    usd_mid: FloatArray
    usd_low80: FloatArray
    usd_high80: FloatArray
    group_usd: FloatArray
    group_bands: tuple[Band, ...]
    drivers: Drivers
    band: Band
    method: str
    season: str
    wape: float | None
    coverage_80: float | None
    candidates: Mapping[str, float | None]
    tested_origins: int
    tested_periods: int
    silent_periods: int

    def total(self, lo: float = 0.0, hi: float | None = None) -> Quantiles:
        """The sum from `lo` until `hi` periods after the start (all by default); both may be fractions.

        `total(0.4, 8)` leaves out the first 40% of the running period.
        """
        return self._of(self.usd_mid, self.band, lo, hi)

    def of_group(self, place: int, lo: float = 0.0, hi: float | None = None) -> Quantiles:
        """The same of one group."""
        return self._of(self.group_usd[place], self.group_bands[place], lo, hi)

    def _of(self, usd: FloatArray, band: Band, lo: float, hi: float | None) -> Quantiles:
        until = float(len(usd)) if hi is None else min(hi, float(len(usd)))
        parts = np.clip(until - np.arange(len(usd)), 0, 1) - np.clip(lo - np.arange(len(usd)), 0, 1)
        middle = float(usd @ np.maximum(parts, 0))
        return Quantiles(*(band.of_sum(middle, until + self.silent_periods, one) for one in LEVELS))


def forecast(history: Series, periods: int) -> Forecast:
    """Forecast that many periods from the running one on. Needs one whole period, else ValueError."""
    if history.periods < 1 or periods < 1:
        raise ValueError("a forecast needs at least one period known and one asked for")
    tested = backtest(history, periods)
    candidates = {name: tested.wape(name) for name in tested.made}
    is_new = _level_is_new(history, tested)
    method = (
        DRIVERS
        if is_new
        else _least_wrong({name: tested.error(name) for name in tested.made}, tested.independent)
    )
    all_variants = variants(history.periods)
    weights = unlearned(all_variants) if is_new else tested.weights
    drivers = _mixed(by_drivers(history, periods, all_variants), weights)
    group_usd = _carried(history, periods, method, drivers)
    if history.price_factor is not None:
        group_usd = group_usd * _factors(history.price_factor, periods)
    usd = np.asarray(group_usd.sum(0))
    least = _AS_NOTHING * max(float(np.abs(history.usd).mean(1).sum()), 1e-9)
    made = tested.made[method]
    band = band_of(tested.actual.sum(1), made.sum(1), tested.independent, history.total_usd, least)
    bands = tuple(
        band_of(tested.actual[:, one], made[:, one], tested.independent, history.usd[one], least)
        for one in range(len(history.groups))
    )
    leads = np.arange(1.0, periods + 1) + history.silent_periods
    return Forecast(
        start=history.ahead,
        step=history.step,
        groups=history.groups,
        usd_mid=usd,
        usd_low80=band.of_singles(usd, leads, LOW),
        usd_high80=band.of_singles(usd, leads, HIGH),
        group_usd=group_usd,
        group_bands=bands,
        drivers=drivers,
        band=band,
        method=method,
        season=season_name(Clock(history.start, history.step), history.periods),
        wape=candidates[method],
        coverage_80=_coverage(tested, method, history.total_usd, least),
        candidates=candidates,
        tested_origins=len(tested.origins),
        tested_periods=tested.leads,
        silent_periods=history.silent_periods,
    )


def _least_wrong(errors: Mapping[str, float | None], independent: float) -> str:
    """The method with the least error; the drivers where nothing was tested.

    A few tests tell little: the less there are, the more a naive way must be better to be preferred.
    """
    known = {
        name: error * (1 if name == DRIVERS else 1 + _DOUBT / (1 + independent))
        for name, error in errors.items()
        if error is not None
    }
    return min(known, key=lambda name: known[name]) if known else DRIVERS


def _level_is_new(history: Series, tested: Backtest) -> bool:
    """Whether spend jumped to another level since most tests began: they say nothing of it then."""
    if not len(tested.origins):
        return False
    season = seasonal(history.total_usd[None], Clock(history.start, history.step))
    (since,) = level_starts(history.total_usd[None] / np.maximum(season, _TINY), soon=history.step < DAY)
    return bool(since > np.median(tested.origins))


def _carried(history: Series, periods: int, method: str, drivers: Drivers) -> FloatArray:
    if method == SEASONAL_NAIVE:
        return seasonal_naive(history, periods)
    if method == TRAILING_MEAN:
        return trailing_mean(history, periods)
    return drivers.usd


def _mixed(each: list[Drivers], weights: FloatArray) -> Drivers:
    """The weighted mean of variants, such that requests × tokens × price is the mean of their dollars."""
    requests, usd, lengths, tokens = (
        np.asarray(sum(np.asarray(part) * weight for part, weight in zip(parts, weights, strict=True)))
        for parts in zip(
            *((one.requests, one.usd, one.lengths, one.tokens_per_request) for one in each), strict=True
        )
    )
    mixed = Drivers(requests, tokens, np.ones_like(tokens), lengths)
    whole = mixed.tokens.sum(1)
    price = np.divide(usd.sum(1), whole, out=np.zeros_like(whole), where=whole > 0)
    return replace(mixed, usd_per_token=price)


def _factors(known: FloatArray, periods: int) -> FloatArray:
    """A factor for each period ahead: the last one known holds on."""
    places = np.minimum(np.arange(periods), known.shape[1] - 1)
    return known[:, places]


def _coverage(tested: Backtest, method: str, seen: FloatArray, least: float) -> float | None:
    """The share of tested periods and sums within 80% ranges that were made without their own origin."""
    if len(tested.origins) < 2:
        return None
    actual, made = tested.actual.sum(1), tested.made[method].sum(1)
    leads = np.arange(1.0, tested.leads + 1)
    inside = []
    for place in range(len(actual)):
        others = np.arange(len(actual)) != place
        band = band_of(actual[others], made[others], tested.independent, seen, least)
        low, high = (band.of_singles(made[place], leads, level) for level in (LOW, HIGH))
        inside.append((low <= actual[place]) & (actual[place] <= high))
    return float(np.mean(inside))
