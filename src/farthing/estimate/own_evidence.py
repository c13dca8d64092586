"""What a user measured, beside the public evidence: how far the step model is off for this user.

A user's runs share what public runs do not: their machines, their code, their data. The covariance
of the model's error has four more terms between runs of one user: a constant, one for each kind of
model (mixture of experts or not), one for each accelerator, one for each generation of them. The
public evidence speaks first; what it leaves unexplained in the user's measurements moves the rest.
Source: rasmussen-2006-gaussian-processes, chapter 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Final, Generic, Protocol, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt

from farthing.estimate.evidence import Traits
from farthing.estimate.kriging import Kriging
from farthing.units.types import FloatArray

_NOISE_MULTIPLES: Final = {1.0: 0.60, 2.0: 0.25, 4.0: 0.10, 8.0: 0.05}
Places = npt.NDArray[np.intp]
Words = npt.NDArray[np.str_]


class Shared(Protocol):
    """What any kind of run is compared by: model family, part and generation, and how to take some."""

    @property
    def mixture(self) -> npt.NDArray[np.bool_]:
        """Which are mixtures of experts."""

    @property
    def accelerator(self) -> Words:
        """The accelerator of each."""

    @property
    def generation(self) -> Words:
        """The generation of each accelerator."""

    def take(self, places: Places, /) -> Self:
        """The same for some of the runs."""


T = TypeVar("T", bound=Shared)

TERMS: Final = ("user_sd", "user_kind_sd", "user_accelerator_sd", "user_era_sd")
"""The scales of a user's covariance, standard deviations of the logarithm of measured / modelled."""


def user_covariance(one: Shared, other: Shared, scale: Mapping[str, float]) -> FloatArray:
    """What two sets of runs of the same user have in common beyond what public runs have."""
    kind = one.mixture[:, None] == other.mixture[None, :]
    era = one.generation[:, None] == other.generation[None, :]
    part = one.accelerator[:, None] == other.accelerator[None, :]
    return np.asarray(
        scale["user_sd"] ** 2
        + scale["user_kind_sd"] ** 2 * kind
        + scale["user_accelerator_sd"] ** 2 * part
        + scale["user_era_sd"] ** 2 * era
    )


def user_variance(scale: Mapping[str, float]) -> float:
    """Prior variance of what is the user's own in the error of a run."""
    return sum(scale[name] ** 2 for name in TERMS)


@dataclass(frozen=True)
class OwnEvidence(Generic[T]):
    """Public evidence, and a user's runs with the logarithm of measured ÷ modelled.

    `scale` has TERMS; the noise of a user's measurement is that of a public one.
    """

    public: Kriging[T]
    traits: T
    log_ratio: FloatArray
    scale: Mapping[str, float]

    def predict(self, traits: T) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the log ratio of new runs of this user, noise included."""
        theirs = self._as_theirs(traits)
        shared = self._shared(theirs)
        mean, variance = self._publicly(shared), self._variance(theirs, shared)
        if len(self.log_ratio):
            toward = self._unexplained(theirs, shared)
            mean = mean + toward @ (self._precision @ self.left)
            variance = variance - ((toward @ self._precision) * toward).sum(1)
        noise = self.public.scale["interval_noise_sd"] ** 2 + self._scatter
        return mean, np.sqrt(np.maximum(variance, 0.0) + noise)

    def without(self, places: Places) -> "OwnEvidence[T]":
        """The same as if the runs at these places had never been measured."""
        kept = np.setdiff1d(np.arange(len(self.log_ratio)), places)
        return OwnEvidence(self.public, self.traits.take(kept), self.log_ratio[kept], self.scale)

    def learned_share(self, traits: T) -> FloatArray:
        """How much of what is uncertain of a run of this user the measurements settle, 0 to 1."""
        theirs = self._as_theirs(traits)
        unmeasured = self._variance(theirs, self._shared(theirs))
        left = self.predict(traits)[1] ** 2 - self.public.scale["interval_noise_sd"] ** 2
        return np.asarray(np.clip(1 - left / unmeasured, 0.0, 1.0))

    @cached_property
    def _every(self) -> T:
        """The public runs, then the user's: one set, so that an unsaid framework is shared evenly."""
        return joined(self.public.traits, self.traits)

    @cached_property
    def _own_shared(self) -> FloatArray:
        return self._shared(self.traits)

    @cached_property
    def between(self) -> FloatArray:
        """Covariance of the user's runs, without their noise, that public evidence leaves."""
        return self._unexplained(self.traits, self._own_shared)

    @cached_property
    def left(self) -> FloatArray:
        """What public evidence leaves of the user's log ratios."""
        return self.log_ratio - self._publicly(self._own_shared)

    @cached_property
    def _precision(self) -> FloatArray:
        """Inverse of the covariance of what is left; runs that disagree with their neighbors weigh less."""
        return robust_precision(self.public, self.traits, self.left, self.between)

    @cached_property
    def _scatter(self) -> float:
        return scatter(self.left, self.between, self.public.scale["noise_sd"])

    def _shared(self, traits: T) -> FloatArray:
        """Covariance of runs with the public ones and the user's, by what public runs share."""
        return self.public.between(traits, self._every)

    def _publicly(self, shared: FloatArray) -> FloatArray:
        """Mean of runs by the public evidence alone."""
        toward = shared[:, : len(self.public.log_ratio)]
        return np.asarray(toward @ (self.public.precision @ self.public.log_ratio))

    def _variance(self, traits: T, shared: FloatArray) -> FloatArray:
        """Variance that public evidence leaves, with what is the user's own."""
        toward = shared[:, : len(self.public.log_ratio)]
        explained = ((toward @ self.public.precision) * toward).sum(1)
        public = np.maximum(self.public.alone(traits) - explained, 0.0)
        return np.asarray(public + user_variance(self.scale))

    def _unexplained(self, traits: T, shared: FloatArray) -> FloatArray:
        """Covariance of runs with the user's that public evidence does not explain."""
        public = len(self.public.log_ratio)
        explained = shared[:, :public] @ self.public.precision @ self._own_shared[:, :public].T
        return np.asarray(shared[:, public:] - explained + user_covariance(traits, self.traits, self.scale))

    def _as_theirs(self, traits: T) -> T:
        """Runs that do not say their software taken to have the user's, where that is one alone."""
        if isinstance(traits, Traits) and isinstance(self.traits, Traits):
            return cast(T, _as_of(traits, self.traits))
        return traits


def _as_of(traits: Traits, own: Traits) -> Traits:
    families = set(own.family.tolist())
    if len(families) != 1 or families == {""}:
        return traits
    unsaid = traits.family == ""
    years = own.year[np.isfinite(own.year)]
    usual = float(np.median(years)) if len(years) else np.nan
    undated = unsaid & np.isnan(traits.year)
    family = np.where(unsaid, own.family[0], traits.family)
    return replace(traits, family=family, year=np.where(undated, usual, traits.year))


def robust_precision(public: Kriging[T], traits: T, left: FloatArray, between: FloatArray) -> FloatArray:
    """Inverse of the covariance of measurements; one that disagrees with its neighbors weighs less."""
    own = replace(
        public, traits=traits, log_ratio=left, noise_sd=np.full(len(left), public.scale["noise_sd"])
    )
    vars(own)["own"] = between
    return own.robust().precision


def scatter(left: FloatArray, between: FloatArray, noise_sd: float) -> float:
    """Variance by which a user's measurements scatter more than public ones do.

    The noise may be a few times as large; each multiple counts by how likely it makes what was measured,
    and by how often sources scatter so. It widens the interval and leaves the median alone.
    """
    if not len(left):
        return 0.0
    logs = []
    for multiple, weight in _NOISE_MULTIPLES.items():
        every = between + np.eye(len(left)) * (multiple * noise_sd) ** 2
        fit = left @ np.linalg.solve(every, left) + np.linalg.slogdet(every)[1]
        logs.append(np.log(weight) - fit / 2)
    likely = np.exp(np.array(logs) - max(logs))
    squares = np.array(list(_NOISE_MULTIPLES)) ** 2
    return float(noise_sd**2 * (likely @ squares / likely.sum() - 1))


def joined(one: T, other: T) -> T:
    """Two sets of runs as one."""
    names = [field.name for field in fields(one)]  # type: ignore[arg-type]
    return type(one)(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in names))
