"""The rows of any file for a map: `line`, `aside`, `raw`, and the values that the map speaks of."""

from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.format import Source
from farthing.importers.map_facts import Map
from farthing.importers.map_paths import Documents, json_path, parts
from farthing.importers.readers import (
    LONGEST_LINE,
    LONGEST_OBJECT,
    csv_records,
    header,
    json_lines,
    name,
    numbered,
    text,
)

_NESTED: Final = ("STRUCT", "MAP", "UNION", "JSON", "VARIANT")


def records(connection: DuckDBPyConnection, source: Source) -> str:
    """The records of a CSV or Parquet file: every column is text, nested ones JSON."""
    if not source.head.is_parquet:
        return f"SELECT *, NULL::VARCHAR AS aside FROM ({csv_records(source)})"
    scan = f"read_parquet({text(str(source.path))})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    columns = [
        f"{_as_text(row[0], row[1])} AS {name(ours)}"
        for row, ours in zip(described, header(source), strict=True)
    ]
    every = ", ".join(f"COALESCE({name(ours)}, '')" for ours in header(source))
    numbered = f"SELECT row_number() OVER () AS line, {', '.join(columns)} FROM {scan}"
    return f"SELECT *, concat_ws(chr(31), {every}) AS raw, NULL::VARCHAR AS aside FROM ({numbered})"


def objects(connection: DuckDBPyConnection, map_: Map, source: Source, fields: Documents) -> str:
    """The objects of a JSON file, with the values that `fields` was asked for as the list `v`.

    A document is parsed once, by one function: each keeps as much memory as the documents that it reads.
    """
    if map_.rows and _has_inner_rows(connection, documents(map_, source), map_.rows):
        inner = f"unnest({_inner_rows(map_.rows)}) AS doc"
        rows = f"SELECT line, aside, {inner} FROM ({documents(map_, source)})"
        found = f"SELECT *, {fields.read('doc')} FROM ({rows})"
    else:
        found = documents(map_, source, fields.read("json"))
    none = "CASE WHEN left(ltrim(CAST(doc AS VARCHAR)), 1) <> '{' THEN 'it is no JSON object' END"
    return f"SELECT line, COALESCE(aside, {none}) AS aside, CAST(doc AS VARCHAR) AS raw, v FROM ({found})"


def _as_text(column: str, type_: str) -> str:
    is_nested = type_.startswith(_NESTED) or type_.endswith("]")
    return f"CAST({f'to_json({name(column)})' if is_nested else name(column)} AS VARCHAR)"


def documents(map_: Map, source: Source, also: str = "") -> str:
    """The documents of a JSON file, one a line, in an array, or over many lines, as of `json_lines`."""
    starts_array = source.head.text.lstrip().startswith("[")
    goes_on = source.head.first_line.rstrip().endswith(("{", "[", ","))
    if map_.reads == "jsonl" or not (starts_array or goes_on):
        return json_lines(source, also)
    size = max(LONGEST_LINE, min(source.path.stat().st_size + 1024, LONGEST_OBJECT))
    shape = "array" if starts_array else "unstructured"
    path = text(str(source.path))
    rows = f"read_json_objects({path}, format = '{shape}', maximum_object_size = {size})"
    return numbered(rows, "NULL::VARCHAR", also)


def _has_inner_rows(connection: DuckDBPyConnection, found: str, path: str) -> bool:
    """Whether the first document has rows inside it; then others may be without."""
    kind = f"json_type(doc, {text(json_path(parts(path)))})"
    first = connection.execute(f"SELECT {kind} FROM ({found}) WHERE aside IS NULL LIMIT 1").fetchone()
    return first is not None and first[0] in ("ARRAY", "OBJECT")


def _inner_rows(path: str) -> str:
    """The rows inside a document: those of a list, one object, or itself where it has neither."""
    inner = json_path(parts(path))
    return (
        f"CASE json_type(doc, {text(inner)}) WHEN 'ARRAY' THEN json_extract(doc, {text(inner + '[*]')})"
        f" WHEN 'OBJECT' THEN [json_extract(doc, {text(inner)})] ELSE [doc] END"
    )
