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
from farthing.estimate.validate_tables import Kind, Row, configuration

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


def shipped_among(kind: Kind, rows: Sequence[Row]) -> frozenset[str]:
    """Ids of rows that are published facts that ship: the same name and the same configuration."""
    known = {row["id"]: _read(kind, row) for row in shipped_rows(kind)}
    return frozenset(
        row["id"] for row in rows if row.get("id") in known and _read(kind, row) == known[row["id"]]
    )


def left_out(kind: Kind, rows: Sequence[Row], lines: Sequence[PredictionRow]) -> list[PredictionRow]:
    """The lines of rows; those of published facts say what all other facts say of them.

    Whole runs need nothing here: their predictions leave a published run out by themselves.
    """
    found = shipped_among(kind, rows) if kind.name == "training" else frozenset()
    better = left_out_steps() if found else {}
    return [better.get((line.id, line.quantity), line) if line.id in found else line for line in lines]


def _read(kind: Kind, row: Row) -> dict[str, str | float]:
    """The configuration with numbers as numbers, however they were written."""
    found: dict[str, str | float] = {}
    for name, cell in configuration(kind, row):
        try:
            found[name] = float(cell)
        except ValueError:
            found[name] = cell
    return found


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
