"""What the Delta log knows of a table's files, summed up by DuckDB: one row, however many files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from farthing.ledger.columns import Column
from farthing.ledger.connection import name
from farthing.ledger.files import DAY


@dataclass(frozen=True, slots=True)
class Listed:
    """Paths of files in the order of their days, and what their statistics say together."""

    paths: tuple[str, ...]
    rows: int
    days: tuple[date, ...]
    largest: Mapping[str, int | None]
    empty: frozenset[str]


def listed(
    connection: duckdb.DuckDBPyConnection,
    adds: object,
    columns: Sequence[Column],
    since: date | None,
    until: date | None,
) -> Listed:
    """The files of the days from `since` to before `until`, of Delta's table of added files."""
    connection.register("added", adds)
    known = frozenset(connection.table("added").columns)
    counts = [column for column in columns if column.kind == "count"]
    others = [column for column in columns if column.name != DAY]
    day = name(f"partition.{DAY}")
    asked = [
        f"list(path ORDER BY {day}, path)",
        "coalesce(sum(num_records), 0)",
        f"list_sort(list(DISTINCT {day}))",
        *(_largest(column, known) for column in counts), *(_empty(column, known) for column in others),
    ]  # fmt: skip
    within = f"{day} >= coalesce(?, {day}) AND ({day} < ? OR ? IS NULL)"
    query = f"SELECT {', '.join(asked)} FROM added WHERE {within}"
    (row,) = connection.execute(query, [since, until, until]).fetchall()
    connection.unregister("added")
    if row[0] is None:
        return Listed((), 0, (), {}, frozenset())
    most = dict(zip((column.name for column in counts), row[3:], strict=False))
    bare = zip((column.name for column in others), row[3 + len(counts) :], strict=True)
    return Listed(
        tuple(row[0]), int(row[1]), tuple(row[2]), most, frozenset(title for title, holds in bare if holds)
    )


def _largest(column: Column, known: frozenset[str]) -> str:
    """The largest value; null where a file with values says none."""
    if f"max.{column.name}" not in known:
        return "NULL"
    most = name(f"max.{column.name}")
    silent = f"{most} IS NULL AND NOT {_all_null(column, known)}"
    return f"CASE WHEN bool_or({silent}) THEN NULL ELSE max({most}) END"


def _empty(column: Column, known: frozenset[str]) -> str:
    """Whether each file says that the column holds nothing but what stands for a missing value."""
    bare = _all_null(column, known)
    least, most = name(f"min.{column.name}"), name(f"max.{column.name}")
    if column.kind in {"count", "text"} and f"max.{column.name}" in known:
        bare = f"({bare} OR coalesce({least} = {column.default} AND {most} = {column.default}, false))"
    return f"bool_and({bare})"


def _all_null(column: Column, known: frozenset[str]) -> str:
    if f"null_count.{column.name}" not in known:
        return "false"
    return f"coalesce({name(f'null_count.{column.name}')} = num_records, false)"
