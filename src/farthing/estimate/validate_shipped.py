"""The facts that ship, predicted out of fold: each measurement from all the others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.evidence import Evidence
from farthing.estimate.measured import MeasuredStep
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.step_prediction import Prediction, measurements, memory_evidence, speed_evidence
from farthing.estimate.validate_tables import Kind, Row

_STEPS: Final[Mapping[str, tuple[Callable[[], Evidence], Callable[[MeasuredStep], float]]]] = {
    "tokens_per_s_per_gpu": (speed_evidence, lambda step: step.tokens_per_s),
    "peak_mem_gib": (memory_evidence, lambda step: step.mem_gib),
}


def shipped_rows(kind: Kind) -> list[Row]:
    """The published measurements of a kind as the text cells of a table."""
    facts = catalog().published_training if kind.name == "training" else catalog().published_runs
    return [
        {name: "" if cell is None else str(cell) for name, cell in msgspec.structs.asdict(fact).items()}
        for fact in facts.values()
    ]


def left_out(kind: Kind, lines: Sequence[PredictionRow]) -> list[PredictionRow]:
    """The lines of `shipped_rows`, those with a measurement replaced by what the other rows say."""
    better = left_out_steps() if kind.name == "training" else {}
    return [better.get((line.id, line.quantity), line) for line in lines]


def left_out_steps() -> dict[tuple[str, str], PredictionRow]:
    """Speed and memory of each measured step, predicted from the evidence of all other steps.

    The constants of the step model have seen the row; the evidence that corrects them has not.
    """
    found: dict[tuple[str, str], PredictionRow] = {}
    for quantity, (evidence, measured) in _STEPS.items():
        known = [step for step in measurements() if np.isfinite(measured(step))]
        error, unknown = evidence().left_out()
        noise = evidence().scale["interval_noise_sd"]
        values = np.array([measured(step) for step in known])
        made = Prediction(values * np.exp(-error), np.sqrt(unknown + noise**2))
        for step, low, mid, high in zip(known, made.low, made.mid, made.high, strict=True):
            line = PredictionRow(step.id, quantity, float(low), float(mid), float(high), "ok", "left out")
            found[step.id, quantity] = line
    return found
