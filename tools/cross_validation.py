"""Cross-validation of a step model and its evidence: what both say of rows that neither has seen.

What training and fine-tuning have in common: tools/check_training.py and tools/check_finetuning.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from fit_training import covering

from farthing.estimate.evidence import Evidence, Traits
from farthing.estimate.step_prediction import Z80
from farthing.units.types import FloatArray

FOLDS = 10


class Table(Protocol):
    """Measured steps that can be divided."""

    rows: Sequence[Any]

    @property
    def traits(self) -> Traits:
        """What evidence is compared by."""

    def take(self, keep: FloatArray) -> Self:
        """Some of the rows."""


T = TypeVar("T", bound=Table)


@dataclass(frozen=True)
class Study(Generic[T]):
    """One measured quantity of a table, and how it is fitted, corrected and modelled."""

    data: T
    scale: Mapping[str, float]
    fit: Callable[[T], Mapping[str, float]]
    evidence: Callable[[T, Mapping[str, float]], Evidence]
    modelled: Callable[[T, Mapping[str, float]], FloatArray]
    measured: FloatArray
    extra_sd: Callable[[T], FloatArray] = lambda left: np.zeros(len(left.rows))


@dataclass(frozen=True)
class Scores:
    """Out of fold: predicted medians, standard deviations, and errors log(measured ÷ predicted)."""

    mid: FloatArray
    sd: FloatArray
    error: FloatArray


def cross_validated(
    study: Study[T], groups: Sequence[str], told: Callable[[T], T] = lambda left: left
) -> Scores:
    """Each group predicted by constants and evidence that never saw it; `told` is what is said of it."""
    names = np.array(groups)
    log_mid, sd = np.full(len(names), np.nan), np.full(len(names), np.nan)
    for name in sorted(set(groups)):
        out = names == name
        seen, left = study.data.take(~out), told(study.data.take(out))
        constants = study.fit(seen)
        mean, spread = weighed(study.evidence(seen, constants), study.scale).predict(left.traits)
        sd[out] = np.hypot(spread, study.extra_sd(left))
        log_mid[out] = np.log(study.modelled(left, constants)) + mean
    return Scores(np.exp(log_mid), sd, np.log(study.measured) - log_mid)


def weighed(plain: Evidence, scale: Mapping[str, float]) -> Evidence:
    """Evidence in which odd rows weigh less, with the noise at which its own intervals hold 80%."""
    known = plain.robust()
    noise = covering(known, plain.noise_sd <= scale["noise_sd"])
    return replace(known, scale=known.scale | {"interval_noise_sd": noise})


def folds(count: int) -> list[str]:
    """A fold for each of so many rows, the same every time."""
    return [str(place) for place in np.random.default_rng(0).integers(0, FOLDS, count)]


def summary(scores: Scores, keep: FloatArray) -> dict[str, float]:
    """The measures of the accuracy page for some of the rows."""
    error, half = scores.error[keep], Z80 * scores.sd[keep]
    off, beyond = np.abs(np.expm1(-error)), np.maximum(np.abs(error) - half, 0)
    measures = {
        "median": np.median(off),
        "p90": np.quantile(off, 0.9),
        "within_25": np.mean(off <= 0.25),
        "bias": np.expm1(-np.median(error)),
        "coverage_80": np.mean(beyond == 0),
        "interval_score": np.mean(2 * half + 10 * beyond),
    }
    return {"n": len(error)} | {name: round(float(value), 4) for name, value in measures.items()}
