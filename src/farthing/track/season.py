"""The course of the day and of the week in a series: factors around 1 that its level is multiplied by.

Each stage (hour of the day, day of the week, hour of the week) is what is left after the stages before.
It is shrunk towards no season by how well it stands out from the noise (empirical Bayes), so that few
data, or data without a season, give factors near 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.units.types import FloatArray

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
_HOUR: Final = timedelta(hours=1)
_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
_USUAL_NOISE: Final = 0.02  # variance of a period around its phase, until repeats tell
_USUAL_WEIGHT: Final = 2.0  # in repeats of a phase
_FAR: Final = 2.5  # a value this many times the median of its phase, or less than one in it, is clipped


@dataclass(frozen=True, slots=True)
class Clock:
    """When the periods of a series are."""

    start: datetime
    step: timedelta

    def phases(self, unit: timedelta, cycle: timedelta, count: int) -> npt.NDArray[np.intp]:
        """The place of each period within a cycle, in whole units."""
        first = (self.start - _MONDAY) / _HOUR
        hours = first + np.arange(count) * (self.step / _HOUR) + 1e-9
        return np.asarray((hours % (cycle / _HOUR)) // (unit / _HOUR)).astype(np.intp)

    def length(self, cycle: timedelta) -> int:
        """How many periods a cycle has; 0 where periods do not divide it."""
        return round(cycle / self.step) if self.step < cycle and cycle % self.step == timedelta(0) else 0

    def season(self, known: int) -> int:
        """Periods of the longest cycle that was seen whole: a week, a day, else 1."""
        lengths = (self.length(cycle) for cycle in (WEEK, DAY))
        return next((length for length in lengths if length and known >= length), 1)

    def stages(self, known: int) -> Iterator[tuple[timedelta, timedelta]]:
        """The seasons of which a whole cycle was seen: a unit, and the cycle that it is part of."""
        finer = ((self.step, DAY),) if self.step < _HOUR else ()
        for unit, cycle in ((_HOUR, DAY), *finer, (DAY, WEEK), (_HOUR, WEEK)):
            length = self.length(cycle)
            if unit >= self.step and length and known >= length:
                yield unit, cycle


def season_name(clock: Clock, known: int) -> str:
    """The seasons in words."""
    stages = list(clock.stages(known))
    words = ["day"] if any(cycle == DAY for _, cycle in stages) else []
    words += ["week"] if any(cycle == WEEK for _, cycle in stages) else []
    return " and ".join(words) or "none"


def seasonal(values: FloatArray, clock: Clock, ahead: int = 0) -> FloatArray:
    """Factors of each group (rows) for its periods and as many `ahead`; each stage has mean 1.

    All groups together first, then what sets each group apart.
    """
    known = values.shape[1]
    factors = np.ones((len(values), known + ahead))
    whole = np.ones((1, known + ahead))
    for unit, cycle in clock.stages(known):
        phase = clock.phases(unit, cycle, known + ahead)
        length = clock.length(cycle)
        common = _profile(values.sum(0, keepdims=True) / whole[:, :known], phase[:known], length)
        whole = whole * common[:, phase]
        factors = factors * common[:, phase]
        if len(values) > 1:
            own = _profile(values / np.maximum(factors[:, :known], _LEAST), phase[:known], length)
            factors = factors * own[:, phase]
    return factors


_LEAST: Final = 1e-3


def level_of(values: FloatArray, length: int) -> FloatArray:
    """The moving average over one cycle; at both ends that of the nearest whole cycle."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    means = (sums[:, length:] - sums[:, :-length]) / length
    before = (length - 1) // 2
    after = values.shape[1] - means.shape[1] - before
    return np.pad(means, ((0, 0), (before, after)), mode="edge")


def _profile(values: FloatArray, phase: npt.NDArray[np.intp], length: int) -> FloatArray:
    """The factor of each phase, for each group."""
    level = level_of(values, length)
    ratio = np.divide(values, level, out=np.ones_like(values), where=level > 0)
    count = int(phase.max()) + 1
    means, noise, repeats = np.ones((len(values), count)), np.zeros(len(values)), 0
    for one in range(count):
        part = ratio[:, phase == one]
        middle = np.median(part, axis=1, keepdims=True)
        kept = np.where(middle > 0, np.clip(part, middle / _FAR, middle * _FAR), part)
        means[:, one] = kept.mean(1)
        noise += ((kept - kept.mean(1, keepdims=True)) ** 2).sum(1)
        repeats += kept.shape[1] - 1
    each = (noise + _USUAL_NOISE * _USUAL_WEIGHT * count) / (repeats + _USUAL_WEIGHT * count)
    means /= np.maximum(means.mean(1, keepdims=True), _LEAST)
    error, spread = (each * count / len(phase))[:, None], means.var(1, keepdims=True)
    real = np.divide(spread - error, spread, out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(1 + np.clip(real, 0, 1) * (means - 1))
