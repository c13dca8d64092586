"""How far off a forecast may be: ranges from the errors of the back-test, by how far ahead.

Errors are logarithms of actual over forecast. Those of a single period and those of the sum of the first
periods grow in their own ways: a sum loses noise and keeps the error of its level. Each is fitted with few
terms that cannot be negative, beside what is expected where little was tested, and then widened or
narrowed until the share of tested errors that it should hold is held (conformal).
"""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from farthing.units.types import FloatArray

LEVELS: Final = (0.05, 0.10, 0.50, 0.90, 0.95)
_NORMAL: Final = np.array([-1.6448536, -1.2815516, 0.0, 1.2815516, 1.6448536])  # quantiles at LEVELS
_BEYOND: Final = 2.0
_NO_MORE: Final = 1e-6
_LEVEL_PERIODS: Final = 6  # so many periods at most tell of the level that is to come
_DRIFT: Final = 0.03  # of the noise of a period, for each period ahead
_DRIFT_PERIODS: Final = 60
_UNTESTED_SD: Final = 0.5  # of one period, where nothing was ever tested
_MOST_NOISE: Final = 0.5  # of one period: a larger one is told by the tests alone
_UNTESTED_WEIGHT: Final = 4.0  # in tested periods
_PRIOR_WEIGHT: Final = 1.5
_SHRINK: Final = 4.0
_LEAST_VARIANCE: Final = 1e-6
_MOST: Final = 6.0  # an error of e⁶ = 400 times is as wrong as any


@dataclass(frozen=True, slots=True)
class Width:
    """Variance of an error as a sum of terms, and where the quantiles lie, in standard deviations."""

    terms: FloatArray
    quantiles: FloatArray  # those of LEVELS

    def shift(self, terms: FloatArray, level: float) -> FloatArray:
        """The logarithm of the factor to the quantile, for each row of terms."""
        return np.asarray(np.sqrt(terms @ self.terms) * self.quantiles[LEVELS.index(level)])


@dataclass(frozen=True, slots=True)
class Band:
    """How far sums and single periods may lie from what is forecast; `least` dollars are as good as none.

    `seen` is what the known periods cost: where nothing was spent in them as often as a quantile says, that
    quantile is nothing; and none lies beyond twice the most that was seen or is forecast.
    """

    sums: Width
    singles: Width
    seen: FloatArray
    least: float

    def of_sum(self, middle: float, leads: float, level: float) -> float:
        """A quantile of the sum of the first `leads` periods (of a stretch that ends there), in dollars."""
        whole = max(leads, 1.0)
        if self._idle(round(whole)) >= level:
            return 0.0
        shift = self.sums.shift(_sum_terms(np.array([whole]), len(self.seen)), level)
        found = float(_moved(np.array([middle]), shift, min(self.least, abs(middle)))[0])
        return min(found, _BEYOND * max(middle, whole * self._most))

    def of_singles(self, middle: FloatArray, leads: FloatArray, level: float) -> FloatArray:
        """A quantile of each single period, that many periods ahead, in dollars."""
        if self._idle(1) >= level:
            return np.zeros_like(middle)
        shift = self.singles.shift(_single_terms(leads, len(self.seen)), level)
        found = _moved(middle, shift, self.least)
        return np.minimum(found, _BEYOND * np.maximum(middle, self._most))

    @property
    def _most(self) -> float:
        return float(self.seen.max(initial=0.0))

    def _idle(self, periods: int) -> float:
        """The share of stretches of that length in which nothing was spent."""
        if periods > len(self.seen):
            return 0.0
        sums = np.convolve(np.abs(self.seen), np.ones(periods), mode="valid")
        return float((sums <= self.least * _NO_MORE).mean())


def _moved(middle: FloatArray, shift: FloatArray, least: float) -> FloatArray:
    """The middle times a factor, with `least` dollars added meanwhile so that zero has a logarithm."""
    return np.maximum((middle + least) * np.exp(shift) - least, 0.0)


def errors_of(actual: FloatArray, made: FloatArray, least: float) -> FloatArray:
    """Logarithms of actual over forecast, with `least` dollars on both sides."""
    above, below = np.maximum(actual, 0) + least, np.maximum(made, 0) + least
    return np.clip(np.log(above / below), -_MOST, _MOST)


def band_of(actual: FloatArray, made: FloatArray, independent: float, seen: FloatArray, least: float) -> Band:
    """The band for origins by leads of the past, of which `independent` tell something new.

    `seen` is what each known period cost, `least` what is as good as nothing, all in dollars.
    """
    leads, known = np.arange(1.0, actual.shape[1] + 1), len(seen)
    singles = errors_of(actual, made, least)
    sums = errors_of(actual.cumsum(1), made.cumsum(1), least)
    noise = _noise(singles)
    told = independent * math.sqrt(len(leads))
    return Band(
        _fitted(sums, _sum_terms(leads, known), _prior_sums(noise, known), independent, independent),
        _fitted(singles, _single_terms(leads, known), _prior_singles(noise, known), independent, told),
        seen,
        least,
    )


def _noise(singles: FloatArray) -> float:
    """The variance of single periods, beside what it usually is where few were tested."""
    if not singles.size:
        return _UNTESTED_SD**2
    found = float(np.median(np.abs(singles)) * 1.4826) ** 2
    found = min(found, _MOST_NOISE)
    return (found * singles.size + _UNTESTED_SD**2 * _UNTESTED_WEIGHT) / (singles.size + _UNTESTED_WEIGHT)


def _sum_terms(leads: FloatArray, known: int) -> FloatArray:
    """What the variance of a sum is made of: noise that averages out, a wrong level, drift."""
    return np.stack([1 / leads, np.ones_like(leads), leads / known], axis=1)


def _single_terms(leads: FloatArray, known: int) -> FloatArray:
    return np.stack([np.ones_like(leads), leads / known], axis=1)


def _prior_sums(noise: float, known: int) -> FloatArray:
    return np.array([noise, noise / min(known, _LEVEL_PERIODS), _DRIFT * noise * min(known, _DRIFT_PERIODS)])


def _prior_singles(noise: float, known: int) -> FloatArray:
    sums = _prior_sums(noise, known)
    return np.array([sums[0] + sums[1], 2 * sums[2]])


def _fitted(
    errors: FloatArray, terms: FloatArray, prior: FloatArray, independent: float, told: float
) -> Width:
    """Terms of the variance, and quantiles that hold the tested share of errors as far as those tell."""
    if not len(errors):
        return Width(prior, _NORMAL)
    seen = (errors**2).mean(0)
    weight = 1 / (seen + float(seen.mean()) / 10 + _LEAST_VARIANCE)
    found = _not_negative(terms * weight[:, None], seen * weight)
    mixed = (independent * found + _PRIOR_WEIGHT * prior) / (independent + _PRIOR_WEIGHT)
    mixed[0] += _LEAST_VARIANCE
    reached = np.quantile(errors / np.sqrt(terms @ mixed), LEVELS)
    reached = np.where(_NORMAL < 0, np.minimum(reached, 0), np.maximum(reached, 0))
    share = told / (told + _SHRINK)
    # Errors of one side alone say little of the other: half of the way goes by their size.
    size = np.quantile(np.abs(errors) / np.sqrt(terms @ mixed), np.abs(2 * np.array(LEVELS) - 1))
    tested = (reached + np.sign(_NORMAL) * size) / 2
    return Width(mixed, np.where(_NORMAL == 0, 0.0, share * tested + (1 - share) * _NORMAL))


def _not_negative(terms: FloatArray, wanted: FloatArray) -> FloatArray:
    """Least squares with coefficients of at least zero: the best of all choices of terms."""
    best, least = np.zeros(terms.shape[1]), float(wanted @ wanted)
    for count in range(1, terms.shape[1] + 1):
        for chosen in combinations(range(terms.shape[1]), count):
            found = np.linalg.lstsq(terms[:, chosen], wanted, rcond=None)[0]
            missed = float(((terms[:, chosen] @ found - wanted) ** 2).sum())
            if (found >= 0).all() and missed < least * (1 - 1e-9):
                least, best = missed, np.zeros(terms.shape[1])
                best[list(chosen)] = found
    return best
