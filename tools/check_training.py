"""Cross-validate the step model and its evidence: by row, source, model, accelerator and generation.

    python tools/check_training.py > docs/cross_validation.json

Each group is predicted by constants and evidence fitted without it; rows in ten folds. Only the scales of
the evidence, fifteen numbers, are those that ship. Takes some minutes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from fit_training import Data, covering, evidence, fit, published

from farthing.estimate import steps
from farthing.estimate.step_prediction import Z80, scales
from farthing.units.types import FloatArray


@dataclass(frozen=True)
class Scores:
    """Errors out of fold: logarithm of measured ÷ predicted, and the predicted standard deviation."""

    error: FloatArray
    sd: FloatArray


def cross_validated(
    data: Data, groups: Sequence[str], what: str, scale: Mapping[str, float], blind: bool = False
) -> Scores:
    """Each group predicted by constants and evidence that never saw it."""
    names = np.array(groups)
    error, sd = np.full(len(names), np.nan), np.full(len(names), np.nan)
    for name in sorted(set(groups)):
        out = names == name
        seen, left = data.take(~out), data.take(out)
        constants, _ = fit(seen)
        plain = evidence(seen, constants, what, scale)
        known = plain.robust()
        known = replace(
            known,
            scale=known.scale | {"interval_noise_sd": covering(known, plain.noise_sd <= scale["noise_sd"])},
        )
        setups = [row.setup for row in left.rows]
        modelled = steps.physics(setups, constants)
        traits = left.traits
        if blind:
            blank = np.full(len(setups), "")
            traits = replace(traits, family=blank, year=np.full(len(setups), np.nan))
        mean, sd[out] = known.predict(traits)
        base = np.log(modelled.tokens_per_s if what == "speed" else modelled.mem_gib)
        error[out] = np.log(left.speed if what == "speed" else left.memory) - base - mean
    return Scores(error, sd)


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


def groupings(data: Data) -> dict[str, list[str]]:
    """The ways in which the rows are divided."""
    traits = data.traits
    fold = np.random.default_rng(0).integers(0, 10, len(data.rows))
    return {
        "row": [str(place) for place in fold],
        "source": list(traits.family),
        "model": list(traits.model),
        "accelerator": list(traits.accelerator),
        "generation": list(traits.generation),
    }


def report(data: Data) -> dict[str, dict[str, float]]:
    """Scores by how the data were divided, for all rows and for mixtures of experts, and by group."""
    speed, memory = scales("evidence"), scales("memory_evidence")
    scored = np.array([not row.derived for row in data.rows]) & np.isfinite(data.speed)
    mixture = data.traits.mixture & scored
    found: dict[str, dict[str, float]] = {}
    for name, groups in groupings(data).items():
        scores = cross_validated(data, groups, "speed", speed)
        found[f"speed by {name}"] = summary(scores, scored)
        found[f"speed by {name}, mixtures of experts"] = summary(scores, mixture)
        for group in sorted(set(groups)) if name in ("source", "accelerator", "generation") else ():
            inside = scored & (np.array(groups) == group)
            if inside.any():
                found[f"speed by {name}: {group}"] = summary(scores, inside)
    blind = cross_validated(data, groupings(data)["row"], "speed", speed, blind=True)
    found["speed by row, software withheld"] = summary(blind, scored)
    for name in ("row", "source", "model"):
        scores = cross_validated(data, groupings(data)[name], "memory", memory)
        found[f"memory by {name}"] = summary(scores, np.isfinite(data.memory))
    return found


def main() -> None:
    """Print the scores as JSON."""
    print(json.dumps(report(published()), indent=1))


if __name__ == "__main__":
    main()
