"""Files as queries: the lines of a JSONL file, the records of a CSV file, rows that Python made."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from duckdb import DuckDBPyConnection

from farthing.importers.files import UnusableFileError
from farthing.importers.format import Source
from farthing.importers.line_ends import with_one_end
from farthing.importers.long_lines import with_short_lines
from farthing.ledger.connection import name, text

__all__ = [
    "LONGEST_JSON_LINE",
    "LONGEST_LINE",
    "LONGEST_OBJECT",
    "csv_records",
    "header",
    "json_lines",
    "name",
    "numbered",
    "parquet_rows",
    "rejects",
    "rows_of",
    "text",
]
LONGEST_LINE: Final = 4 * 1024 * 1024  # of CSV: the reader keeps many lines in memory
LONGEST_OBJECT: Final = 32 * 1024 * 1024
# DuckDB reads twice as many bytes of lines at once.
LONGEST_JSON_LINE: Final = 4 * 1024 * 1024
_MOST_COLUMNS: Final = 2_000  # DuckDB reads 2,048 rows at once, whatever their width
_numbers = itertools.count()


def json_lines(source: Source, also: str = "") -> str:
    """A query of `line`, `doc` (JSON) and `aside`: a line that is no JSON has only a reason.

    `also` are further columns as SQL over `json`. What stands there is parsed once: the numbers of the
    lines keep DuckDB from parsing it again for each condition on it, as it would with memory for each.
    Empty lines are left out and not counted. `file` is the
    number of the part of the source.
    """
    files = source.files()
    paths = (with_short_lines(one.path, source.folder, LONGEST_JSON_LINE) for one in files.values())
    listed = ", ".join(text(str(path)) for path in paths)
    rows = f"read_ndjson_objects([{listed}], ignore_errors = true, maximum_object_size = {LONGEST_JSON_LINE})"
    number = f"{list(files)}[CAST(file_index AS BIGINT) + 1]" if source.parts else "0"
    columns = ", ".join(filter(None, (f"{number} AS file", also)))
    lines = numbered(rows, "CASE WHEN json IS NULL THEN 'it is not JSON' END", columns)
    if not source.parts:
        return lines
    return f"SELECT * REPLACE (line - min(line) OVER (PARTITION BY file) + 1 AS line) FROM ({lines})"


def numbered(objects: str, aside: str, also: str = "") -> str:
    """JSON objects as `json_lines` gives them, with why each cannot be used as SQL over `json`."""
    columns = ", ".join(filter(None, ("json AS doc", f"{aside} AS aside", also)))
    return f"SELECT row_number() OVER () AS line, * FROM (SELECT {columns} FROM {objects})"


def csv_records(source: Source) -> str:
    """A query of all columns as text, with `line` (the record, the header being 1) and `raw`.

    Columns that have the same name get a number. Records that do not fit the header are among the
    rejects of the connection (`rejects`).
    """
    columns = header(source)
    scan = _scan(
        with_one_end(source.path, source.folder), columns, delimiter=source.head.delimiter, quote='"', skip=1
    )
    joined = ", ".join(f"COALESCE({name(column)}, '')" for column in columns)
    return f"SELECT *, concat_ws(chr(31), {joined}) AS raw FROM ({scan})"


def header(source: Source) -> list[str]:
    """The names of a CSV file's columns, each once, none of them ours.

    Raises UnusableFileError where the first line names none, or more than can be read.
    """
    if not any(source.head.columns):
        raise UnusableFileError("its first line names no columns")
    if len(source.head.columns) > _MOST_COLUMNS:
        raise UnusableFileError(f"it has {len(source.head.columns):,} columns, more than {_MOST_COLUMNS:,}")
    taken = {"line", "aside", "raw"}
    found: list[str] = []
    for given in source.head.columns:
        column = given or "column"
        unique = next(
            spelled
            for spelled in itertools.chain([column], (f"{column}_{number}" for number in itertools.count(2)))
            if spelled.lower() not in taken
        )
        taken.add(unique.lower())
        found.append(unique)
    return found


def parquet_rows(source: Source) -> str:
    """A query of the rows of a Parquet file, with `line`, the number of the row."""
    return f"SELECT *, row_number() OVER () AS line FROM read_parquet({text(str(source.path))})"


def rows_of(source: Source, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """A query of rows that Python made; every column is text, `tags` is a map, what a row lacks is null."""
    path = source.folder / f"rows-{next(_numbers)}.jsonl"
    encode = msgspec.json.encode
    with path.open("wb") as out:
        for row in rows:
            out.write(encode(row) + b"\n")
    types = {column: "MAP(VARCHAR, VARCHAR)" if column == "tags" else "VARCHAR" for column in columns}
    listed = ", ".join(f"{text(column)}: {text(type_)}" for column, type_ in types.items())
    return (
        f"SELECT * FROM read_json({text(str(path))}, format = 'newline_delimited',"
        f" columns = {{{listed}}}, maximum_object_size = {LONGEST_OBJECT})"
    )


def rejects(connection: DuckDBPyConnection) -> list[tuple[int, str]]:
    """What the readers of text refused since the last call: numbers of lines and reasons, in order."""
    known = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    if connection.execute(known).fetchone() == (0,):
        return []
    query = "SELECT line, min(error_message) FROM reject_errors GROUP BY line ORDER BY line"
    found = connection.execute(query).fetchall()
    connection.execute("DROP TABLE reject_errors")
    connection.execute("DROP TABLE reject_scans")
    return [(int(line), str(why)) for line, why in found]


def _scan(path: Path, columns: Sequence[str], *, delimiter: str, quote: str, skip: int) -> str:
    """Records as text with their numbers; what the reader refuses is kept among the rejects."""
    typed = ", ".join(f"{text(column)}: 'VARCHAR'" for column in columns)
    return (
        f"SELECT row_number() OVER () + {skip} AS line, * FROM"
        f" read_csv({text(str(path))}, columns = {{{typed}}}, auto_detect = false, header = false,"
        f" skip = {skip}, delim = {text(delimiter)}, quote = {text(quote)}, escape = {text(quote)},"
        f" max_line_size = {LONGEST_LINE}, store_rejects = true)"
    )
