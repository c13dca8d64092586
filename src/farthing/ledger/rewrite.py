"""Changing files that are stored: taking rows out, and laying rows out so that scans are fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb

from farthing.ledger import written
from farthing.ledger.append import settled
from farthing.ledger.connection import IMPORT_MEMORY, connect, name
from farthing.ledger.files import Files, parquet_relation
from farthing.ledger.log import Log
from farthing.ledger.trouble import ConflictError, told
from farthing.ledger.written import Written

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
    hits = connection.execute(
        f"SELECT filename, count(*) FROM {files.relation(filename=True)} WHERE {where} GROUP BY filename"
    ).fetchall()
    uris = [uri for uri, _ in hits]
    if not uris:
        return 0
    rows = parquet_relation(log.columns, uris)
    kept = f"SELECT * FROM {rows} WHERE NOT coalesce(({where}), false)"
    days = {written.day_of(uri) for uri in uris}
    adds = written.write_days(connection, kept, log.columns, folder, days)
    _commit(log, folder, adds, uris, files, changes=True)
    return sum(count for _, count in hits)


def compact(log: Log) -> Compacted:
    """One file for each day, its rows in order. Each day is a change of its own."""
    before = log.files()
    with told(log.where), log.place.writing() as folder, connect(IMPORT_MEMORY) as connection:
        for day in before.days:
            settled(log, lambda day=day: _day_compacted(log, connection, folder, day))  # type: ignore[misc]
    after = log.files()
    return Compacted(len(before.uris), len(after.uris), after.version)


def _day_compacted(log: Log, connection: duckdb.DuckDBPyConnection, folder: Path, day: date) -> None:
    log.reached(connection)
    files = log.files(day, day + timedelta(days=1))
    if len(files.uris) == 1 and PurePosixPath(files.uris[0]).name.startswith(written.SORTED):
        return
    names = {column.name for column in log.columns}
    order = ", ".join(name(column) for column in _ORDER if column in names)
    query = f"SELECT * FROM {files.relation()} ORDER BY {order}"
    adds = written.write_sorted(connection, query, log.columns, folder, day)
    _commit(log, folder, adds, files.uris, files, changes=False)


def _commit(
    log: Log, folder: Path, adds: Sequence[Written], uris: Sequence[str], files: Files, changes: bool
) -> None:
    paths = [log.place.path(uri) for uri in uris]
    try:
        log.commit(folder, adds, paths, files.version, changes, keys=False)
    except ConflictError:
        log.place.discard(folder, (file.path for file in adds))
        raise
