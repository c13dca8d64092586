"""A database's table that was exported as CSV or as JSON: its columns, whichever of the two it is."""

from collections.abc import Collection, Sequence

from duckdb import DuckDBPyConnection

from farthing.importers.format import Source
from farthing.importers.json_rows import json_rows
from farthing.importers.readers import csv_records, header, name, text


def exported(
    connection: DuckDBPyConnection,
    source: Source,
    columns: Sequence[str],
    nested: Collection[str] = (),
    inside: str = "data",
) -> str:
    """A query of `line`, `flaw` (why a record cannot be used) and the columns as text, null where missing.

    Columns that are `nested` hold JSON, which may be text that holds JSON. Of JSON pages, `inside` names
    the list that holds the rows.
    """
    return (
        _json(connection, source, columns, inside) if source.head.is_json else _csv(source, columns, nested)
    )


def _csv(source: Source, columns: Sequence[str], nested: Collection[str]) -> str:
    known = {column.lower() for column in header(source)}
    listed = [
        f"{_decoded(name(column)) if column in nested else name(column)} AS {name(column)}"
        if column.lower() in known
        else f"CAST(NULL AS VARCHAR) AS {name(column)}"
        for column in columns
    ]
    return f"SELECT line, CAST(NULL AS VARCHAR) AS flaw, {', '.join(listed)} FROM ({csv_records(source)})"


def _json(connection: DuckDBPyConnection, source: Source, columns: Sequence[str], inside: str) -> str:
    paths = ", ".join(text(f"$.{column}") for column in columns)
    listed = ", ".join(f"said[{place}] AS {name(column)}" for place, column in enumerate(columns, 1))
    rows = json_rows(connection, source, inside)
    said = f"SELECT line, aside AS flaw, json_extract_string(doc, [{paths}]) AS said FROM ({rows})"
    return f"SELECT line, flaw, {listed} FROM ({said})"


def _decoded(given: str) -> str:
    return f"CASE WHEN starts_with({given}, '\"') THEN TRY({given}->>'$') ELSE {given} END"
