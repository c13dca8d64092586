"""How rows are taken apart by their days: which days are written in one pass over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from farthing.ledger.connection import name
from farthing.ledger.files import DAY

# Rows that DuckDB stores together. A pass for one day reads those of them that have the day.
_CHUNK: Final = 122_880
# So many readings of each chunk cost as much as taking all days apart in one pass.
_FEW_PASSES: Final = 8
# So many rows are taken apart within the memory of an import: more spill, which costs four times as much.
_MOST_ROWS: Final = 400_000
# So many passes over everything cost as much as spilling does.
_MOST_PASSES: Final = 24


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Days from `first` to `last`; one alone needs no taking apart."""

    first: str
    last: str


def day_groups(connection: duckdb.DuckDBPyConnection, rows: str) -> list[DayGroup]:
    """In which passes the rows of a query are best written.

    Rows come in the order of time mostly: then each day is a pass of its own, which reads little
    more than the day. Where days are mixed, several are taken apart in one pass.
    """
    chunk = f"row_number() OVER () // {_CHUNK}"
    found = connection.execute(
        f"SELECT CAST({name(DAY)} AS VARCHAR), sum(n), count(*), max(chunk) FROM"
        f" (SELECT {name(DAY)}, chunk, count(*) AS n FROM"
        f" (SELECT {name(DAY)}, {chunk} AS chunk FROM ({rows})) GROUP BY ALL) GROUP BY ALL ORDER BY 1"
    ).fetchall()
    chunks = 1 + max((last for *_, last in found), default=0)
    if sum(readings for _, _, readings, _ in found) <= _FEW_PASSES * chunks:
        return [DayGroup(day, day) for day, *_ in found]
    return list(_mixed([(day, int(count)) for day, count, *_ in found]))


def _mixed(days: Sequence[tuple[str, int]]) -> Iterator[DayGroup]:
    """Days in a row that are not too many rows together, unless that makes too many passes."""
    most = max(_MOST_ROWS, sum(count for _, count in days) // _MOST_PASSES)
    first, last, held = days[0][0], days[0][0], 0
    for day, count in days:
        if held and held + count > most:
            yield DayGroup(first, last)
            first, held = day, 0
        last, held = day, held + count
    yield DayGroup(first, last)
