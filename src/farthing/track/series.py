"""A course of spend in periods of one length: what happened, split into the drivers of its cost."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from farthing.track.spent import Key
from farthing.units.problem import Problem
from farthing.units.types import FloatArray


@dataclass(frozen=True, slots=True)
class Running:
    """The period that is not over: the share of it that has passed, and what it cost so far, in dollars."""

    share: float
    usd: float


@dataclass(frozen=True, slots=True)
class Series:
    """Whole periods of a length, from `start` on (UTC), in groups.

    `requests`, `tokens` and `usd` have a row a group and a column a period. A group without requests
    (bills) is told by its dollars alone. `silent_periods` lie between the last period and the present:
    nothing is known of them. `price_factor` is what known future prices make of a group's dollars, a
    column for each period ahead; the last column holds from then on. `inputs` are all tokens that were
    read, `cached` those of them that came from a cache; None where that is not told.
    """

    start: datetime
    step: timedelta
    groups: tuple[Key, ...]
    requests: FloatArray
    tokens: FloatArray
    usd: FloatArray
    silent_periods: int = 0
    running: Running | None = None
    price_factor: FloatArray | None = None
    problems: tuple[Problem, ...] = field(default=())
    inputs: FloatArray | None = None
    cached: FloatArray | None = None

    @property
    def periods(self) -> int:
        """How many whole periods there are."""
        return int(self.usd.shape[1])

    @property
    def total_usd(self) -> FloatArray:
        """Dollars of each period, all groups together."""
        return np.asarray(self.usd.sum(0))

    @property
    def ahead(self) -> datetime:
        """When the first period begins that is to be forecast: the running one."""
        return self.start + (self.periods + self.silent_periods) * self.step

    def until(self, period: int) -> "Series":
        """What was known when that many periods were over."""
        return replace(
            self,
            requests=self.requests[:, :period],
            tokens=self.tokens[:, :period],
            usd=self.usd[:, :period],
            silent_periods=0,
            running=None,
            price_factor=None,
            inputs=None if self.inputs is None else self.inputs[:, :period],
            cached=None if self.cached is None else self.cached[:, :period],
        )


def series_of(
    start: datetime, step: timedelta, usd: FloatArray, requests: FloatArray | None = None
) -> Series:
    """A series of one group, from dollars alone or with the requests that they paid."""
    asked = np.zeros_like(usd) if requests is None else requests
    rows = (np.atleast_2d(asked), np.atleast_2d(asked), np.atleast_2d(usd))
    return Series(start, step, ((),), rows[0].astype(float), rows[1].astype(float), rows[2].astype(float))
