"""Cross-validate the serving model and its evidence: by row, curve, pair, model, accelerator, engine, source.

    python tools/check_serving.py

Each group is predicted by constants and evidence fitted without it: rows, curves (one set-up under several
loads) and pairs of model and accelerator in ten folds of whole groups, the others one by one. Constants are
fitted on from those that ship; only the scales of the evidence are those that ship. `residual_score` is the
interval score of the same medians with the quantiles of the residuals of the rows that were seen for an
interval. Takes some minutes. Prints JSON.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from cross_validation import FOLDS
from fit_serving import curves, evidence, fit_constants, modelled, pair_of, places_of

from farthing.estimate.scores import Pair, score
from farthing.estimate.serving_evidence import serving_traits
from farthing.estimate.serving_prediction import QUANTITIES, MeasuredServing, measurements
from farthing.estimate.serving_steps import constants
from farthing.estimate.step_prediction import Z80

ROUNDS = 5
BY_GROUP = ("engine", "source", "generation")
Quantity = tuple[Pair, Pair, MeasuredServing]


@dataclass(frozen=True)
class Folds:
    """A way to divide the measurements: the group of each, told one by one in the report or not."""

    name: str
    groups: Sequence[str]


def groupings(known: Sequence[MeasuredServing]) -> Iterator[Folds]:
    """The ways in which the rows are divided."""
    setups = [each.setup for each in known]
    traits = serving_traits(setups)
    yield Folds("row", folded([each.id for each in known]))
    yield Folds("curve", folded([curves(setup) for setup in setups]))
    yield Folds("pair", folded([pair_of(setup) for setup in setups]))
    yield Folds("model", list(traits.model))
    yield Folds("accelerator", list(traits.accelerator))
    yield Folds("generation", list(traits.generation))
    yield Folds("engine", [name or "others" for name in traits.engine])
    yield Folds("source", [setup.engine.source.partition(":")[0] for setup in setups])


def folded(names: Sequence[str]) -> list[str]:
    """A fold for each name, the same for the same name."""
    every = sorted(set(names))
    order = dict(zip(every, np.random.default_rng(0).integers(0, FOLDS, len(every)), strict=True))
    return [str(order[name]) for name in names]


def left_out(known: Sequence[MeasuredServing], folds: Folds) -> dict[str, list[Quantity]]:
    """Each measurement predicted by what was fitted without its group, by quantity."""
    found: dict[str, list[Quantity]] = {name: [] for name in QUANTITIES}
    start = places_of(constants())
    for group in sorted(set(folds.groups)):
        seen = [each for each, name in zip(known, folds.groups, strict=True) if name != group]
        out = [each for each, name in zip(known, folds.groups, strict=True) if name == group]
        fitted, _ = fit_constants(seen, start, ROUNDS)
        for quantity in QUANTITIES:
            found[quantity] += told(quantity, seen, out, fitted)
    return found


def told(
    quantity: str,
    seen: Sequence[MeasuredServing],
    out: Sequence[MeasuredServing],
    fitted: Mapping[str, float],
) -> list[Quantity]:
    """What those that were seen say of the others: with their own interval, and with one of residuals."""
    seen = [each for each in seen if np.isfinite(getattr(each, quantity))]
    out = [each for each in out if np.isfinite(getattr(each, quantity))]
    if not out:
        return []
    known = evidence(quantity, seen, fitted)
    mean, sd = known.predict(serving_traits([each.setup for each in out]))
    mid = modelled(out, fitted)[quantity] * np.exp(mean)
    low, high = np.exp(np.quantile(known.left_out()[0], [0.1, 0.9]))
    lines = []
    for each, middle, spread in zip(out, mid.tolist(), np.exp(Z80 * sd).tolist(), strict=True):
        measured, group = getattr(each, quantity), (each.setup.engine.source, pair_of(each.setup))
        ours = Pair(measured, middle / spread, middle, middle * spread, group)
        plain = Pair(measured, middle * float(low), middle, middle * float(high), group)
        lines.append((ours, plain, each))
    return lines


def report(known: Sequence[MeasuredServing]) -> dict[str, dict[str, float]]:
    """Scores by how the data were divided, and by group where there are few."""
    found: dict[str, dict[str, float]] = {}
    for folds in groupings(known):
        group_of = {each.id: name for each, name in zip(known, folds.groups, strict=True)}
        for quantity, lines in left_out(known, folds).items():
            found[f"{quantity} by {folds.name}"] = summary(lines)
            for group in sorted(set(folds.groups)) if folds.name in BY_GROUP else ():
                some = [line for line in lines if group_of[line[2].id] == group]
                if some:
                    found[f"{quantity} by {folds.name}: {group}"] = summary(some)
    return found


def summary(lines: Sequence[Quantity]) -> dict[str, float]:
    """The measures of the accuracy page."""
    ours, plain = score([line[0] for line in lines]), score([line[1] for line in lines])
    assert ours is not None
    assert plain is not None
    return msgspec.structs.asdict(ours) | {"residual_score": plain.interval_score}


def main() -> None:
    """Print the scores as JSON."""
    print(json.dumps(report(measurements()), indent=1))


if __name__ == "__main__":
    main()
