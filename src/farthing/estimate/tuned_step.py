"""The fastest step of a run by the step model: what a tuned run of its size could do.

Every layout is open, software is not looked at, sequence and batch are usual: the point from which
the practice of published runs is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from farthing.estimate import steps
from farthing.estimate.evidence import traits_of
from farthing.estimate.formats import half_peak_flop_per_s
from farthing.estimate.run_row import PlannedRun
from farthing.estimate.search import candidates, evaluate
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import corrected, speed_evidence
from farthing.estimate.usual_size import room_gib, usual_batch, usual_count
from farthing.units.types import FloatArray

UNFIT_MFU: Final = 0.4
"""Utilization taken where no layout fits at any size: the shape is then a poor likeness of the model."""

_DOUBLINGS: Final = 8


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best layout of a run as a set-up, with its speed by the step model in tokens/s each."""

    setup: Setup
    tokens_per_s: float


def tuned_tokens_per_s(runs: Sequence[PlannedRun]) -> FloatArray:
    """Speed of the fastest step of each run, corrected by evidence, in tokens/s per accelerator."""
    found = [best_step(run) for run in runs]
    fitting = [tuned for tuned in found if tuned is not None]
    speed = np.array([UNFIT_MFU * half_peak(run) / run.flop_per_token for run in runs])
    if fitting:
        modelled = np.array([tuned.tokens_per_s for tuned in fitting])
        traits = traits_of([tuned.setup for tuned in fitting])
        known = corrected(modelled, speed_evidence(), traits).mid
        speed[np.array([tuned is not None for tuned in found])] = known
    return speed


def half_peak(run: PlannedRun) -> float:
    """Dense 16-bit peak of the run's accelerator, in FLOP/s."""
    return half_peak_flop_per_s(run.setup.accelerator.fact)


def best_step(run: PlannedRun) -> Tuned | None:
    """The fastest layout that fits: on the stated accelerators or the power of two next to them.

    The power of two stands in for counts that few layouts divide. Where neither has one, the next
    doubling that does; None where none does.
    """
    flop = run.flop_per_token * run.tokens
    stated = run.setup.layout.get("accelerator_count") or usual_count(run.setup.accelerator.fact, flop)
    rounded = 8.0 * 2.0 ** max(0, round(np.log2(stated / 8)))
    near = [_best_on(run.setup, count, flop) for count in sorted({stated, rounded})]
    found = [tuned for tuned in near if tuned is not None]
    if found:
        return max(found, key=lambda tuned: tuned.tokens_per_s)
    larger = (_best_on(run.setup, rounded * 2**power, flop) for power in range(1, _DOUBLINGS))
    return next((tuned for tuned in larger if tuned is not None), None)


def _best_on(setup: Setup, count: float, flop: float) -> Tuned | None:
    seq_len = setup.layout["seq_len_tokens"]
    layout = {
        "accelerator_count": count,
        "seq_len_tokens": seq_len,
        "global_batch_sequences": usual_batch(seq_len, count, flop),
    }
    sized = replace(setup, layout=layout)
    places = candidates(sized, {})
    if not len(next(iter(places.values()))):
        return None
    every = evaluate(sized, places, steps.constants())
    order = every.fitting(room_gib(setup.accelerator.fact))
    if not len(order):
        return None
    best = every.at(int(order[0]))
    level = best.pop("recompute_level")
    chosen = {**layout, **best, "selective_level": float(level == 1), "recompute_share": float(level >= 2)}
    return Tuned(replace(sized, layout=chosen), float(every.tokens_per_s[order[0]]))
