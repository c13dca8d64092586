"""Rows of the journal into a stage: read as JSON, and checked as the rows of a file are."""

import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers.events import FORMAT as PLAIN
from farthing.importers.format import NO, Format, Head, Source
from farthing.importers.live.arrived import COLUMNS
from farthing.importers.readers import LONGEST_OBJECT, name, text
from farthing.importers.stage import Stage
from farthing.ledger.journal_rows import Arrived
from farthing.ledger.trouble import is_full

_NAMED_AT_ONCE: Final = 1_000  # so many reasons the stage gives at a time
# What goes wrong though nothing is wrong with the rows.
_NOT_THEIRS: Final = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InternalException)
_UNREADABLE: Final = "it cannot be read as JSON"


def stage_rows(stage: Stage, folder: Path, places: Sequence[int], rows: Sequence[Arrived]) -> dict[int, str]:
    """Stage rows, each with its place among those taken; why those that cannot be used cannot.

    One that is no JSON, or none of an event, does not keep the others. `folder` is for a file on the way.
    """
    path = folder / f"arrived-{uuid.uuid4().hex}.jsonl"
    try:
        with path.open("wb") as out:
            for place, row in zip(places, rows, strict=True):
                out.write(b'{"line":%d,%s\n' % (place, row.row.strip()[1:].replace(b"\n", b" ")))
        return _read(stage, path, dict(zip(places, rows, strict=True)))
    except duckdb.Error as error:
        if is_full(error) or (len(rows) == 1 and isinstance(error, _NOT_THEIRS)):
            raise
        if len(rows) == 1:
            return {places[0]: _UNREADABLE}
        stage.connection.execute(f"DELETE FROM {stage.name} WHERE list_contains(?, line)", [list(places)])
    finally:
        path.unlink(missing_ok=True)
    half = len(rows) // 2
    first = stage_rows(stage, folder, places[:half], rows[:half])
    return first | stage_rows(stage, folder, places[half:], rows[half:])


def _read(stage: Stage, path: Path, rows: Mapping[int, Arrived]) -> dict[int, str]:
    """Stage a file of rows. Raises duckdb.Error where one of them is no JSON, and stages none."""
    connection = stage.connection
    connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived AS {_all_of(path)}")
    columns = _said(connection)
    found: dict[int, str] = {}
    unnamed: list[int] = []
    sources = connection.execute("SELECT DISTINCT coalesce(source, '') FROM arrived").fetchall()
    for (source,) in sources:
        query = f"SELECT {columns} FROM arrived WHERE coalesce(source, '') = {text(source)}"
        ours = Format(source or PLAIN.name, PLAIN.title, _never, partial(_given, query))
        counted = stage.add(0, Source("live", path, Head("live", b""), path.parent), ours)
        found |= {aside.line: aside.why for aside in counted.asides}
        if counted.set_aside > len(counted.asides):
            listed = f"SELECT line FROM ({query}) ANTI JOIN {stage.name} USING (line)"
            unnamed += [line for (line,) in connection.execute(listed).fetchall() if line not in found]
    for start in range(0, len(unnamed), _NAMED_AT_ONCE):
        some = unnamed[start : start + _NAMED_AT_ONCE]
        found |= stage_rows(stage, path.parent, some, [rows[place] for place in some])
    return found


def _all_of(path: Path) -> str:
    """A query of rows as they arrived, every column text."""
    types = dict.fromkeys(COLUMNS, "VARCHAR") | {"line": "BIGINT", "tags": "MAP(VARCHAR, VARCHAR)"}
    listed = ", ".join(f"{text(column)}: {text(type_)}" for column, type_ in types.items())
    return (
        f"SELECT * FROM read_json({text(str(path))}, format = 'newline_delimited', columns = {{{listed}}},"
        f" maximum_object_size = {LONGEST_OBJECT})"
    )


def _said(connection: duckdb.DuckDBPyConnection) -> str:
    """The columns of which some row says something: to check all sixty takes longer than to read the rows."""
    names = [column for column in COLUMNS if column not in ("at", "event_id", "source")]
    counts = ", ".join(f"count({name(column)})" for column in names)
    ((*found,),) = connection.execute(f"SELECT {counts} FROM arrived").fetchall()
    said = [column for column, count in zip(names, found, strict=True) if count]
    return ", ".join(name(column) for column in ("line", "at", "event_id", *said))


def _never(_head: Head) -> int:
    return NO


def _given(query: str, _connection: duckdb.DuckDBPyConnection, _source: Source) -> str:
    return query
