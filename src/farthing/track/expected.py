"""What a signal was expected to be, walking forward: at every moment only what came before is known.

A signal is a positive number for each period (requests, dollars a request). Its logarithm, without the
season that was known by then, is held against a straight line through a window of the past. How far it
lies above, in standard errors, is told for a few scales: a single period, a few periods in a row, and a
week against a window that ended two weeks before, which is how slow drift shows.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from farthing.track.season import DAY, Clock, seasonal
from farthing.units.types import FloatArray

_MAD: Final = 1.4826
_OUTSIDE: Final = 3.0  # standard deviations beyond which a period of the past is pulled in
_Z95: Final = 1.96
_FEW: Final = 3.0  # the noise of n periods is taken for 1 + 3/n times what they show
_LEAST_NOISE: Final = 0.03  # of logarithms: no traffic is so even that 3% says anything
_GROWTH_PER_DAY: Final = 0.004  # growth that is usual, in logarithms
_WANDER_PER_DAY: Final = 0.012  # how far a level wanders by itself in a day
_AS_NOTHING: Final = 0.02  # of the usual: so little is added, so that nothing has a logarithm


@dataclass(frozen=True, slots=True)
class Scale:
    """`recent` periods against a line through up to `window` that end `gap` periods before them."""

    kind: str
    recent: int
    gap: int
    window: int
    least: int
    sure: float  # standard errors above what is expected that make an alarm
    above: float  # and at least so much above, in logarithms


@dataclass(frozen=True, slots=True)
class Surprise:
    """Signals by periods: how far above what was expected, in standard errors and in logarithms."""

    sure: FloatArray
    above: FloatArray


def scales(step: timedelta) -> tuple[Scale, ...]:
    """What is looked at, for periods of a day or of an hour."""
    if step >= DAY:
        return (
            Scale("spike", 1, 0, 42, 10, 4.3, 0.25),
            Scale("jump", 3, 0, 42, 10, 3.8, 0.15),
            Scale("drift", 7, 14, 42, 10, 2.8, 0.18),
        )
    day = round(DAY / step)
    return (
        Scale("spike", 1, 0, 14 * day, 3 * day, 6.0, 0.5),
        Scale("jump", max(2, day // 4), 0, 14 * day, 3 * day, 5.5, 0.2),
        Scale("drift", 3 * day, 3 * day, 14 * day, 5 * day, 5.0, 0.18),
    )


def surprises(signals: FloatArray, clock: Clock, looked: tuple[Scale, ...]) -> list[Surprise]:
    """For each scale, how surprising each period was; 0 where too little came before."""
    known = signals.shape[1]
    found = [Surprise(np.zeros_like(signals), np.zeros_like(signals)) for _ in looked]
    cycle = max(clock.season(known), 1)
    first = max(2 * cycle, min(scale.least + scale.recent for scale in looked))
    for start in range(first, known, cycle):
        end = min(start + cycle, known)
        level = _without_season(signals[:, :end], clock, start)
        for scale, surprise in zip(looked, found, strict=True):
            for period in range(start, end):
                _look(level, period, scale, clock.step, surprise)
    return found


def _without_season(signals: FloatArray, clock: Clock, known: int) -> FloatArray:
    """Logarithms of signals over the season that was known after so many periods."""
    season = seasonal(signals[:, :known], clock, signals.shape[1] - known)
    usual = np.median(signals[:, :known], axis=1, keepdims=True)
    least = np.maximum(_AS_NOTHING * usual, 1e-12)
    level = np.log((signals + least) / (season * np.maximum(usual, 1e-12) + least))
    # Where most periods have nothing, anything is as surprising as anything else.
    return np.where(usual > 0, level, 0.0)


def _look(level: FloatArray, period: int, scale: Scale, step: timedelta, found: Surprise) -> None:
    """Hold the periods that end with `period` against the line through those before."""
    until = period + 1 - scale.recent - scale.gap
    first = max(0, until - scale.window)
    count = until - first
    if count < scale.least:
        return
    past, days = level[:, first:until], step / DAY
    middle = np.median(past, axis=1, keepdims=True)
    spread = _MAD * np.median(np.abs(past - middle), axis=1, keepdims=True)
    past = np.clip(past, middle - _OUTSIDE * spread, middle + _OUTSIDE * spread)
    place = np.arange(count) - (count - 1) / 2
    mean, squares = past.mean(1), float(place @ place)
    slope = past @ place / squares
    left = past - mean[:, None] - slope[:, None] * place
    noise = np.maximum(_MAD * np.median(np.abs(left), axis=1), np.quantile(np.abs(left), 0.95, axis=1) / _Z95)
    noise = np.maximum(noise * (1 + _FEW / count), _LEAST_NOISE)
    prior = (_GROWTH_PER_DAY * days) ** 2
    trusted = prior / (prior + noise**2 / squares)
    ahead = (count - 1) / 2 + scale.gap + (scale.recent + 1) / 2
    recent = level[:, period + 1 - scale.recent : period + 1]
    above = recent.mean(1) - mean - trusted * slope * ahead
    error = noise**2 * (1 / scale.recent + 1 / count) + trusted * noise**2 / squares * ahead**2
    error = error + _WANDER_PER_DAY**2 * days * ahead
    found.sure[:, period] = above / np.sqrt(error)
    found.above[:, period] = above
