"""Published measurements: tables of `published/*.csv`, read when first asked for."""

import csv
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from farthing.catalog.entries import Place, Tree, to_fact
from farthing.catalog.facts import PublishedRun, PublishedStep
from farthing.catalog.files import LARGEST_FILE_BYTE
from farthing.units.problem import CatalogError, Problem

Row = TypeVar("Row", PublishedRun, PublishedStep)
RUNS = "published/runs.csv"
STEPS = "published/training.csv"


@functools.cache
def runs(data: Path) -> Mapping[str, PublishedRun]:
    """Whole training runs by id. Raises CatalogError with every bad row."""
    return _table(data, RUNS, PublishedRun)


@functools.cache
def steps(data: Path) -> Mapping[str, PublishedStep]:
    """Measured training configurations by id. Raises CatalogError with every bad row."""
    return _table(data, STEPS, PublishedStep)


def problems(data: Path) -> tuple[Problem, ...]:
    """Everything that is wrong in the tables of a data folder."""
    found: list[Problem] = []
    for read in (runs, steps):
        try:
            read(data)
        except CatalogError as error:
            found.extend(error.problems)
    return tuple(found)


def _table(data: Path, name: str, kind: type[Row]) -> Mapping[str, Row]:
    rows: dict[str, Row] = {}
    found: list[Problem] = []
    try:
        for line, cells in _cells(data / name):
            place = Place(name, {(): line}, ())
            row, wrong = to_fact(cells, kind, place)
            found.extend(wrong)
            if row is not None and row.id in rows:
                found.append(_bad(place.at(), f"The id '{row.id}' is used twice", "Rename one."))
            elif row is not None:
                rows[row.id] = row
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        found.append(_bad(name, f"The table cannot be read: {error}", "Save it as CSV in UTF-8."))
    if found:
        raise CatalogError(tuple(found))
    return MappingProxyType(rows)


def _cells(path: Path) -> Iterator[tuple[int, dict[str, Tree]]]:
    """Line and filled cells of each row; an absent table has no rows."""
    if not path.exists():
        return
    if path.stat().st_size > LARGEST_FILE_BYTE:
        raise ValueError(f"it is larger than {LARGEST_FILE_BYTE:,} bytes")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="a cell beyond the last column", restval="")
        for cells in reader:
            yield reader.line_num, {key: cell for key, cell in cells.items() if cell}


def _bad(where: str, what: str, fix: str) -> Problem:
    why = "measurements are told apart by their id and read as text cells"
    return Problem(code="bad-table", severity="error", where=where, what=what, why=why, fix=fix)
