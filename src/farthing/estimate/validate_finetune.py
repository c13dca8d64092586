"""`validate finetune`: predictions of speed and memory for a table of measured fine-tuning steps."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.finetune_prediction import predict
from farthing.estimate.finetune_row import setup_of
from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import Known, Prediction
from farthing.units.problem import FarthingError

QUANTITIES: Final = ("tokens_per_s_per_gpu", "peak_mem_gib")
_PER_GIB: Final = 2**30
_SURELY_TOO_MUCH: Final = 1.5  # times the memory: an open layout can share and recompute more
_Z75: Final = 0.6744897501960817  # upper quartile of the normal distribution


def predictions(rows: Iterable[Row], known: Known | None = None) -> list[PredictionRow]:
    """A line for each quantity of each row, in the table's order.

    A row that cannot be read is refused; one that has more than a chance in four of running out of
    memory is infeasible, and where the layout is open, one that could hardly be made to fit.
    """
    read: list[tuple[str, Setup | str]] = [(row.get("id") or "", _read(row)) for row in rows]
    setups = [setup for _, setup in read if isinstance(setup, Setup)]
    predicted = predict(setups, known) if setups else {}
    lines: list[PredictionRow] = []
    place = 0
    for name, setup in read:
        if isinstance(setup, str):
            lines.extend(refused(name, quantity, setup) for quantity in QUANTITIES)
            continue
        lines.extend(_lines(name, setup, predicted, place))
        place += 1
    return lines


def _read(row: Row) -> Setup | str:
    """The set-up of a row, or why it cannot be told."""
    try:
        return setup_of(row)
    except FarthingError as error:
        return "; ".join(problem.what for problem in error.problems)


def fits(setup: Setup, mid_gib: float, log_sd: float) -> bool:
    """Whether a step is likely to fit: no more than a chance in four of running out of memory.

    Where the layout is open, only what could hardly be made to fit does not.
    """
    has = setup.accelerator.fact.memory_byte / _PER_GIB
    open_layout = "recompute_share" not in setup.layout or any("not stated" in note for note in setup.notes)
    margin = 1 / _SURELY_TOO_MUCH if open_layout else math.exp(_Z75 * log_sd)
    return mid_gib * margin <= has


def _lines(name: str, setup: Setup, found: Mapping[str, Prediction], place: int) -> Iterator[PredictionRow]:
    memory = found["peak_mem_gib"]
    mid = float(memory.mid[place])
    fitting = fits(setup, mid, float(memory.log_sd[place]))
    fact = setup.accelerator.fact
    short = f"out of memory: needs about {mid:.1f} GiB, {fact.name} has {fact.memory_byte / _PER_GIB:.1f}"
    for quantity in QUANTITIES:
        predicted = found[quantity]
        yield PredictionRow(
            id=name,
            quantity=quantity,
            low=float(predicted.low[place]),
            mid=float(predicted.mid[place]),
            high=float(predicted.high[place]),
            status="ok" if fitting else "infeasible",
            reason="; ".join(setup.notes if fitting else (*setup.notes, short)),
        )
