"""Cells of a table as text: what is empty, what is a number, what cannot be one."""

import math
from collections.abc import Mapping

from farthing.units.problem import InputError, Problem, quoted

Row = Mapping[str, str | None]

LARGEST = 1e18


def text(row: Row, column: str) -> str:
    """A cell without spaces around it; '' where it is empty or the column is missing."""
    return (row.get(column) or "").strip()


def positive(row: Row, column: str, *, zero_is_empty: bool = False) -> float | None:
    """A number above 0, or None where the cell is empty. Raises InputError for anything else."""
    written = text(row, column)
    if not written:
        return None
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if value == 0 and zero_is_empty:
        return None
    if not 0 < value < LARGEST:
        raise InputError([_bad(column, written)])
    return value


def _bad(column: str, written: str) -> Problem:
    what = f"{column} is {quoted(written)}"
    why = "the prediction follows from the configuration in the row"
    return Problem("bad-field", "error", column, what, why, "Give a number above 0, or leave the cell empty.")
