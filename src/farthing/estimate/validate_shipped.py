"""The facts that ship, predicted out of fold: each measurement from all the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate import finetune_prediction, step_prediction, validate_finetune
from farthing.estimate.evidence import Evidence
from farthing.estimate.finetune_prediction import MeasuredTuning
from farthing.estimate.measured import MeasuredStep
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.serving_left_out import left_out_servings
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import Prediction
from farthing.estimate.validate_tables import Kind, Row, configuration
from farthing.units.types import FloatArray

Measured: TypeAlias = MeasuredStep | MeasuredTuning


@dataclass(frozen=True, slots=True)
class _Known:
    """The published measurements of a kind of step, and the evidence they are."""

    measurements: Callable[[], Sequence[Measured]]
    speed: Callable[[], Evidence]
    memory: Callable[[], Evidence]
    fits: Callable[[Setup, float, float], bool]
    extra_sd: Callable[[Sequence[Setup]], FloatArray]


_KNOWN: Final[Mapping[str, _Known]] = {
    "training": _Known(
        step_prediction.measurements,
        step_prediction.speed_evidence,
        step_prediction.memory_evidence,
        lambda *_: True,
        lambda setups: np.zeros(len(setups)),
    ),
    "finetune": _Known(
        finetune_prediction.measurements,
        finetune_prediction.speed_evidence,
        finetune_prediction.memory_evidence,
        validate_finetune.fits,
        finetune_prediction.unsaid_sd,
    ),
}


_PUBLISHED: Final[Mapping[str, Callable[[], Mapping[str, msgspec.Struct]]]] = {
    "training": lambda: catalog().published_training,
    "runs": lambda: catalog().published_runs,
    "finetune": lambda: catalog().published_finetuning,
    "serving": lambda: catalog().published_serving,
}


def shipped_rows(kind: Kind) -> list[Row]:
    """The published measurements of a kind as the text cells of a table."""
    facts = _PUBLISHED[kind.name]()
    return [
        {name: "" if cell is None else str(cell) for name, cell in msgspec.structs.asdict(fact).items()}
        for fact in facts.values()
    ]


def shipped_among(kind: Kind, rows: Sequence[Row]) -> frozenset[str]:
    """Ids of rows that are published facts that ship: the same name and the same configuration."""
    known = {row["id"]: read_configuration(kind, row) for row in shipped_rows(kind)}
    return frozenset(
        row["id"]
        for row in rows
        if row.get("id") in known and read_configuration(kind, row) == known[row["id"]]
    )


def left_out(kind: Kind, rows: Sequence[Row], lines: Sequence[PredictionRow]) -> list[PredictionRow]:
    """The lines of rows; those of published facts say what all other facts say of them.

    Whole runs need nothing here: their predictions leave a published run out by themselves.
    """
    others = {"serving": left_out_servings} | {
        name: partial(left_out_steps, of) for name, of in _KNOWN.items()
    }
    found = shipped_among(kind, rows) if kind.name in others else frozenset()
    better = others[kind.name]() if found else {}
    return [better.get((line.id, line.quantity), line) if line.id in found else line for line in lines]


def read_configuration(kind: Kind, row: Row) -> dict[str, str | float]:
    """The configuration with numbers as numbers, however they were written."""
    found: dict[str, str | float] = {}
    for name, cell in configuration(kind, row):
        try:
            found[name] = float(cell)
        except ValueError:
            found[name] = cell
    return found


def left_out_steps(known: _Known) -> dict[tuple[str, str], PredictionRow]:
    """Speed and memory of each measured step, predicted from the evidence of all other steps.

    The constants of the step model have seen the row; the evidence that corrects them has not.
    """
    speed = _left_out(known, known.speed(), lambda step: step.tokens_per_s)
    memory = _left_out(known, known.memory(), lambda step: step.mem_gib)
    setups = {step.id: step.setup for step in known.measurements()}
    full = {name for name, found in memory.items() if not known.fits(setups[name], found.mid, found.log_sd)}
    return {
        (name, quantity): PredictionRow(
            name,
            quantity,
            found.low,
            found.mid,
            found.high,
            "infeasible" if name in full else "ok",
            "left out",
        )
        for quantity, lines in (("tokens_per_s_per_gpu", speed), ("peak_mem_gib", memory))
        for name, found in lines.items()
    }


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What all other measurements say of one."""

    low: float
    mid: float
    high: float
    log_sd: float


def _left_out(of: _Known, evidence: Evidence, measured: Callable[[Measured], float]) -> dict[str, _LeftOut]:
    """Each measured value as all other measurements say."""
    known = [step for step in of.measurements() if np.isfinite(measured(step))]
    error, unknown = evidence.left_out()
    values = np.array([measured(step) for step in known])
    extra_sd = of.extra_sd([step.setup for step in known])
    log_sd = np.sqrt(unknown + evidence.scale["interval_noise_sd"] ** 2 + extra_sd**2)
    made = Prediction(values * np.exp(-error), log_sd)
    columns = zip(made.low, made.mid, made.high, log_sd, strict=True)
    return {step.id: _LeftOut(*map(float, ends)) for step, ends in zip(known, columns, strict=True)}
