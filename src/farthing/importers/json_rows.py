"""The objects of a JSON file, whether it holds one a line, an array of them, or pages of them."""

from duckdb import DuckDBPyConnection

from farthing.importers.format import Source
from farthing.importers.readers import LONGEST_OBJECT, json_lines, text


def json_rows(connection: DuckDBPyConnection, source: Source, inside: str = "") -> str:
    """A query of `line`, `doc` (JSON) and `aside`, as of `json_lines`, for any of these layouts.

    `inside` names the list in which pages hold their objects. Of an array and of pages `line` counts
    the objects.
    """
    layout = layout_of(source)
    lines = json_lines(source) if layout == "newline_delimited" else _documents(source, layout)
    if not inside or not _has_pages(connection, lines, inside):
        return lines
    listed = f"CASE WHEN aside IS NULL THEN json_extract(doc, {text(f'$.{inside}[*]')}) ELSE [NULL] END"
    return (
        "SELECT row_number() OVER () AS line, doc, aside"
        f" FROM (SELECT unnest({listed}) AS doc, aside FROM ({lines}))"
    )


def layout_of(source: Source) -> str:
    """How a JSON file is laid out, as DuckDB calls it: newline_delimited, array or unstructured."""
    head = source.head
    if head.text.lstrip().startswith("["):
        return "array"
    is_open = head.first_line.rstrip().endswith(("{", "[", ","))
    return "unstructured" if is_open else "newline_delimited"


def _documents(source: Source, layout: str) -> str:
    return (
        "SELECT row_number() OVER () AS line, json AS doc, CAST(NULL AS VARCHAR) AS aside"
        f" FROM read_json_objects({text(str(source.path))}, format = '{layout}',"
        f" maximum_object_size = {LONGEST_OBJECT})"
    )


def _has_pages(connection: DuckDBPyConnection, lines: str, inside: str) -> bool:
    """Whether the first object is a page: one that has the list."""
    kind = f"json_type(doc, {text(f'$.{inside}')})"
    first = connection.execute(f"SELECT {kind} FROM ({lines}) WHERE aside IS NULL LIMIT 1").fetchone()
    return first == ("ARRAY",)
