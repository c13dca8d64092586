"""Moments to stretches of time and hours of the week: a step of the clock is a place in a small array.

All changes of price and all hours begin on a whole multiple of some step, most often an hour or a
day. So a division and one look-up place a moment, however many changes lie between.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.windows import EPOCH_MINUTE, MINUTE_US, WEEK_MINUTES, minute_of_week

Int = npt.NDArray[np.int64]
_MOST_STEPS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Clock:
    """Which stretch of time and which hours of the week a moment lies in.

    `cuts` are the moments at which a stretch of time ends; `codes` gives for each minute of the week
    which of `hours` kinds of hours it is. A place is (stretch · hours + code) · `width`. `places` holds
    it for each step of `step_us` from the step number `first` on, or nothing where steps are too many.
    """

    cuts: Int
    codes: Int
    hours: int
    width: int
    step_us: int
    first: int
    places: Int

    @property
    def stands(self) -> bool:
        """Whether all moments have the same place."""
        return not len(self.cuts) and self.hours == 1

    def place(self, at: Int, steps: Int, out: Int) -> Int:
        """The place of each moment, in `out`; `steps` is room for as many integers."""
        if len(self.places):
            np.floor_divide(at, self.step_us, out=steps)
            steps -= self.first
            return self.places.take(steps, out=out, mode="wrap")
        out[:] = searched(self.cuts, self.codes, self.hours, at)
        out *= self.width
        return out


def clock(cuts: Int, codes: Int, hours: int, width: int, first_us: int, last_us: int) -> Clock:
    """A clock for moments from `first_us` to `last_us`."""
    step = math.gcd(*_changes(cuts, codes, hours))
    first, last = (first_us // step, last_us // step) if step else (0, -1)
    if last - first >= _MOST_STEPS:
        first, last = 0, -1
    starts = np.arange(first, last + 1, dtype=np.int64) * step
    places = searched(cuts, codes, hours, starts) * width
    return Clock(cuts, codes, hours, width, step, first, places)


def searched(cuts: Int, codes: Int, hours: int, at: Int) -> Int:
    """Stretch · hours + code by a search among the cuts: slow, and right for any moment."""
    places = np.searchsorted(cuts, at, side="right").astype(np.int64) * hours
    return places if hours == 1 else places + codes[minute_of_week(at)]


def _changes(cuts: Int, codes: Int, hours: int) -> Iterator[int]:
    """Times of which a step is a divisor: where stretches end, where hours change, where weeks begin."""
    yield from (int(cut) for cut in cuts)
    if hours > 1:
        minutes = (*(np.flatnonzero(np.diff(codes)) + 1), EPOCH_MINUTE, WEEK_MINUTES)
        yield from (int(minute) * MINUTE_US for minute in minutes)
