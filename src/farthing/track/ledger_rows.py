"""Rows of the ledger as they lie there, for files."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from farthing.ledger.columns import Column
from farthing.ledger.connection import connect, name, text
from farthing.ledger.files import Files
from farthing.ledger.remote import reach
from farthing.track.dimensions import Asked, filters
from farthing.track.focus_charges import ChargeRow
from farthing.track.sheet import Cell
from farthing.track.table_files import Kind, write_table

_KINDS: Final[Mapping[str, Kind]] = {
    "text": "text", "count": "whole", "whole": "whole", "number": "money", "money": "money",
    "duration": "money", "time": "moment", "day": "day", "map": "text", "list": "text",
}  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 10_000
_MEMORY: Final = "1GB"


def rows_as_they_are(path: Path, title: str, files: Files, asked: Asked) -> int:
    """Write a table of the ledger to a file; how many rows it has. Raises InputError."""
    columns = {column.name: _KINDS[column.kind] for column in files.columns}
    return write_table(path, title, columns, _rows(files, asked, "TRUE"))


def charge_rows(files: Files, asked: Asked, counted: Collection[str]) -> Iterator[ChargeRow]:
    """Charges, without those for models of providers whose usage is counted already."""
    known = ", ".join(map(text, sorted(counted))) or "''"
    own = f"NOT ({name('model')} <> '' AND {name('provider')} IN ({known}))"
    wanted = {field.name for field in fields(ChargeRow)}
    titles = [column.name for column in files.columns]
    for row in _rows(files, asked, own):
        cells: dict[str, object] = {
            title: cell for title, cell in zip(titles, row, strict=True) if title in wanted
        }
        cells["tags"] = json.loads(str(cells["tags"])) if cells["tags"] else {}
        yield ChargeRow(**cells)  # type: ignore[arg-type]


def kinds_of(title: str, values: Sequence[object]) -> Kind:
    """What a column of a table of ours holds."""
    if title.endswith(("_usd", "_share")):
        return "money"
    return "whole" if values and all(isinstance(value, int) or value is None for value in values) else "text"


def _rows(files: Files, asked: Asked, condition: str) -> Iterator[Sequence[Cell]]:
    if not files.rows:
        return
    columns = {column.name: column for column in files.columns}
    shown = ", ".join(_shown(column) for column in files.columns)
    where = f"({filters(asked, columns)}) AND {condition}"
    order = f"{name('at')}, {name(files.columns[0].name)}"
    with connect(_MEMORY) as connection:
        reach(connection, files.uris)
        found = connection.execute(f"SELECT {shown} FROM {files.relation()} WHERE {where} ORDER BY {order}")
        while rows := found.fetchmany(_AT_ONCE):
            for row in rows:
                yield [_cell(column, value) for column, value in zip(files.columns, row, strict=True)]


def _shown(column: Column) -> str:
    given = name(column.name)
    if column.kind == "time":
        return f"epoch_us({given})"
    if column.kind in ("map", "list"):
        return f"CAST(to_json({given}) AS VARCHAR)"
    return f"CAST({given} AS DECIMAL(38, 18))" if column.kind == "number" else given


def _cell(column: Column, value: object) -> Cell:
    if column.kind == "time" and isinstance(value, int):
        return _EPOCH + timedelta(microseconds=value)
    assert value is None or isinstance(value, str | int | date | Decimal), "columns hold nothing else"
    return value
