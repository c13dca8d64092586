"""How fast over-training grows: tokens for each used parameter over the dates of published models.

A line through the logarithms. Models that one developer released in one month share tokens and recipe, so
they count as one cluster in the error of the slope.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from farthing.estimate.exchange import first_day
from farthing.estimate.overtraining import Placed, placed_models
from farthing.units.types import FloatArray

_DAYS_PER_YEAR: Final = 365.25
_TAIL: Final = 0.95
_FROM_YEAR, _WINDOWS = 2020, (2022, 2023, 2024)
_LEAST_MODELS: Final = 8


class Growth(msgspec.Struct, frozen=True):
    """Growth a year as a multiple, with its central 90 %, over some of the models."""

    models: str
    count: int
    cluster_count: int
    low: float
    mid: float
    high: float

    def holds(self, stated: float) -> bool:
        """Whether a stated growth lies inside the interval."""
        return self.low <= stated <= self.high


def growths(as_of: date) -> tuple[Growth, ...]:
    """All models since 2020, those of later windows, and all but each year's, as known on a day."""
    known = [model for model in own_pretraining() if first_day(model.released) <= as_of]
    since = [model for model in known if _year(model) >= _FROM_YEAR]
    chosen = [(f"since {_FROM_YEAR}", since)]
    chosen += [(f"since {year}", [model for model in since if _year(model) >= year]) for year in _WINDOWS]
    years = sorted({_year(model) for model in since})
    chosen += [(f"without {year}", [model for model in since if _year(model) != year]) for year in years]
    return tuple(growth(name, some) for name, some in chosen if len(some) >= _LEAST_MODELS)


def growth(name: str, models: Sequence[Placed]) -> Growth:
    """The slope through some models, with the interval of a t distribution over their clusters."""
    from scipy.special import stdtrit

    years = np.array([first_day(model.released).toordinal() / _DAYS_PER_YEAR for model in models])
    ratio = np.log([model.tokens_per_active_param for model in models])
    clusters = np.unique([f"{model.developer} {model.released}" for model in models], return_inverse=True)[
        1
    ].astype(np.intp)
    slope, error = _slope(years, ratio, clusters)
    count = int(clusters.max()) + 1
    half = float(stdtrit(count - 1, _TAIL)) * error
    low, mid, high = np.exp([slope - half, slope, slope + half])
    return Growth(name, len(models), count, float(low), float(mid), float(high))


def own_pretraining() -> Iterator[Placed]:
    """Models by date, without those that stand on the training of another with the same size and tokens."""
    seen: set[tuple[str, float, float]] = set()
    for model in sorted(placed_models(), key=lambda model: model.released):
        key = (model.developer, model.params, model.tokens)
        if key not in seen:
            seen.add(key)
            yield model


def _slope(x: FloatArray, y: FloatArray, clusters: npt.NDArray[np.intp]) -> tuple[float, float]:
    """Least squares, and the standard error of the slope that clusters of like errors leave."""
    apart = x - x.mean()
    width = float((apart**2).sum())
    slope = float((apart * y).sum() / width)
    left = apart * (y - y.mean() - slope * apart)
    sums = np.bincount(clusters, weights=left)
    count = len(sums)
    scale = count / (count - 1) * (len(x) - 1) / (len(x) - 2)
    return slope, float(np.sqrt(scale * (sums**2).sum()) / width)


def _year(model: Placed) -> int:
    return first_day(model.released).year
