"""The published servings that ship, each predicted from all the others."""

import math

import numpy as np

from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.serving_prediction import QUANTITIES, MeasuredServing, evidence, measurements
from farthing.estimate.step_prediction import Prediction
from farthing.estimate.validate_serving import shortage


def left_out_servings() -> dict[tuple[str, str], PredictionRow]:
    """Each measured quantity of each published serving, by id and quantity, as all others say.

    The constants of the serving model have seen the row; the evidence that corrects them has not.
    """
    return {(line.id, name): line for name in QUANTITIES for line in _left_out(name)}


def _left_out(name: str) -> list[PredictionRow]:
    known = [each for each in measurements() if math.isfinite(getattr(each, name))]
    evident = evidence(name)
    error, unknown = evident.left_out()
    measured = np.array([getattr(each, name) for each in known])
    log_sd = np.sqrt(unknown + evident.scale["interval_noise_sd"] ** 2)
    made = Prediction(measured * np.exp(-error), log_sd)
    ends = zip(made.low.tolist(), made.mid.tolist(), made.high.tolist(), strict=True)
    return [_line(each, name, numbers) for each, numbers in zip(known, ends, strict=True)]


def _line(each: MeasuredServing, name: str, ends: tuple[float, float, float]) -> PredictionRow:
    status = "infeasible" if shortage(each.setup) else "ok"
    return PredictionRow(each.id, name, *ends, status, "left out")
