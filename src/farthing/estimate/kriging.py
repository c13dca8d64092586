"""Measurements as evidence of how far a model is off: a Gaussian process over what they have in common.

Near a measurement the correction follows it; far from all of them it fades to none, and the interval
widens to the spread of what is unknown. What measurements have in common is for each kind of them to say.
Source: rasmussen-2006-gaussian-processes, chapters 2 and 5.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Generic, Self, TypeVar

import numpy as np

from farthing.units.types import FloatArray

T = TypeVar("T")
_TAIL: Final = 3.0  # degrees of freedom of the noise: a release can be twice as slow as the next
_ROUNDS: Final = 4


@dataclass(frozen=True)
class Kriging(ABC, Generic[T]):
    """Measurements with the logarithm of measured ÷ modelled and the noise of each.

    `scale` holds the fitted standard deviations and lengths of the covariance.
    """

    traits: T
    log_ratio: FloatArray
    noise_sd: FloatArray
    scale: Mapping[str, float]

    @abstractmethod
    def between(self, one: T, other: T) -> FloatArray:
        """Covariance of the model's error between two sets of runs."""

    @abstractmethod
    def alone(self, traits: T) -> FloatArray:
        """Prior variance of each run's error."""

    @cached_property
    def own(self) -> FloatArray:
        """Covariance of the model's error between the measured runs, without their noise."""
        return self.between(self.traits, self.traits)

    @cached_property
    def precision(self) -> FloatArray:
        """Inverse of the covariance of the measurements."""
        return np.asarray(np.linalg.inv(self.own + np.diag(self.noise_sd**2)))

    def predict(self, traits: T) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the log ratio of new runs, measurement noise included.

        `interval_noise_sd` is the noise with which 80 % intervals hold 80 % of left-out measurements.
        """
        shared = self.between(traits, self.traits)
        mean = shared @ (self.precision @ self.log_ratio)
        unknown = self.alone(traits) - ((shared @ self.precision) * shared).sum(1)
        return mean, np.sqrt(np.maximum(unknown, 0.0) + self.scale["interval_noise_sd"] ** 2)

    def robust(self) -> Self:
        """The same with more noise where a measurement disagrees with its neighbors: Student's noise.

        A few rounds of reweighting: noise² · (ν + z²) / (ν + 1), z the error left after smoothing.
        Source: lange-1989-robust.
        """
        plain = noise = self.noise_sd**2
        for _ in range(_ROUNDS):
            residual = np.linalg.solve(self.own + np.diag(noise), self.log_ratio) * noise
            noise = plain * (_TAIL + residual**2 / plain) / (_TAIL + 1)
        found = replace(self, noise_sd=np.sqrt(noise))
        vars(found)["own"] = self.own  # the noise has no part in it, so it need not be computed again
        return found

    def left_out(self) -> tuple[FloatArray, FloatArray]:
        """Error of each measurement predicted from all others, and the variance of what was unknown.

        Source: rasmussen-2006-gaussian-processes, section 5.4.2.
        """
        own = np.diag(self.precision)
        return (self.precision @ self.log_ratio) / own, np.maximum(1 / own - self.noise_sd**2, 0.0)

    def left_out_by(self, group: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same with whole groups left out together: `group` gives each measurement a number."""
        error, unknown = np.zeros(len(group)), np.zeros(len(group))
        weighted = self.precision @ self.log_ratio
        for name in np.unique(group):
            places = np.flatnonzero(group == name)
            block = np.linalg.inv(self.precision[np.ix_(places, places)])
            error[places] = block @ weighted[places]
            unknown[places] = np.maximum(np.diag(block) - self.noise_sd[places] ** 2, 0.0)
        return error, unknown
