"""`validate training`: predictions of speed and memory for a table of measured steps."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import Known, Prediction, predict
from farthing.estimate.step_row import setup_of
from farthing.units.problem import FarthingError

QUANTITIES: Final = ("tokens_per_s_per_gpu", "peak_mem_gib")
_SURELY_TOO_MUCH: Final = 1.5  # of the memory: tables leave out how states are sharded


def predictions(rows: Iterable[Row], known: Known | None = None) -> list[PredictionRow]:
    """A line for each quantity of each row, in the table's order; a row that cannot be read is refused.

    `known` corrects the step model in place of the public evidence alone.
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
        found = {quantity: predicted[quantity] for quantity in QUANTITIES}
        lines.extend(_lines(name, setup, found, place))
        place += 1
    return lines


def _read(row: Row) -> Setup | str:
    """The set-up of a row, or why it cannot be told."""
    try:
        return setup_of(row)
    except FarthingError as error:
        return "; ".join(problem.what for problem in error.problems)


def _lines(name: str, setup: Setup, found: Mapping[str, Prediction], place: int) -> Iterator[PredictionRow]:
    """The lines of one row: infeasible where even the low end of its memory is far beyond the part's."""
    has = setup.accelerator.fact.memory_byte / 2**30
    least = float(found["peak_mem_gib"].low[place])
    fits = least <= _SURELY_TOO_MUCH * has
    short = f"needs at least {least:.0f} GiB, {setup.accelerator.fact.name} has {has:.0f}"
    for quantity, predicted in found.items():
        yield PredictionRow(
            id=name,
            quantity=quantity,
            low=float(predicted.low[place]),
            mid=float(predicted.mid[place]),
            high=float(predicted.high[place]),
            status="ok" if fits else "infeasible",
            reason="; ".join(setup.notes if fits else (*setup.notes, short)),
        )
