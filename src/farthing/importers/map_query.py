"""A map and a file as one query: the file's rows with the columns of the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.files import UnusableFileError
from farthing.importers.format import Source
from farthing.importers.map_facts import START, Made, Map, Spec
from farthing.importers.map_paths import Documents, Fields, Table
from farthing.importers.map_rows import objects, records
from farthing.importers.map_steps import said
from farthing.importers.map_tags import Tags, tags
from farthing.importers.readers import header, name, text
from farthing.ledger import charges, events
from farthing.ledger.columns import Column

SCHEMAS: Final[Mapping[str, Mapping[str, Column]]] = {"events": events.BY_NAME, "charges": charges.BY_NAME}
KEYS: Final = {"events": "event_id", "charges": "charge_id"}
_MOST_SECONDS: Final = 1e11  # three thousand years: beyond what a moment may be
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def query(map_: Map, connection: DuckDBPyConnection, source: Source) -> str:
    """The rows of a file as a map reads them. Raises UnusableFileError where the file lacks a column."""
    if not {"at"} & (set(map_.columns) | set(source.values)):
        raise UnusableFileError("nothing says when its rows happened: map a column to 'at', or --set at=…")
    is_table = reads(map_, source) in ("csv", "parquet")
    fields: Fields = Table.of(header(source)) if is_table else Documents()
    known = [tag for tag in events.TAG_NAMES if tag in SCHEMAS[map_.table]]
    tagged = tags(map_.tags, known, fields)
    columns = dict(_columns(map_, fields, source.values.get(START, map_.start)))
    for column, value in tagged.columns.items():
        columns[column] = f"COALESCE({columns[column]}, {value})" if column in columns else value
    if tagged.tags:
        columns["tags"] = tagged.tags
    meant = " AND ".join(_is_meant(path, values, fields) for path, values in map_.where.items())
    rows = (
        objects(connection, map_, source, fields)
        if isinstance(fields, Documents)
        else records(connection, source)
    )
    filtered = f"SELECT * FROM ({rows}) WHERE aside IS NOT NULL OR ({meant})" if meant else rows
    listed = ", ".join(f"{value} AS {name(column)}" for column, value in columns.items())
    return f"SELECT line, {_aside(tagged)} AS aside, raw, {listed} FROM ({_with(filtered, tagged)})"


def reads(map_: Map, source: Source) -> str:
    """How a file is to be read: as the map says, else as it looks."""
    if source.head.is_parquet:
        return "parquet"
    if map_.reads != "auto":
        return map_.reads
    return "json" if source.head.is_json else "csv"


def _with(rows: str, tagged: Tags) -> str:
    """Rows with what several expressions of the tags use."""
    for column, value in tagged.inner.items():
        rows = f"SELECT *, {value} AS {name(column)} FROM ({rows})"
    return rows


def _aside(tagged: Tags) -> str:
    return f"COALESCE(aside, {tagged.wrong})" if tagged.wrong else "aside"


def _columns(map_: Map, fields: Fields, start: str) -> Iterator[tuple[str, str]]:
    for column, spec in map_.columns.items():
        kind = SCHEMAS[map_.table][column].kind
        value = said(spec, fields)
        if kind == "whole":
            value = _rounded(value)
        if kind == "time":
            value = _since(value, start) if start and column == "at" else _dated(value, spec)
        yield column, value
    if map_.id:
        yield KEYS[map_.table], f"{text(map_.name + ':')} || {_identity(map_, fields)}"


def _identity(map_: Map, fields: Fields) -> str:
    """What tells a row from all others: a value itself, or a digest of several. Null where all are."""
    found = [said(spec, fields) for spec in map_.id]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"COALESCE({one}, '')" for one in found)
    none = " AND ".join(f"{one} IS NULL" for one in found)
    return f"CASE WHEN NOT ({none}) THEN md5(concat_ws(chr(31), {listed})) END"


def _rounded(value: str) -> str:
    """A length or a time in whole units: nobody's bill depends on the rest of it."""
    number = f"TRY_CAST({value} AS DECIMAL(38,6))"
    return f"COALESCE(CAST(CAST(round({number}) AS DECIMAL(38,0)) AS VARCHAR), {value})"


def _since(value: str, start: str) -> str:
    """The moment so many seconds after a start."""
    try:
        begin = (moment(start) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        raise UnusableFileError(f"'{start}' is no moment to start at, such as 2026-01-01") from None
    seconds = f"TRY_CAST({value} AS DOUBLE)"
    found = f"CAST(make_timestamptz({begin} + CAST(round({seconds} * 1e6) AS BIGINT)) AS VARCHAR)"
    near = f"isfinite({seconds}) AND abs({seconds}) < {_MOST_SECONDS:.0f}"
    return f"CASE WHEN {near} THEN {found} ELSE 'no count of seconds: ' || {value} END"


def _dated(value: str, spec: Spec) -> str:
    formats = spec.format if isinstance(spec, Made) else ()
    listed = [formats] if isinstance(formats, str) else list(formats)
    if not listed:
        return value
    written = ", ".join(map(text, listed))
    return f"COALESCE(CAST(try_strptime({value}, [{written}]) AS VARCHAR), {value})"


def _is_meant(path: str, values: str | Sequence[str], fields: Fields) -> str:
    listed = [values] if isinstance(values, str) else values
    # A file without the column is as one where it is empty, if that is meant.
    found = fields.text_or_null(path) if "" in listed else fields.text(path)
    return f"COALESCE({found}, '') IN ({', '.join(map(text, listed))})"


def moment(written: str) -> datetime:
    """A moment in ISO 8601, UTC where it names no zone. Raises ValueError."""
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
