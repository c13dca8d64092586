"""`validate training`: predictions of speed and memory for a table of measured steps."""

from collections.abc import Iterable, Sequence
from typing import Final

from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import Prediction, predict
from farthing.estimate.step_row import Row, setup_of
from farthing.units.problem import FarthingError

QUANTITIES: Final = ("tokens_per_s_per_gpu", "peak_mem_gib")


def predictions(rows: Iterable[Row]) -> list[PredictionRow]:
    """A line for each quantity of each row, in the table's order; a row that cannot be read is refused."""
    read: list[tuple[str, Setup | str]] = [(row.get("id") or "", _read(row)) for row in rows]
    setups = [setup for _, setup in read if isinstance(setup, Setup)]
    predicted = predict(setups) if setups else {}
    lines: list[PredictionRow] = []
    place = 0
    for name, setup in read:
        if isinstance(setup, str):
            lines.extend(refused(name, quantity, setup) for quantity in QUANTITIES)
            continue
        lines.extend(
            _line(name, quantity, predicted[quantity], place, setup.notes) for quantity in QUANTITIES
        )
        place += 1
    return lines


def _read(row: Row) -> Setup | str:
    """The set-up of a row, or why it cannot be told."""
    try:
        return setup_of(row)
    except FarthingError as error:
        return "; ".join(problem.what for problem in error.problems)


def _line(name: str, quantity: str, found: Prediction, place: int, notes: Sequence[str]) -> PredictionRow:
    return PredictionRow(
        id=name,
        quantity=quantity,
        low=float(found.low[place]),
        mid=float(found.mid[place]),
        high=float(found.high[place]),
        status="ok",
        reason="; ".join(notes),
    )
