"""`validate finetune`: predictions of speed and memory for a table of measured fine-tuning steps."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.finetune_prediction import predict
from farthing.estimate.finetune_row import setup_of
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.setup import Setup
from farthing.estimate.step_lines import PER_GIB, QUANTITIES, StepTable
from farthing.estimate.step_prediction import Known, Prediction

__all__ = ["QUANTITIES", "fits", "predictions"]

_SURELY_TOO_MUCH: Final = 1.5  # times the memory: an open layout can share and recompute more
_Z75: Final = 0.6744897501960817  # upper quartile of the normal distribution


def predictions(rows: Iterable[Row], known: Known | None = None) -> list[PredictionRow]:
    """A line for each quantity of each row, in the table's order.

    A row that cannot be read is refused; one that has more than a chance in four of running out of
    memory is infeasible, and where the layout is open, one that could hardly be made to fit.
    """
    return StepTable(setup_of, predict, _shortage).lines(rows, known)


def fits(setup: Setup, mid_gib: float, log_sd: float) -> bool:
    """Whether a step is likely to fit: no more than a chance in four of running out of memory.

    Where the layout is open, only what could hardly be made to fit does not.
    """
    has = setup.accelerator.fact.memory_byte / PER_GIB
    open_layout = "recompute_share" not in setup.layout or any("not stated" in note for note in setup.notes)
    margin = 1 / _SURELY_TOO_MUCH if open_layout else math.exp(_Z75 * log_sd)
    return mid_gib * margin <= has


def _shortage(setup: Setup, found: Mapping[str, Prediction], place: int) -> str:
    """Said where out of memory is predicted."""
    memory, fact = found["peak_mem_gib"], setup.accelerator.fact
    mid = float(memory.mid[place])
    if fits(setup, mid, float(memory.log_sd[place])):
        return ""
    return f"out of memory: needs about {mid:.1f} GiB, {fact.name} has {fact.memory_byte / PER_GIB:.1f}"
