"""Speed and memory of many set-ups: the step model corrected by evidence, with 80 % intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate import steps
from farthing.estimate.evidence import Evidence, Traits, traits_of
from farthing.estimate.evidence_cache import kept
from farthing.estimate.measured import DERIVED_NOISE_SD, MeasuredStep, as_row, measured_steps
from farthing.estimate.setup import Setup
from farthing.units.normal import normal_quantile
from farthing.units.types import FloatArray

T = TypeVar("T", contravariant=True)
Z80: Final = float(normal_quantile(np.array([0.9]))[0])
"""Half the width of a central 80 % interval, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Median and standard deviation of the logarithm, a place a set-up."""

    mid: FloatArray
    log_sd: FloatArray

    @property
    def low(self) -> FloatArray:
        """Lower end of the 80 % interval."""
        return np.asarray(self.mid * np.exp(-Z80 * self.log_sd))

    @property
    def high(self) -> FloatArray:
        """Upper end of the 80 % interval."""
        return np.asarray(self.mid * np.exp(Z80 * self.log_sd))


class Correction(Protocol[T]):
    """What says how far a model is off: the public evidence, or a user's own beside it."""

    def predict(self, traits: T) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the logarithm of measured ÷ modelled."""
        ...


Known: TypeAlias = Mapping[str, Correction[Any]]
"""What corrects each quantity, by its name; the public evidence where a name is missing."""


def predict(setups: Sequence[Setup], known: Known | None = None) -> dict[str, Prediction]:
    """`tokens_per_s_per_gpu` and `peak_mem_gib` of set-ups, by the public evidence or by what is `known`."""
    modelled, traits = steps.physics(setups), traits_of(setups)
    of = known or {}
    speed, memory = of.get("tokens_per_s_per_gpu"), of.get("peak_mem_gib")
    return {
        "tokens_per_s_per_gpu": corrected(modelled.tokens_per_s, speed or speed_evidence(), traits),
        "peak_mem_gib": corrected(modelled.mem_gib, memory or memory_evidence(), traits),
    }


def corrected(modelled: FloatArray, known: Correction[T], traits: T) -> Prediction:
    """A modelled quantity moved by what measurements of such runs say of the model."""
    mean, log_sd = known.predict(traits)
    return Prediction(modelled * np.exp(mean), log_sd)


@lru_cache(maxsize=1)
def measurements() -> tuple[MeasuredStep, ...]:
    """The published steps of the catalog, as measurements."""
    return tuple(measured_steps(as_row(step) for step in catalog().published_training.values()))


@lru_cache(maxsize=1)
def speed_evidence() -> Evidence:
    """How measured speeds differ from the step model."""
    return kept("speed_evidence", _speed_evidence, Evidence, Traits)


@lru_cache(maxsize=1)
def memory_evidence() -> Evidence:
    """How measured peak memory differs from the memory model."""
    return kept("memory_evidence", _memory_evidence, Evidence, Traits)


def _speed_evidence() -> Evidence:
    known = [step for step in measurements() if np.isfinite(step.tokens_per_s)]
    modelled = steps.physics([step.setup for step in known]).tokens_per_s
    ratio = np.array([step.tokens_per_s for step in known]) / modelled
    extra = np.array([DERIVED_NOISE_SD if step.derived else 0.0 for step in known])
    return _evidence(known, ratio, extra, scales("evidence"))


def _memory_evidence() -> Evidence:
    known = [step for step in measurements() if np.isfinite(step.mem_gib)]
    modelled = steps.physics([step.setup for step in known]).mem_gib
    ratio = np.array([step.mem_gib for step in known]) / modelled
    return _evidence(known, ratio, np.zeros(len(known)), scales("memory_evidence"))


def scales(kind: str) -> Mapping[str, float]:
    """The fitted scales of a covariance, by name."""
    return {name: fact.value for name, fact in catalog().calibration[kind].items()}


def _evidence(
    known: Sequence[MeasuredStep], ratio: FloatArray, extra_sd: FloatArray, scale: Mapping[str, float]
) -> Evidence:
    noise = np.sqrt(scale["noise_sd"] ** 2 + extra_sd**2)
    return Evidence(traits_of([step.setup for step in known]), np.log(ratio), noise, scale).robust()
