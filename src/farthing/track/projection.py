"""Ways to carry a series on: by its drivers, by the last season again, by the mean of late.

By drivers: spend = requests × tokens a request × dollars a token, each with its own level; requests with
a season and a damped trend. Levels are weighted by how recent a period is (half-lives), and clipped where
one period stands far out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.track.level_shift import RATIO_STEP, level_starts
from farthing.track.season import DAY, Clock, seasonal
from farthing.track.series import Series
from farthing.units.types import FloatArray

DRIVERS: Final = "drivers"
SEASONAL_NAIVE: Final = "seasonal_naive"
TRAILING_MEAN: Final = "trailing_mean"
_MOST_BLOCKS: Final = 8
_LEAST_BLOCKS: Final = 4
_DAMPING: Final = 0.8
_FASTEST: Final = 0.3  # growth of a cycle, in logarithms
_SURE: Final = 2.0  # standard errors that a slope must have to count at all
_FAR: Final = 3.0
_TINY: Final = 1e-12
_LEAST_LENGTH: Final = 0.01  # of the usual length: no season makes requests shorter than that
_BEFORE_SHIFT: Final = 0.01  # what periods before a shift weigh


@dataclass(frozen=True, slots=True)
class Variant:
    """How fast levels forget, in periods, and whether growth goes on."""

    half_life: float
    grows: bool


@dataclass(frozen=True, slots=True)
class Drivers:
    """What spend ahead is made of: requests by group and period, tokens a request, dollars a token.

    `lengths` are factors around 1 by group and period: the season of tokens a request.
    """

    requests: FloatArray
    tokens_per_request: FloatArray
    usd_per_token: FloatArray
    lengths: FloatArray

    @property
    def tokens(self) -> FloatArray:
        """Tokens by group and period."""
        return np.asarray(self.requests * self.lengths * self.tokens_per_request[:, None])

    @property
    def usd(self) -> FloatArray:
        """Dollars by group and period."""
        return np.asarray(self.tokens * self.usd_per_token[:, None])


def variants(known: int) -> list[Variant]:
    """Half-lives from one period to as long as the history, with and without growth."""
    lives = [float(2**power) for power in range(12) if 2**power <= max(1, known)]
    return [Variant(life, grows) for life in lives for grows in (False, True)]


def by_drivers(history: Series, periods: int, asked: Sequence[Variant]) -> list[Drivers]:
    """What follows, for each variant; seasons are found once for all."""
    clock, known = Clock(history.start, history.step), history.periods
    silent = history.silent_periods
    counted = history.requests.sum(1, keepdims=True) > 0
    requests = np.where(counted, history.requests, np.maximum(history.usd, 0))
    tokens = np.where(counted, history.tokens, requests)
    usd = np.where(counted, np.maximum(history.usd, 0), requests)
    season = seasonal(requests, clock, silent + periods)
    cycle = clock.season(known // 2)
    growth, block = _growth(requests, season[:, :known], max(cycle, known // _MOST_BLOCKS))
    if cycle == 1 and history.step < DAY:
        growth = np.zeros_like(growth)  # within a day, what looks like growth is the course of the day
    lengths = _lengths(requests, tokens, clock, silent + periods)
    plain = (tokens / lengths[:, :known], usd / lengths[:, :known])
    known_as = _Told.of(requests, usd, season[:, :known], history.step < DAY)
    growth = np.where(known_as.requests[:, 0] < 1, 0.0, growth)
    return [
        _carried(requests, *plain, season, growth / block, block, one, lengths, periods, known_as)
        for one in asked
    ]


@dataclass(frozen=True, slots=True)
class _Told:
    """What periods of each group tell of the level of today: little, where it has jumped since."""

    requests: FloatArray
    ratios: FloatArray

    @staticmethod
    def of(requests: FloatArray, usd: FloatArray, season: FloatArray, soon: bool) -> "_Told":
        """For requests, and for tokens a request and dollars a token."""
        levels = (level_starts(each / np.maximum(season, _TINY), soon=soon) for each in (requests, usd))
        each = np.divide(usd, requests, out=np.zeros_like(usd), where=requests > 0)
        places = np.arange(requests.shape[1])
        since = np.maximum(*levels)
        ratio = np.maximum(since, level_starts(each, RATIO_STEP))
        return _Told(*(np.where(places >= first[:, None], 1.0, _BEFORE_SHIFT) for first in (since, ratio)))


def _carried(
    requests: FloatArray,
    tokens: FloatArray,
    usd: FloatArray,
    season: FloatArray,
    growth: FloatArray,
    block: int,
    variant: Variant,
    lengths: FloatArray,
    periods: int,
    told: _Told,
) -> Drivers:
    known = requests.shape[1]
    silent = season.shape[1] - known - periods
    age = np.arange(known - 1, -1, -1)
    weight = 0.5 ** (age / variant.half_life)
    kept = _clipped(requests, season[:, :known], variant.half_life)
    weighed, ratios = weight * told.requests, weight * told.ratios
    level = (kept * weighed).sum(1) / np.maximum((season[:, :known] * weighed).sum(1), _TINY)
    ahead = np.repeat(level[:, None], periods, 1) * season[:, known + silent :]
    if variant.grows:
        mean_age = float(age @ weight / weight.sum())
        steps = np.arange(1 + silent, periods + silent + 1) / block
        damped = _DAMPING * (1 - _DAMPING**steps) / (1 - _DAMPING) * block
        ahead = ahead * np.exp(growth[:, None] * (mean_age + damped))
    share = np.divide(kept, requests, out=np.ones_like(kept), where=requests > 0)
    tokens_each = _ratio(tokens * share, kept, ratios)
    price = _ratio(usd * share, tokens * share, ratios)
    return Drivers(ahead, tokens_each, price, lengths[:, known + silent :])


def _lengths(requests: FloatArray, tokens: FloatArray, clock: Clock, ahead: int) -> FloatArray:
    """The season of tokens a request, for what is known and what is to come."""
    usual = np.divide(tokens.sum(1), requests.sum(1), out=np.ones(len(tokens)), where=requests.sum(1) > 0)
    each = np.divide(tokens, requests, out=np.repeat(usual[:, None], tokens.shape[1], 1), where=requests > 0)
    return np.maximum(seasonal(each, clock, ahead), _LEAST_LENGTH)


def _ratio(above: FloatArray, below: FloatArray, weight: FloatArray) -> FloatArray:
    """The weighted mean of a ratio for each group, single periods held to a few times their median."""
    each = np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
    with np.errstate(invalid="ignore"):
        late = np.where(weight >= weight.max(1, keepdims=True) / 16, each, np.nan)
    usual = np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else 0.0 for row in late])
    capped = np.minimum(above, _FAR * usual[:, None] * below)
    capped = np.where(usual[:, None] > 0, capped, above)
    total = (below * weight).sum(1)
    return np.divide((capped * weight).sum(1), total, out=np.zeros_like(total), where=total > 0)


def _clipped(values: FloatArray, season: FloatArray, half_life: float) -> FloatArray:
    """Values without what stands far out of the periods around the end."""
    late = min(values.shape[1], max(9, round(3 * half_life)))
    plain = values / np.maximum(season, _TINY)
    usual = np.median(plain[:, -late:], axis=1, keepdims=True)
    spread = np.median(np.abs(plain[:, -late:] - usual), axis=1, keepdims=True)
    cap = np.maximum(_FAR * usual, usual + 7.5 * spread)
    return np.where(usual > 0, np.minimum(values, cap * season), values)


def _growth(values: FloatArray, season: FloatArray, block: int) -> tuple[FloatArray, int]:
    """Growth of each group from one stretch to the next, in logarithms, and how long a stretch is.

    The median of slopes between stretches (Theil and Sen), shrunk by how surely it differs from none.
    """
    block = max(1, block)
    count = min(_MOST_BLOCKS, values.shape[1] // block)
    if count < _LEAST_BLOCKS:
        return np.zeros(len(values)), block
    late = count * block
    sums = values[:, -late:].reshape(len(values), count, block).sum(2)
    usual = season[:, -late:].reshape(len(values), count, block).sum(2)
    each = np.log(np.maximum(sums, _TINY) / np.maximum(usual, _TINY))
    first, second = np.triu_indices(count, 1)
    slope = np.median((each[:, second] - each[:, first]) / (second - first), axis=1)
    place = np.arange(count)
    left = each - slope[:, None] * place
    noise = np.median(np.abs(left - np.median(left, axis=1, keepdims=True)), axis=1) * 1.4826
    error = noise * np.sqrt(12 / (count * (count**2 - 1)))
    sure = np.divide((_SURE * error) ** 2, slope**2, out=np.ones_like(slope), where=slope != 0)
    growth = np.clip(slope, -_FASTEST, _FASTEST) * np.clip(1 - sure, 0, 1)
    return np.where((sums > 0).all(1), growth, 0.0), block


def seasonal_naive(history: Series, periods: int) -> FloatArray:
    """The last season again, by group; the last period where no season was seen whole."""
    known = history.periods
    season = Clock(history.start, history.step).season(known)
    places = known - season + (np.arange(periods) + history.silent_periods) % season
    return history.usd[:, places]


def trailing_mean(history: Series, periods: int) -> FloatArray:
    """The mean of whole seasons of late, as many as are to come but four at most, by group."""
    known = history.periods
    season = Clock(history.start, history.step).season(known)
    late = season * max(1, min(known // season, -(-periods // season), 4))
    if season == 1:
        late = min(known, max(periods, 7))
    return np.repeat(history.usd[:, -late:].mean(1, keepdims=True), periods, 1)
