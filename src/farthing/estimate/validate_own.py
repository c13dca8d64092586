"""Rows of a table that are among the user's own measurements: each predicted without itself."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from farthing.estimate.calibration import Calibration
from farthing.estimate.own_accuracy import left_out
from farthing.estimate.own_steps import own_steps
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.step_kinds import kind_of
from farthing.estimate.validate_shipped import read_configuration
from farthing.estimate.validate_tables import Kind, Row

_Ends = tuple[float, float, float]


def own_left_out(
    kind: Kind, calibration: Calibration | None, rows: Sequence[Row], lines: Sequence[PredictionRow]
) -> tuple[list[PredictionRow], int]:
    """The lines of rows, and how many rows the calibration has seen: those say what all its others say."""
    if calibration is None or calibration.kind != kind.name:
        return list(lines), 0
    without = _without_themselves(kind, calibration)
    keys = [_key(kind, row) for row in rows]
    seen = sum(any((key, quantity) in without for quantity in kind.quantities) for key in keys)
    width = len(kind.quantities)
    return [
        _renewed(line, without.get((keys[place // width], line.quantity))) for place, line in enumerate(lines)
    ], seen


def _without_themselves(kind: Kind, calibration: Calibration) -> dict[tuple[Hashable, str], _Ends]:
    steps, _ = own_steps(kind_of(kind.name), calibration.rows)
    found = {}
    for quantity, made in left_out(kind.name, steps).items():
        ends = zip(made.after.low, made.after.mid, made.after.high, strict=True)
        for step, (low, mid, high) in zip(made.steps, ends, strict=True):
            cells = {name: cell or "" for name, cell in step.row.items()}
            found[_key(kind, cells), quantity] = (float(low), float(mid), float(high))
    return found


def _key(kind: Kind, row: Mapping[str, str]) -> Hashable:
    return frozenset(read_configuration(kind, row).items())


def _renewed(line: PredictionRow, ends: _Ends | None) -> PredictionRow:
    if ends is None or line.status == "refused":
        return line
    low, mid, high = ends
    return replace(line, low=low, mid=mid, high=high, reason="left out of your calibration")
