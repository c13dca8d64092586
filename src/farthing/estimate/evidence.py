"""Measured steps as evidence: how far the step model was off for runs like this one.

The logarithm of measured ÷ modelled is taken for a Gaussian process (kriging). Its covariance is a
sum of terms, each saying what two runs have in common: software, release, model, accelerator
generation, number format, layout. Near a measurement the correction follows it; far from all of
them it fades to none, and the interval widens to the spread of what is unknown.
Source: rasmussen-2006-gaussian-processes, chapters 2 and 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.estimate.kriging import Kriging
from farthing.estimate.setup import Setup
from farthing.units.types import FloatArray

Codes = npt.NDArray[np.str_]
_UNKNOWN_YEAR: Final = np.nan
LAYOUT_TRAITS: Final = (
    "tp",
    "pp",
    "vp",
    "cp",
    "ep",
    "micro_batch_sequences",
    "seq_len_tokens",
    "accelerator_count",
    "hidden_size",
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What evidence is compared by, a place a run: words, a release year, a point in layout space.

    `layout` has base-2 logarithms of LAYOUT_TRAITS, then whether states are sharded and how much is
    recomputed; `mixture` marks mixtures of experts.
    """

    family: Codes
    model: Codes
    accelerator: Codes
    generation: Codes
    format: Codes
    mixture: npt.NDArray[np.bool_]
    year: FloatArray
    layout: FloatArray

    def take(self, places: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "Traits":
        """The same for some of the runs."""
        return Traits(*(getattr(self, f.name)[places] for f in fields(self)))


def traits_of(setups: Sequence[Setup]) -> Traits:
    """The traits of set-ups."""
    return Traits(
        family=np.array([s.software.family for s in setups]),
        model=np.array([plain_model(s.model) for s in setups]),
        accelerator=np.array([s.accelerator.id for s in setups]),
        generation=np.array([generation(s.accelerator.fact.architecture) for s in setups]),
        format=np.array([f"{s.format.byte:g}" for s in setups]),
        mixture=np.array([s.architecture.shape["expert_count"] > 0 for s in setups]),
        year=np.array([_UNKNOWN_YEAR if s.software.year is None else s.software.year for s in setups]),
        layout=np.array([_layout_point(s) for s in setups]),
    )


def generation(architecture: str) -> str:
    """Parts that share most of their design: Blackwell Ultra is Blackwell, every TPU is a TPU."""
    return "tpu" if architecture.startswith("tpu") else architecture.removesuffix("-ultra")


def plain_model(name: str) -> str:
    """A model's name without spelling, remarks and truncation."""
    base = name.lower().split("(")[0].split("truncated")[0]
    return "".join(letter for letter in base if letter.isalnum() or letter == ".")


def _layout_point(setup: Setup) -> list[float]:
    numbers = {**setup.architecture.shape, **setup.layout}
    point = [float(np.log2(max(numbers[name], 1.0))) for name in LAYOUT_TRAITS]
    recomputed = setup.layout.get("recompute_share")
    stated = -1.0 if recomputed is None else 2 * recomputed + setup.layout["selective_level"]
    return [*point, 1.0 if setup.layout["zero_stage"] >= 3 else 0.0, stated]


def covariance(one: Traits, other: Traits, scale: Mapping[str, float]) -> FloatArray:
    """Covariance of the model's error between two sets of runs.

    `scale` has the standard deviation of each term and the lengths over which releases
    (`release_length_year`) and layouts (`layout_length_ratio`, `twin_length_ratio`) lose touch.
    """
    family, model = _shared_family(one.family, other.family), same_words(one.model, other.model)
    accelerator = same_words(one.accelerator, other.accelerator)
    era = same_words(one.generation, other.generation)
    number, kind = same_words(one.format, other.format), one.mixture[:, None] == other.mixture[None, :]
    both = one.mixture[:, None] & other.mixture[None, :]
    near = _nearness(one.year, other.year, scale["release_length_year"])
    apart = _squared_distance(one.layout, other.layout)

    def term(name: str, common: npt.NDArray[np.bool_] | FloatArray) -> FloatArray:
        return scale[name] ** 2 * common.astype(np.float64)

    return (
        term("software_sd", family)
        + term("software_kind_sd", family * kind)
        + term("release_sd", near * family)
        + term("release_mixture_sd", near * family * both)
        + term("release_era_sd", near * family * (era & kind))
        + term("era_sd", era)
        + term("era_format_sd", era & number)
        + term("model_sd", model)
        + term("model_accelerator_sd", near * family * (model & accelerator))
        + term("layout_sd", np.exp(-0.5 * apart / scale["layout_length_ratio"] ** 2) * kind)
        + term("twin_sd", np.exp(-0.5 * apart / scale["twin_length_ratio"] ** 2) * (model & era & number))
    )


def _squared_distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """Squared distance of every point of one set to every point of the other."""
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None, :]
    return np.asarray(np.maximum(squares - 2 * (one @ other.T), 0.0))


def _shared_family(one: Codes, other: Codes) -> FloatArray:
    """How much software two runs share: 1 or 0, and where it is not said, an even share of all known.

    Known is what the second set has, so that a run's correction does not depend on its neighbors in a table.
    """
    known = max(1, len(set(other.tolist()) - {""}))
    unsaid = (one[:, None] == "") ^ (other[None, :] == "")
    return np.where(unsaid, 1.0 / known, same_words(one, other))


def same_words(one: Codes, other: Codes) -> npt.NDArray[np.bool_]:
    """Where two words are equal and not empty: an unknown word has nothing in common with another."""
    places: dict[str, int] = {"": 0}
    first, second = (
        np.array([places.setdefault(word, len(places)) for word in words.tolist()], dtype=np.intp)
        for words in (one, other)
    )  # numbers compare faster than words
    return np.asarray((first[:, None] == second[None, :]) & (first > 0)[:, None])


def _nearness(one: FloatArray, other: FloatArray, length: float) -> FloatArray:
    """Closeness of two release dates, 0 to 1; an unknown date stands a length apart from all."""
    gap = np.abs(one[:, None] - other[None, :])
    return np.exp(-np.where(np.isnan(gap), length, gap) / length)


class Evidence(Kriging[Traits]):
    """Measured runs with the logarithm of measured ÷ modelled and the noise of each."""

    def between(self, one: Traits, other: Traits) -> FloatArray:
        """Covariance of the step model's error between two sets of runs."""
        return covariance(one, other, self.scale)

    def alone(self, traits: Traits) -> FloatArray:
        """Prior variance of each run's error."""
        return own_variance(traits, self.scale)


def own_variance(traits: Traits, scale: Mapping[str, float]) -> FloatArray:
    """Prior variance of each run's error: every term that the run has something to share by."""
    always = ("era_sd", "era_format_sd", "model_sd", "layout_sd", "twin_sd")
    with_family = ("software_sd", "software_kind_sd", "release_sd", "release_era_sd", "model_accelerator_sd")
    base = sum(scale[name] ** 2 for name in always)
    software = sum(scale[name] ** 2 for name in with_family)
    mixture = scale["release_mixture_sd"] ** 2 * traits.mixture
    return np.asarray(base + software + mixture, dtype=np.float64)
