"""A number that is not known exactly: a distribution with a quantile function."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from farthing.units.normal import Z95, normal_quantile
from farthing.units.types import FloatArray


class Shape(StrEnum):
    """The family a spread belongs to."""

    EXACT = "exact"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    LOGITNORMAL = "logitnormal"
    TRIANGULAR = "triangular"
    UNIFORM = "uniform"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of one uncertain quantity, in whatever unit its name says.

    Make one with a constructor below; they raise ValueError for impossible parameters.
    Two spreads with the same parameters are equal and hash alike.
    """

    shape: Shape
    parameters: tuple[float, ...]
    factor: float = 1.0

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (*self.parameters, self.factor))):
            raise ValueError(f"a spread needs finite numbers, got {self.parameters} times {self.factor}")

    @staticmethod
    def exact(value: float) -> "Spread":
        """No uncertainty: every quantile is `value`."""
        return Spread(Shape.EXACT, (float(value),))

    @staticmethod
    def between(low: float, high: float) -> "Spread":
        """Central 90% from `low` to `high`: lognormal when both are positive, else normal.

        >>> spread = Spread.between(2, 8)
        >>> round(spread.p05, 9), round(spread.p50, 9), round(spread.p95, 9)
        (2.0, 4.0, 8.0)
        """
        _need(low <= high, f"a range runs from low to high, got {low}..{high}")
        if low == high:
            return Spread.exact(low)
        if low > 0:
            return Spread.lognormal(math.sqrt(low) * math.sqrt(high), math.log(high / low) / (2 * Z95))
        return Spread(Shape.NORMAL, (low / 2 + high / 2, (high / 2 - low / 2) / Z95))

    @staticmethod
    def share(low: float, high: float) -> "Spread":
        """Central 90% from `low` to `high` of a share, all of it strictly between 0 and 1.

        The log-odds are normal, so that no draw of an efficiency or a hit rate passes 1.

        >>> Spread.share(0.65, 0.92).quantile(np.array([0.999999])).item() < 1
        True
        """
        _need(0 < low <= high < 1, f"a share's range lies strictly between 0 and 1, got {low}..{high}")
        if low == high:
            return Spread.exact(low)
        bottom, top = math.log(low / (1 - low)), math.log(high / (1 - high))
        return Spread(Shape.LOGITNORMAL, ((bottom + top) / 2, (top - bottom) / (2 * Z95)))

    @staticmethod
    def lognormal(median: float, log_sd: float) -> "Spread":
        """Lognormal with this median and this standard deviation of the natural logarithm."""
        _need(median > 0, f"a lognormal median is positive, got {median}")
        _need(log_sd >= 0, f"a standard deviation is not negative, got {log_sd}")
        return Spread(Shape.LOGNORMAL, (float(median), float(log_sd)))

    @staticmethod
    def triangular(low: float, mode: float, high: float) -> "Spread":
        """Triangle from `low` over `mode` to `high`; the ends are the ends, not percentiles."""
        _need(low <= mode <= high, f"a triangle runs low, mode, high, got {low}, {mode}, {high}")
        return Spread(Shape.TRIANGULAR, (float(low), float(mode), float(high)))

    @staticmethod
    def uniform(low: float, high: float) -> "Spread":
        """Every value from `low` to `high` equally likely."""
        _need(low <= high, f"a range runs from low to high, got {low}..{high}")
        return Spread(Shape.UNIFORM, (float(low), float(high)))

    @staticmethod
    def empirical(values: Iterable[float]) -> "Spread":
        """The distribution of observed `values`, linear between neighbors."""
        ordered = tuple(sorted(float(value) for value in values))
        _need(bool(ordered), "an empirical spread needs at least one value")
        return Spread(Shape.EMPIRICAL, ordered)

    def quantile(self, u: FloatArray) -> FloatArray:
        """The values below which shares `u` (each strictly between 0 and 1) of the distribution lie."""
        _need(bool(np.all((u > 0) & (u < 1))), "quantiles exist strictly between 0 and 1")
        levels = u if self.factor >= 0 else 1.0 - u
        return self.factor * _QUANTILES[self.shape](levels, self.parameters)

    def times(self, factor: float) -> "Spread":
        """The same quantity in another unit: every quantile multiplied by `factor`."""
        return replace(self, factor=self.factor * factor)

    @property
    def p05(self) -> float:
        """The 5th percentile."""
        return self._at(0.05)

    @property
    def p50(self) -> float:
        """The median."""
        return self._at(0.5)

    @property
    def p95(self) -> float:
        """The 95th percentile."""
        return self._at(0.95)

    def _at(self, level: float) -> float:
        return float(self.quantile(np.array([level]))[0])


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _exact(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    return np.full_like(u, parameters[0])


def _normal(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    mean, sd = parameters
    return mean + sd * normal_quantile(u)


def _lognormal(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    median, log_sd = parameters
    return median * np.exp(log_sd * normal_quantile(u))


def _logitnormal(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    mean, sd = parameters
    return 1.0 / (1.0 + np.exp(-(mean + sd * normal_quantile(u))))


def _triangular(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    low, mode, high = parameters
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u * width <= mode - low, rising, falling)


def _uniform(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    low, high = parameters
    return low + u * (high - low)


def _empirical(u: FloatArray, parameters: tuple[float, ...]) -> FloatArray:
    return np.interp(u, np.linspace(0.0, 1.0, len(parameters)), np.array(parameters))


_QUANTILES: Final[Mapping[Shape, Callable[[FloatArray, tuple[float, ...]], FloatArray]]] = {
    Shape.EXACT: _exact,
    Shape.NORMAL: _normal,
    Shape.LOGNORMAL: _lognormal,
    Shape.LOGITNORMAL: _logitnormal,
    Shape.TRIANGULAR: _triangular,
    Shape.UNIFORM: _uniform,
    Shape.EMPIRICAL: _empirical,
}
