"""Calls that several files of OpenTelemetry tell twice: one by one, and added up in metrics."""

from collections import Counter
from typing import Final

import duckdb

from farthing.importers import otlp
from farthing.importers.readers import name

# A point of a metric is for the time before it: those of the last calls come after them.
_LONGEST_EXPORT_US: Final = 3_600_000_000
_MOMENT: Final = f"epoch_us({name('at')})"
_SERVICE: Final = "COALESCE(tags['service'], '')"
_METRICS: Final = "COALESCE(tags['signal'], '') = 'metrics'"


def drop_told_twice(connection: duckdb.DuckDBPyConnection, table: str) -> Counter[int]:
    """Take metrics out of staged events where the service's calls are there one by one: how many, by file.

    Only those of the time from its first call to its last: what nobody else tells is kept.
    """
    rows = f"SELECT rowid AS place, {_MOMENT} AS moment, {_SERVICE} AS service FROM {table}"
    rows = f"{rows} WHERE source = '{otlp.FORMAT.name}' AND"
    calls = (
        f"SELECT service, min(moment) AS began, max(moment) + {_LONGEST_EXPORT_US} AS ended"
        f" FROM ({rows} NOT {_METRICS}) GROUP BY ALL"
    )
    twice = (
        f"SELECT place FROM ({rows} {_METRICS}) AS added JOIN ({calls}) AS told"
        " ON told.service = added.service AND added.moment BETWEEN told.began AND told.ended"
    )
    gone = connection.execute(f"DELETE FROM {table} WHERE rowid IN ({twice}) RETURNING file").fetchall()
    return Counter(int(file) for (file,) in gone)
