"""`validate training`: predictions of speed and memory for a table of measured steps."""

from collections.abc import Iterable, Mapping
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.setup import Setup
from farthing.estimate.step_lines import PER_GIB, QUANTITIES, StepTable
from farthing.estimate.step_prediction import Known, Prediction, predict
from farthing.estimate.step_row import setup_of

__all__ = ["QUANTITIES", "predictions"]

_SURELY_TOO_MUCH: Final = 1.5  # of the memory: tables leave out how states are sharded


def predictions(rows: Iterable[Row], known: Known | None = None) -> list[PredictionRow]:
    """A line for each quantity of each row, in the table's order; a row that cannot be read is refused.

    `known` corrects the step model in place of the public evidence alone.
    """
    return StepTable(setup_of, predict, _shortage).lines(rows, known)


def _shortage(setup: Setup, found: Mapping[str, Prediction], place: int) -> str:
    """Said where even the low end of the memory is far beyond the part's."""
    has = setup.accelerator.fact.memory_byte / PER_GIB
    least = float(found["peak_mem_gib"].low[place])
    if least <= _SURELY_TOO_MUCH * has:
        return ""
    return f"needs at least {least:.0f} GiB, {setup.accelerator.fact.name} has {has:.0f}"
