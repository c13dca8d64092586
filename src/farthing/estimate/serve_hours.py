"""A fleet hour by hour: how many copies each hour needs, and what following it would cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.units.types import FloatArray


def _over_mean(levels: tuple[float, ...]) -> FloatArray:
    hours = np.array(levels, dtype=np.float64)
    return np.asarray(hours / hours.mean())


_NIGHT, _DAY = (1.0,) * 7, (10.0,) * 9
_HOME = (4.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0)
SHAPES: Final[Mapping[str, FloatArray]] = {
    "flat": np.ones(24),
    "office": _over_mean((*_NIGHT, 4.0, *_DAY, 5.0, 3.0, 2.0, 2.0, 1.0, 1.0, 1.0)),
    "evening": _over_mean((*_HOME, *((5.0,) * 9), 7.0, *((9.0,) * 4), 8.0, 6.0)),
    "worldwide": _over_mean((8.0,) * 6 + (9.0,) * 6 + (10.0,) * 8 + (9.0,) * 4),
}
"""Requests by the hour of the day over their mean, for those who know no more than who asks."""


@dataclass(frozen=True, slots=True)
class HourPlan:
    """Copies that each hour needs, without and with spare ones, and the mean of them over the most."""

    copies: FloatArray

    @property
    def most(self) -> float:
        """Copies of the busiest hour."""
        return float(self.copies.max())

    @property
    def mean(self) -> float:
        """Copies of an average hour."""
        return float(self.copies.mean())

    @property
    def beyond_first_ratio(self) -> float:
        """Mean over most of the copies beyond the first; 1 where there is one alone."""
        beyond = np.maximum(self.copies - 1, 0)
        return float(beyond.mean() / beyond.max()) if beyond.max() else 1.0


def plan_hours(
    hours_per_s: FloatArray,
    output_tokens: float,
    copy_tokens_per_s: float,
    headroom: float,
    least: float,
    redundant: float,
) -> HourPlan:
    """Whole copies for each hour's rate of requests, in one array evaluation."""
    needed = np.ceil(hours_per_s * output_tokens * (1 + headroom) / copy_tokens_per_s)
    return HourPlan(np.maximum(needed, max(least, 1.0)) + redundant)
