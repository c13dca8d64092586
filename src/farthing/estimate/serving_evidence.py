"""Measured servings as evidence: how far the serving model was off for runs like this one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.estimate.evidence import Codes, generation, plain_model, same_words
from farthing.estimate.kriging import Kriging
from farthing.estimate.serving_setup import ServingSetup
from farthing.units.types import FloatArray

POINT: Final = (
    "requests per accelerator",
    "input",
    "output",
    "accelerators of a copy",
    "experts",
    "accelerators",
)
_LENGTHS: Final = np.array([2.0, 1.5, 2.0, 1.5, 2.0, 2.0])  # doublings that are alike in each direction
_FULL: Final = 64.0  # requests per accelerator that stand for as many as there is room for
TERMS: Final = (
    "source_sd", "engine_sd", "release_sd", "model_sd", "accelerator_sd", "era_sd", "era_format_sd",
    "model_engine_sd", "model_era_sd", "source_engine_sd", "load_sd", "twin_sd", "era_twin_sd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServingTraits:
    """What servings are compared by, a place a run: words, and a point of logarithms (`POINT`)."""

    source: Codes
    engine: Codes
    release: Codes
    model: Codes
    accelerator: Codes
    generation: Codes
    format: Codes
    mixture: npt.NDArray[np.bool_]
    point: FloatArray

    def take(self, places: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "ServingTraits":
        """The same for some of the runs."""
        return ServingTraits(*(getattr(self, f.name)[places] for f in fields(self)))


def serving_traits(setups: Sequence[ServingSetup]) -> ServingTraits:
    """The traits of set-ups."""
    return ServingTraits(
        source=np.array([f"{s.engine.source}:{s.load.kind}" for s in setups]),
        engine=np.array([s.engine.family for s in setups]),
        release=np.array([s.engine.release for s in setups]),
        model=np.array([plain_model(s.model) for s in setups]),
        accelerator=np.array([s.accelerator.id for s in setups]),
        generation=np.array([generation(s.accelerator.fact.architecture) for s in setups]),
        format=np.array([s.weight_format for s in setups]),
        mixture=np.array([s.architecture.shape["expert_count"] > 0 for s in setups]),
        point=np.array([_point(s) for s in setups]),
    )


def _point(setup: ServingSetup) -> list[float]:
    count = setup.layout["accelerator_count"]
    asked = setup.load.size / count if setup.load.kind in ("closed", "static") else _FULL
    numbers = (asked, setup.input_tokens, setup.output_tokens, setup.replica_count, setup.layout["ep"], count)
    return [float(np.log2(max(number, 1e-6))) for number in numbers]


class ServingEvidence(Kriging[ServingTraits]):
    """Measured servings with the logarithm of measured ÷ modelled and the noise of each."""

    def between(self, one: ServingTraits, other: ServingTraits) -> FloatArray:
        """Covariance of the serving model's error between two sets of runs."""
        return serving_covariance(one, other, self.scale)

    def alone(self, traits: ServingTraits) -> FloatArray:
        """Prior variance of each run's error."""
        return np.full(len(traits.mixture), sum(self.scale[name] ** 2 for name in TERMS))


def serving_covariance(one: ServingTraits, other: ServingTraits, scale: Mapping[str, float]) -> FloatArray:
    """Covariance of the model's error between two sets of runs.

    `scale` has the standard deviation of each term and the lengths, in multiples of what is alike in each
    direction, over which loads and layouts lose touch (`near_length_ratio`, `far_length_ratio`).
    """
    alike = {
        name: same_words(getattr(one, name), getattr(other, name)).astype(np.float64)
        for name in ("source", "engine", "release", "model", "accelerator", "generation", "format")
    }
    kind = (one.mixture[:, None] == other.mixture[None, :]).astype(np.float64)
    apart = _squared_distance(one.point / _LENGTHS, other.point / _LENGTHS)
    near = np.exp(-0.5 * apart / scale["near_length_ratio"] ** 2)
    far = np.exp(-0.5 * apart / scale["far_length_ratio"] ** 2)
    model, engine, era = alike["model"], alike["engine"], alike["generation"]
    shared = (
        alike["source"],
        engine,
        engine * alike["release"] * alike["source"],
        model,
        alike["accelerator"],
        era,
        era * alike["format"],
        model * engine * far,
        model * era * far,
        alike["source"] * engine * far,
        far * kind,
        model * engine * alike["accelerator"] * alike["format"] * near,
        model * era * near,
    )
    return sum(
        (scale[name] ** 2 * part for name, part in zip(TERMS, shared, strict=True)), np.zeros_like(near)
    )


def _squared_distance(one: FloatArray, other: FloatArray) -> FloatArray:
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None, :]
    return np.asarray(np.maximum(squares - 2 * (one @ other.T), 0.0))
