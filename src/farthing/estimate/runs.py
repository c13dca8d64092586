"""Accelerator-hours of whole training runs, from configuration alone, with an 80 % interval."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from farthing.estimate.practice import Practice, known_practice, practice, scales, traits_of_runs
from farthing.estimate.published_practice import published_runs
from farthing.estimate.run_row import PlannedRun
from farthing.estimate.step_goodput import kept_share
from farthing.estimate.step_prediction import Prediction
from farthing.estimate.tuned_step import half_peak, tuned_tokens_per_s
from farthing.formulas import training
from farthing.units.spread import Spread
from farthing.units.types import FloatArray

_LEAST_SD: Final = 0.05


def predict(runs: Sequence[PlannedRun]) -> Prediction:
    """Accelerator-hours of runs: by the utilization of their steps where it is given, else by practice.

    A run that is itself among the published ones is predicted from all the others.
    """
    hours, log_sd = np.empty(len(runs)), np.empty(len(runs))
    given = np.array([run.step_mfu is not None for run in runs], dtype=bool)
    for chosen, of in ((given, _with_step_mfu), (~given, _by_practice)):
        if chosen.any():
            some = [run for run, take in zip(runs, chosen, strict=True) if take]
            hours[chosen], log_sd[chosen] = of(some)
    return Prediction(hours, np.hypot(log_sd, [run.tokens_log_sd for run in runs]))


def practice_ratio(run: PlannedRun, goodput: float) -> Spread:
    """Speed of a run's steps over that of the fastest step, as published whole runs show it.

    Their lost time is taken out, since `goodput` has it: from the median and from the spread.
    """
    mean, sd = known_practice().predict(traits_of_runs([run], tuned_tokens_per_s([run])))
    own_sd = max(float(sd[0]) ** 2 - scales()["published_goodput_sd"] ** 2, _LEAST_SD**2) ** 0.5
    return Spread.lognormal(float(np.exp(mean[0])) / goodput, own_sd)


def _by_practice(runs: Sequence[PlannedRun]) -> tuple[FloatArray, FloatArray]:
    """Tuned speed times what published runs make of it; lost time is part of the ratio."""
    tuned = tuned_tokens_per_s(runs)
    traits = traits_of_runs(runs, tuned)
    log_ratio, log_sd = known_practice().predict(traits)
    for place, run in enumerate(runs):
        if (out := _published_place(run)) is not None:
            own = traits.take(np.array([place]))
            (log_ratio[place],), (log_sd[place],) = _practice_without(out).predict(own)
    tokens = np.array([run.tokens for run in runs])
    return np.asarray(training.gpu_hours(tokens, tuned * np.exp(log_ratio), 1.0)), log_sd


def _with_step_mfu(runs: Sequence[PlannedRun]) -> tuple[FloatArray, FloatArray]:
    """6·N·D at the stated utilization of the steps, and the goodput of published runs."""
    peak = np.array([half_peak(run) for run in runs])
    flop_per_token = np.array([run.flop_per_token for run in runs])
    mfu = np.array([run.step_mfu for run in runs], dtype=np.float64)
    speed = training.tokens_per_s_per_gpu(mfu, peak, flop_per_token)
    tokens = np.array([run.tokens for run in runs])
    goodput = np.array([kept_share(run) for run in runs])
    hours = np.asarray(training.gpu_hours(tokens, speed, goodput))
    return hours, np.full(len(runs), scales()["published_goodput_sd"])


def _published_place(run: PlannedRun) -> int | None:
    """Where a run stands among those that practice is learned from."""
    same = (
        place
        for place, known in enumerate(published_runs()[0])
        if (known.id, known.setup.model) == (run.id, run.setup.model)
    )
    return next(same, None)


@lru_cache(maxsize=128)
def _practice_without(place: int) -> Practice:
    """What all published runs but one show."""
    known = known_practice()
    others = np.arange(len(known.log_ratio)) != place
    return practice(known.traits.take(others), known.log_ratio[others], known.scale)
