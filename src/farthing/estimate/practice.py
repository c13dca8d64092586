"""What whole published runs show beside the fastest step: lost time, restarts, code not yet tuned.

The logarithm of published speed ÷ tuned speed is taken for a Gaussian process, as in `evidence`,
with a few broad terms: a constant, how strongly tuned speed carries over, the balance of the
accelerator, the year, its generation, the size of the model on that generation, the developer.
Far from all published runs it falls back to the constant and the interval widens.
Source: rasmussen-2006-gaussian-processes, chapter 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.catalog.load import catalog
from farthing.estimate.evidence import generation
from farthing.estimate.published_practice import published_runs
from farthing.estimate.run import quantiles
from farthing.estimate.run_row import PlannedRun
from farthing.estimate.tuned_step import half_peak
from farthing.units.types import FloatArray

Codes = npt.NDArray[np.str_]
Places = npt.NDArray[np.intp] | npt.NDArray[np.bool_]
_TAIL: Final = 3.0  # degrees of freedom of the noise: some runs lose half their time
_ROUNDS: Final = 6
_MIDDLE_MFU: Final = 0.5
_MIDDLE_FLOP_PER_BYTE: Final = 200.0
_MIDDLE_YEAR: Final = 2023.0
_YEARS: Final = (2020.0, 2026.0)  # no trend is continued beyond the published runs


@dataclass(frozen=True, slots=True)
class RunTraits:
    """What whole runs are compared by, a place a run.

    `log_mfu` is the logarithm of tuned utilization (6·N·D), `log_balance` of peak FLOP a byte of
    memory traffic, `log_params` of active parameters; `year` is 0 in the middle, and where unknown.
    """

    developer: Codes
    generation: Codes
    log_params: FloatArray
    log_balance: FloatArray
    year: FloatArray
    log_mfu: FloatArray

    def take(self, places: Places) -> "RunTraits":
        """The same for some of the runs."""
        return RunTraits(*(getattr(self, f.name)[places] for f in fields(self)))


def traits_of_runs(runs: Sequence[PlannedRun], tuned_tokens_per_s: FloatArray) -> RunTraits:
    """The traits of runs whose tuned speed is known."""
    peak = np.array([half_peak(run) for run in runs])
    traffic = np.array([run.setup.accelerator.fact.hbm_byte_per_s for run in runs])
    flop_per_token = np.array([run.flop_per_token for run in runs])
    return RunTraits(
        developer=np.array([run.developer for run in runs]),
        generation=np.array([generation(run.setup.accelerator.fact.architecture) for run in runs]),
        log_params=np.log([run.active_params for run in runs]),
        log_balance=np.log(peak / traffic / _MIDDLE_FLOP_PER_BYTE),
        year=np.array([_year(run.setup.software.year) for run in runs]),
        log_mfu=np.log(tuned_tokens_per_s * flop_per_token / peak / _MIDDLE_MFU),
    )


def _year(release: float | None) -> float:
    return 0.0 if release is None else min(max(np.floor(release), _YEARS[0]), _YEARS[1]) - _MIDDLE_YEAR


def covariance(one: RunTraits, other: RunTraits, scale: Mapping[str, float]) -> FloatArray:
    """Covariance of the log ratio of two sets of runs; `scale` has each term's standard deviation."""
    era = _same(one.generation, other.generation)
    who = _same(one.developer, other.developer)
    apart = (one.log_params[:, None] - other.log_params[None, :]) ** 2
    near = np.exp(-0.5 * apart / scale["size_length_ratio"] ** 2)
    return np.asarray(
        scale["constant_sd"] ** 2
        + scale["tuned_slope_sd"] ** 2 * np.outer(one.log_mfu, other.log_mfu)
        + scale["balance_slope_sd"] ** 2 * np.outer(one.log_balance, other.log_balance)
        + scale["year_slope_sd"] ** 2 * np.outer(one.year, other.year)
        + scale["generation_sd"] ** 2 * era
        + scale["generation_size_sd"] ** 2 * era * near
        + scale["developer_sd"] ** 2 * who * era
    )


def _same(one: Codes, other: Codes) -> FloatArray:
    return ((one[:, None] == other[None, :]) & (one[:, None] != "")).astype(np.float64)


@dataclass(frozen=True)
class Practice:
    """Published runs with the logarithm of their speed over the tuned one, and the noise of each.

    `center` is the mean that runs unlike all others have.
    """

    traits: RunTraits
    log_ratio: FloatArray
    noise_sd: FloatArray
    scale: Mapping[str, float]
    center: float

    @cached_property
    def precision(self) -> FloatArray:
        """Inverse of the covariance of the published ratios."""
        own = covariance(self.traits, self.traits, self.scale)
        return np.asarray(np.linalg.inv(own + np.diag(self.noise_sd**2)))

    def predict(self, traits: RunTraits) -> tuple[FloatArray, FloatArray]:
        """Mean of the log ratio of new runs and its standard deviation, what runs differ by included."""
        shared = covariance(traits, self.traits, self.scale)
        mean = self.center + shared @ (self.precision @ (self.log_ratio - self.center))
        known = np.einsum("ij,jk,ik->i", shared, self.precision, shared)
        unknown = np.maximum(np.diag(covariance(traits, traits, self.scale)) - known, 0.0)
        return mean, np.sqrt(unknown + self.scale["interval_noise_sd"] ** 2)


def practice(traits: RunTraits, log_ratio: FloatArray, scale: Mapping[str, float]) -> Practice:
    """Practice learned from runs; those far from their neighbors weigh less (Student's noise).

    noise² · (ν + z²) / (ν + 1), a few rounds. Source: lange-1989-robust.
    """
    plain = scale["noise_sd"] ** 2
    noise = np.full(len(log_ratio), plain)
    center = quantiles(log_ratio)[1]
    for _ in range(_ROUNDS):
        found = Practice(traits, log_ratio, np.sqrt(noise), scale, center)
        left = (found.precision @ (log_ratio - center)) * noise
        noise = plain * (_TAIL + left**2 / plain) / (_TAIL + 1)
    return Practice(traits, log_ratio, np.sqrt(noise), scale, center)


@lru_cache(maxsize=1)
def known_practice() -> Practice:
    """What the published runs of the catalog show."""
    runs, tuned, speed = published_runs()
    return practice(traits_of_runs(runs, tuned), np.log(speed / tuned), scales())


@lru_cache(maxsize=1)
def scales() -> Mapping[str, float]:
    """The scales of the covariance and of what runs differ by, by name."""
    return {name: fact.value for name, fact in catalog().calibration["runs"].items()}
