"""`validate runs`: predictions of accelerator-hours for a table of whole runs."""

from collections.abc import Iterable
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.run_row import PlannedRun, run_of
from farthing.estimate.runs import predict
from farthing.units.problem import FarthingError

QUANTITY: Final = "gpu_hours"


def predictions(rows: Iterable[Row]) -> list[PredictionRow]:
    """A line for each row, in the table's order; a row that cannot be answered is refused with the reason."""
    read = [(row.get("id") or "", _read(row)) for row in rows]
    runs = [run for _, run in read if isinstance(run, PlannedRun)]
    found = predict(runs)
    lines: list[PredictionRow] = []
    place = 0
    for name, run in read:
        if isinstance(run, str):
            lines.append(refused(name, QUANTITY, run))
            continue
        low, mid, high = (float(column[place]) for column in (found.low, found.mid, found.high))
        lines.append(PredictionRow(name, QUANTITY, low, mid, high, "ok", "; ".join(run.notes)))
        place += 1
    return lines


def _read(row: Row) -> PlannedRun | str:
    """The run of a row, or why it cannot be told."""
    try:
        return run_of(row)
    except FarthingError as error:
        return "; ".join(problem.what for problem in error.problems)
