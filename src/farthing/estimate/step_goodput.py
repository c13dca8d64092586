"""What whole published runs keep of the utilization that their steps are reported with.

Reports count attention or recomputation, or the best hours, differently; runs lose time. Both are in
one ratio: 6·N·D over peak and hours, divided by the stated utilization.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from farthing.estimate.published_practice import measured_runs
from farthing.estimate.run_row import PlannedRun
from farthing.estimate.tuned_step import half_peak
from farthing.units.types import FloatArray

_USUAL: Final = float(np.log(0.8))
_USUAL_SD: Final = 0.1
_NOISE_SD: Final = 0.12
_TAIL: Final = 3.0
_ROUNDS: Final = 20


@lru_cache(maxsize=1)
def stating_runs() -> tuple[tuple[PlannedRun, ...], FloatArray]:
    """Published runs that state the utilization of their steps, and the logarithm of what they kept."""
    known = [(run, speed) for run, speed in measured_runs() if run.step_mfu is not None]
    kept = [speed * run.flop_per_token / half_peak(run) / (run.step_mfu or 1.0) for run, speed in known]
    return tuple(run for run, _ in known), np.log(kept)


def middle(log_kept: FloatArray) -> float:
    """Their mean, drawn toward 0.8; a run far from the others weighs less (Student's noise).

    Source: lange-1989-robust.
    """
    found = _USUAL
    for _ in range(_ROUNDS):
        odd = ((log_kept - found) / _NOISE_SD) ** 2
        weight = (_TAIL + 1) / (_TAIL + odd) / _NOISE_SD**2
        found = float((weight @ log_kept + _USUAL / _USUAL_SD**2) / (weight.sum() + 1 / _USUAL_SD**2))
    return found


def kept_share(run: PlannedRun) -> float:
    """What a run is expected to keep, by every published run but itself."""
    runs, log_kept = stating_runs()
    others = [(known.id, known.setup.model) != (run.id, run.setup.model) for known in runs]
    return _kept_by(tuple(others), tuple(log_kept))


@lru_cache(maxsize=64)
def _kept_by(others: tuple[bool, ...], log_kept: tuple[float, ...]) -> float:
    return float(np.exp(middle(np.array(log_kept)[np.array(others)])))
