"""Cross-validate the step model and its evidence: by row, source, model, accelerator and generation.

    python tools/check_training.py > docs/cross_validation.json

Each group is predicted by constants and evidence fitted without it; rows in ten folds. Only the scales of
the evidence, fifteen numbers, are those that ship. Takes some minutes.
"""

import json
from dataclasses import replace
from functools import partial

import numpy as np
from cross_validation import Study, cross_validated, folds, summary
from fit_training import Data, evidence, fit, published

from farthing.estimate import steps
from farthing.estimate.setup import Software
from farthing.estimate.step_prediction import scales


def study(data: Data, what: str) -> Study[Data]:
    """Speed or memory of training steps."""
    quantity = "tokens_per_s" if what == "speed" else "mem_gib"
    scale = scales("evidence" if what == "speed" else "memory_evidence")
    return Study(
        data=data,
        scale=scale,
        fit=lambda seen: fit(seen)[0],
        evidence=partial(evidence, what=what, scale=scale),
        modelled=lambda left, constants: getattr(
            steps.physics([row.setup for row in left.rows], constants), quantity
        ),
        measured=data.speed if what == "speed" else data.memory,
    )


def blind(data: Data) -> Data:
    """The same rows where nobody says which software runs them."""
    return Data([replace(row, setup=replace(row.setup, software=Software())) for row in data.rows])


def groupings(data: Data) -> dict[str, list[str]]:
    """The ways in which the rows are divided."""
    traits = data.traits
    return {
        "row": folds(len(data.rows)),
        "source": list(traits.family),
        "model": list(traits.model),
        "accelerator": list(traits.accelerator),
        "generation": list(traits.generation),
    }


def report(data: Data) -> dict[str, dict[str, float]]:
    """Scores by how the data were divided, for all rows and for mixtures of experts, and by group."""
    speed, memory = study(data, "speed"), study(data, "memory")
    scored = np.array([not row.derived for row in data.rows]) & np.isfinite(data.speed)
    mixture = data.traits.mixture & scored
    found: dict[str, dict[str, float]] = {}
    for name, groups in groupings(data).items():
        scores = cross_validated(speed, groups)
        found[f"speed by {name}"] = summary(scores, scored)
        found[f"speed by {name}, mixtures of experts"] = summary(scores, mixture)
        for group in sorted(set(groups)) if name in ("source", "accelerator", "generation") else ():
            inside = scored & (np.array(groups) == group)
            if inside.any():
                found[f"speed by {name}: {group}"] = summary(scores, inside)
    unsaid = cross_validated(speed, groupings(data)["row"], told=blind)
    found["speed by row, software withheld"] = summary(unsaid, scored)
    for name in ("row", "source", "model"):
        scores = cross_validated(memory, groupings(data)[name])
        found[f"memory by {name}"] = summary(scores, np.isfinite(data.memory))
    return found


def main() -> None:
    """Print the scores as JSON."""
    print(json.dumps(report(published()), indent=1))


if __name__ == "__main__":
    main()
