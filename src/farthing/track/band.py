"""How far off a forecast may be: ranges from the errors of the back-test, by how far ahead.

Errors are logarithms of actual over forecast. Those of a single period and those of the sum of the first
periods grow in their own ways: a sum loses noise and keeps the error of its level. Each is fitted with few
terms that cannot be negative, beside what is expected where little was tested, and then widened or
narrowed until the share of tested errors that it should hold is held (conformal).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np

from farthing.units.normal import normal_quantile
from farthing.units.types import FloatArray

LEVELS: Final = (0.05, 0.10, 0.50, 0.90, 0.95)
_Z80: Final = 1.2815515655446004
_UNTESTED_SD: Final = 0.5  # of one period, where nothing was ever tested
_PRIOR_WEIGHT: Final = 1.0
_SHRINK: Final = 4.0
_LEAST_VARIANCE: Final = 1e-6
_MOST: Final = 6.0  # an error of e⁶ = 400 times is as wrong as any
Terms: TypeAlias = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Band:
    """Standard deviation of the logarithm of a sum of `leads` periods, or of the period that far ahead."""

    sums: FloatArray
    singles: FloatArray
    scale: float

    def of_sum(self, leads: float) -> float:
        """For the sum of that many periods."""
        return float(np.sqrt(_sum_terms(np.array([max(leads, 1.0)]), self.scale) @ self.sums)[0])

    def of_single(self, leads: FloatArray) -> FloatArray:
        """For each single period."""
        return np.asarray(np.sqrt(_single_terms(leads, self.scale) @ self.singles))


def between(middle: FloatArray, sd: FloatArray, level: float, least: float) -> FloatArray:
    """The quantile of what is forecast: lognormal around the middle, `least` dollars added for zeros."""
    z = float(normal_quantile(np.array([level]))[0])
    return np.maximum((middle + least) * np.exp(z * sd) - least, 0.0)


def errors_of(actual: FloatArray, made: FloatArray, least: float) -> FloatArray:
    """Logarithms of actual over forecast, with `least` dollars on both sides."""
    above, below = np.maximum(actual, 0) + least, np.maximum(made, 0) + least
    return np.clip(np.log(above / below), -_MOST, _MOST)


def band_of(actual: FloatArray, made: FloatArray, independent: float, known: int, least: float) -> Band:
    """The band for origins by leads of the past. `least` is an amount that is as good as none, in dollars."""
    leads = np.arange(1.0, actual.shape[1] + 1)
    scale = float(max(1, known))
    if not len(actual):
        noise = _UNTESTED_SD**2
        return Band(_prior_sums(noise, known, scale), _prior_singles(noise, known, scale), scale)
    singles = errors_of(actual, made, least)
    sums = errors_of(actual.cumsum(1), made.cumsum(1), least)
    noise = float(np.median(np.abs(singles)) * 1.4826) ** 2 + _UNTESTED_SD**2 / (1 + 4 * singles.size)
    return Band(
        _fitted(sums, _sum_terms(leads, scale), _prior_sums(noise, known, scale), independent),
        _fitted(singles, _single_terms(leads, scale), _prior_singles(noise, known, scale), independent),
        scale,
    )


def _sum_terms(leads: FloatArray, scale: float) -> FloatArray:
    """What the variance of a sum is made of: noise that averages out, a wrong level, drift."""
    return np.stack([1 / leads, np.ones_like(leads), leads / scale], axis=1)


def _single_terms(leads: FloatArray, scale: float) -> FloatArray:
    return np.stack([np.ones_like(leads), leads / scale], axis=1)


def _prior_sums(noise: float, known: int, scale: float) -> FloatArray:
    level = noise / min(known, 10) if known else noise
    return np.array([noise, level, 0.01 * noise * scale])


def _prior_singles(noise: float, known: int, scale: float) -> FloatArray:
    sums = _prior_sums(noise, known, scale)
    return np.array([sums[0] + sums[1], 2 * sums[2]])


def _fitted(errors: FloatArray, terms: FloatArray, prior: FloatArray, independent: float) -> FloatArray:
    """Coefficients of the variance, with the tested share of errors inside the 80% range."""
    found = _not_negative(terms, (errors**2).mean(0))
    mixed = (independent * found + _PRIOR_WEIGHT * prior) / (independent + _PRIOR_WEIGHT)
    sd = np.sqrt(np.maximum(terms @ mixed, _LEAST_VARIANCE))
    reached = float(np.quantile(np.abs(errors) / sd, 0.8)) / _Z80
    trusted = independent / (independent + _SHRINK)
    factor = max(reached, 0.2) ** (2 * trusted)
    return np.asarray(mixed * factor + np.array([_LEAST_VARIANCE, *np.zeros(len(prior) - 1)]))


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
