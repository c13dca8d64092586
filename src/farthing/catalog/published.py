"""Published measurements: tables of `published/*.csv`, read when first asked for."""

import csv
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeAlias, TypeVar

from farthing.catalog.entries import Place, Tree, to_fact
from farthing.catalog.files import LARGEST_FILE_BYTE
from farthing.catalog.published_facts import PublishedRun, PublishedServing, PublishedStep, PublishedTuning
from farthing.units.problem import CatalogError, Problem

Published: TypeAlias = PublishedRun | PublishedStep | PublishedTuning | PublishedServing
Row = TypeVar("Row", bound=Published, covariant=True)


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """A table of the data folder and the kind of its rows."""

    name: str
    kind: type[Row]


@dataclass(frozen=True, slots=True)
class Reading(Generic[Row]):
    """The sound rows of a table by id, and what is wrong with the others."""

    rows: Mapping[str, Row]
    problems: tuple[Problem, ...]


RUNS = Table("published/runs.csv", PublishedRun)
STEPS = Table("published/training.csv", PublishedStep)
TUNINGS = Table("published/finetuning.csv", PublishedTuning)
SERVINGS = Table("published/serving.csv", PublishedServing)
TABLES: tuple[Table[Published], ...] = (RUNS, STEPS, TUNINGS, SERVINGS)


def runs(data: Path) -> Mapping[str, PublishedRun]:
    """Whole training runs by id. Raises CatalogError with every bad row."""
    return _sound(read(data, RUNS))


def steps(data: Path) -> Mapping[str, PublishedStep]:
    """Measured training configurations by id. Raises CatalogError with every bad row."""
    return _sound(read(data, STEPS))


def tunings(data: Path) -> Mapping[str, PublishedTuning]:
    """Measured fine-tuning configurations by id. Raises CatalogError with every bad row."""
    return _sound(read(data, TUNINGS))


def servings(data: Path) -> Mapping[str, PublishedServing]:
    """Measured servings by id. Raises CatalogError with every bad row."""
    return _sound(read(data, SERVINGS))


def problems(data: Path) -> tuple[Problem, ...]:
    """Everything that is wrong in the tables of a data folder."""
    return tuple(problem for table in TABLES for problem in read(data, table).problems)


def read(data: Path, table: Table[Row]) -> Reading[Row]:
    """Rows and problems of a table, read once in a process."""
    return _read(data, table)  # type: ignore[return-value]  # a cached function loses its Row


@functools.cache
def _read(data: Path, table: Table[Published]) -> Reading[Published]:
    rows: dict[str, Published] = {}
    found: list[Problem] = []
    try:
        for line, cells in _cells(data / table.name):
            place = Place(table.name, {(): line}, ())
            row, wrong = to_fact(cells, table.kind, place)
            found.extend(wrong)
            if row is not None and row.id in rows:
                found.append(_bad(place.at(), f"The id '{row.id}' is used twice", "Rename one."))
            elif row is not None:
                rows[row.id] = row
    except (csv.Error, ValueError) as error:
        found.append(_bad(table.name, f"The table cannot be read: {error}", "Save it as CSV in UTF-8."))
    return Reading(MappingProxyType(rows), tuple(found))


def _sound(reading: Reading[Row]) -> Mapping[str, Row]:
    if reading.problems:
        raise CatalogError(reading.problems)
    return reading.rows


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
