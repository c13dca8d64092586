"""Changing files that are stored: taking rows out, and laying rows out so that scans are fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb

from farthing.ledger import written
from farthing.ledger.append import settled
from farthing.ledger.connection import IMPORT_MEMORY, connect, name
from farthing.ledger.files import Files, parquet_relation
from farthing.ledger.log import Log
from farthing.ledger.remote import reach
from farthing.ledger.trouble import ConflictError, told
from farthing.ledger.written import Written

# So many files of a day that came one by one, and so many that were gathered from such, are enough.
_MOST_SMALL: Final = 50
_MOST_GATHERED: Final = 20
# Rows of one model and team side by side pack well, and a question about one skips the others.
_ORDER: Final = ("provider", "model", "team", "at")


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many files there were and are; `version` is the table's version with these."""

    files_before: int
    files_after: int
    version: int


def remove(log: Log, where: str) -> int:
    """Take out the rows for which the SQL condition holds; how many they were."""
    if log.version() < 0:
        return 0
    with told(log.where), log.place.writing() as folder, connect(IMPORT_MEMORY) as connection:
        return settled(log, lambda: _removed(log, connection, folder, where))


def _removed(log: Log, connection: duckdb.DuckDBPyConnection, folder: Path, where: str) -> int:
    files = log.reached(connection)
    hits = f"count(*) FILTER (WHERE {where})"
    stored = files.relation(filename=True)
    found = connection.execute(
        f"SELECT filename, {hits}, count(*) FROM {stored} GROUP BY filename HAVING {hits} > 0"
    ).fetchall()
    if not found:
        return 0
    partly = [uri for uri, hits, rows in found if hits < rows]
    adds = _without(log, connection, folder, partly, where) if partly else []
    _commit(log, folder, adds, [uri for uri, _, _ in found], files, changes=True)
    return sum(hits for _, hits, _ in found)


def _without(
    log: Log, connection: duckdb.DuckDBPyConnection, folder: Path, uris: Sequence[str], where: str
) -> list[Written]:
    """The rows of these files again, without those for which the condition holds."""
    kept = f"SELECT * FROM {parquet_relation(log.columns, uris)} WHERE NOT coalesce(({where}), false)"
    return written.write_days(connection, kept, log.columns, folder, {written.day_of(uri) for uri in uris})


def compact(log: Log) -> Compacted:
    """One file for each day, its rows in order. Each day is a change of its own."""
    before = log.files()
    if not before.uris:
        return Compacted(0, 0, before.version)
    with told(log.where), log.place.writing() as folder, connect(IMPORT_MEMORY) as connection:
        for day in before.days:
            if not _is_compact([uri for uri in before.uris if written.day_of(uri) == day.isoformat()]):
                settled(log, partial(_day_compacted, log, connection, folder, day))
    after = log.files()
    return Compacted(len(before.uris), len(after.uris), after.version)


def gather(log: Log) -> Compacted:
    """Keep the files few where they come one by one: of each day with many of them, these become one.

    Where many such ones have come together, the day becomes one file as by `compact`. No row changes.
    """
    before = log.files()
    by_day: dict[str, list[str]] = {}
    for uri in before.uris:
        by_day.setdefault(written.day_of(uri), []).append(uri)
    due = [(day, uris) for day, all_ in by_day.items() if (uris := _too_many(all_))]
    if not due:
        return Compacted(len(before.uris), len(before.uris), before.version)
    with told(log.where), log.place.writing() as folder, connect(IMPORT_MEMORY, threads=1) as connection:
        for day, uris in due:
            settled(log, partial(_gathered, log, connection, folder, date.fromisoformat(day), uris))
    after = log.files()
    return Compacted(len(before.uris), len(after.uris), after.version)


def _too_many(uris: Sequence[str]) -> list[str]:
    """Which files of a day are to become one, none where they are few enough."""
    small = [uri for uri in uris if not PurePosixPath(uri).name.startswith(written.SORTED)]
    if len(uris) - len(small) > _MOST_GATHERED:
        return list(uris)
    return small if len(small) > _MOST_SMALL else []


def _gathered(
    log: Log, connection: duckdb.DuckDBPyConnection, folder: Path, day: date, uris: Sequence[str]
) -> None:
    files = log.files(day, day + timedelta(days=1))
    if frozenset(uris) <= frozenset(files.uris):  # else another has rewritten some
        _rewritten(log, connection, folder, day, files, uris)


def _is_compact(uris: Sequence[str]) -> bool:
    return len(uris) == 1 and PurePosixPath(uris[0]).name.startswith(written.SORTED)


def _day_compacted(log: Log, connection: duckdb.DuckDBPyConnection, folder: Path, day: date) -> None:
    files = log.files(day, day + timedelta(days=1))
    if files.uris and not _is_compact(files.uris):
        _rewritten(log, connection, folder, day, files, files.uris)


def _rewritten(
    log: Log,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    day: date,
    files: Files,
    uris: Sequence[str],
) -> None:
    """Some of a day's `files`, its rows in order, as one."""
    reach(connection, uris)
    names = {column.name for column in log.columns}
    order = ", ".join(name(column) for column in _ORDER if column in names)
    query = f"SELECT * FROM {parquet_relation(log.columns, uris)} ORDER BY {order}"
    adds = written.write_sorted(connection, query, log.columns, folder, day)
    _commit(log, folder, adds, uris, files, changes=False)


def _commit(
    log: Log, folder: Path, adds: Sequence[Written], uris: Sequence[str], files: Files, changes: bool
) -> None:
    paths = [log.place.path(uri) for uri in uris]
    try:
        log.commit(folder, adds, paths, files.version, changes, keys=False)
    except ConflictError:
        log.place.discard(folder, (file.path for file in adds))
        raise
