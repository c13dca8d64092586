"""Parquet files as DuckDB writes them, with what Delta wants to know about each."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

import duckdb

from farthing.ledger.columns import Column
from farthing.ledger.connection import name, text
from farthing.ledger.day_groups import DayGroup, day_groups
from farthing.ledger.files import DAY

# Spark and every other reader of Delta know Snappy; Zstandard is smaller by a fifth and slower to scan.
_FORMAT: Final = "FORMAT parquet, COMPRESSION snappy, RETURN_STATS"
SORTED: Final = "sorted-"
Statistics: TypeAlias = Mapping[str, Mapping[str, str]]
Value: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Written:
    """A data file: where it lies below its table, its size in bytes, its rows and their extremes."""

    path: str
    day: str
    size_byte: int
    rows: int
    statistics: str


def write_days(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    columns: Sequence[Column],
    folder: Path,
    days: Collection[str] | None = None,
) -> list[Written]:
    """One file for each day of what the query selects. No table has them yet: nobody sees them.

    `days` are those that it can have, where that is known. The query may run once for each, so it is
    best about a table.
    """
    rows, start = typed(query, columns), f"part-{uuid.uuid4().hex}"
    known = None if days is None else [DayGroup(day, day) for day in sorted(days)]
    made: list[Written] = []
    try:
        for group in day_groups(connection, rows) if known is None else known:
            made += _write_group(connection, rows, columns, folder, start, group)
    except Exception:
        for file in folder.glob(f"{DAY}=*/*{start}*"):
            file.unlink()
        raise
    return made


def _write_group(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Sequence[Column],
    folder: Path,
    start: str,
    group: DayGroup,
) -> list[Written]:
    within = f"{name(DAY)} BETWEEN DATE {text(group.first)} AND DATE {text(group.last)}"
    chosen = f"SELECT * FROM ({rows}) WHERE {within}"
    if group.first == group.last:
        return _copy(
            connection, chosen, columns, folder, folder / f"{DAY}={group.first}" / f"{start}.parquet"
        )
    how = f"PARTITION_BY ({DAY}), APPEND, FILENAME_PATTERN '{start}-{{uuidv4}}'"
    connection.execute(f"COPY ({chosen}) TO {text(str(folder))} ({_FORMAT}, {how})")
    return _written(connection, columns, folder)


def write_sorted(
    connection: duckdb.DuckDBPyConnection, query: str, columns: Sequence[Column], folder: Path, day: date
) -> list[Written]:
    """One file of one day, its rows in the order of the query."""
    path = folder / f"{DAY}={day.isoformat()}" / f"{SORTED}{uuid.uuid4().hex}.parquet"
    return _copy(connection, typed(query, columns), columns, folder, path)


def _copy(
    connection: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[Column], folder: Path, path: Path
) -> list[Written]:
    """One file. Its day is in its name and not in its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    inside = f"SELECT * EXCLUDE ({name(DAY)}) FROM ({rows})"
    connection.execute(f"COPY ({inside}) TO {text(str(path))} ({_FORMAT})")
    return _written(connection, columns, folder)


def day_of(file: str) -> str:
    """The day of a data file by where it lies.

    >>> day_of("events/day=2026-01-31/part-1.parquet")
    '2026-01-31'
    """
    return PurePosixPath(file).parent.name.removeprefix(f"{DAY}=")


def typed(query: str, columns: Sequence[Column]) -> str:
    """The query with exactly these columns, in their order and their types."""
    casts = (f"CAST({name(column.name)} AS {column.sql_type}) AS {name(column.name)}" for column in columns)
    return f"SELECT {', '.join(casts)} FROM ({query})"


def _written(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], folder: Path) -> list[Written]:
    """What the last COPY says of the files it made; one without rows is taken away at once."""
    made: list[Written] = []
    for filename, rows, size_byte, _, statistics, *_ in connection.fetchall():
        path = Path(filename)
        if rows == 0:
            path.unlink()
            continue
        relative = path.relative_to(folder).as_posix()
        made.append(Written(relative, day_of(relative), size_byte, rows, _delta(columns, rows, statistics)))
    return made


def _delta(columns: Sequence[Column], rows: int, statistics: Statistics) -> str:
    """Statistics of a file in Delta's JSON."""
    least: dict[str, Value] = {}
    most: dict[str, Value] = {}
    nulls: dict[str, int] = {}
    for column in columns:
        known = statistics.get(name(column.name))
        if known is None:
            continue
        nulls[column.name] = int(known["null_count"])
        if (extremes := _extremes(column, known)) is not None:
            least[column.name], most[column.name] = extremes
    return json.dumps({"numRecords": rows, "minValues": least, "maxValues": most, "nullCount": nulls})


def _extremes(column: Column, known: Mapping[str, str]) -> tuple[Value, Value] | None:
    low, high = known.get("min"), known.get("max")
    if (
        low is None
        or high is None
        or known.get("min_is_exact") != "true"
        or known.get("max_is_exact") != "true"
    ):
        return None
    if column.kind in {"count", "whole"}:
        return int(low), int(high)
    if column.kind == "text":
        # The log is kept longer than the rows: names of customers have no place in it.
        return (low, high) if low == high == "" else None
    return (_moment(low, up=False), _moment(high, up=True)) if column.kind == "time" else None


def _moment(said: str, up: bool) -> str:
    """A time in milliseconds, as Delta keeps it: rounded outward, so that it stays a bound."""
    moment = datetime.fromisoformat(said)
    past = timedelta(microseconds=moment.microsecond % 1000)
    rounded = moment + (timedelta(milliseconds=1) - past if up and past else -past)
    return rounded.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rounded.microsecond // 1000:03d}Z"
