"""Tables as files: CSV, Parquet or a spreadsheet, by the name of the file."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import duckdb
import msgspec

from farthing.ledger.connection import connect, name, text
from farthing.track.safe_text import safe_text
from farthing.track.sheet import Cell, write_sheet
from farthing.track.whole_file import whole_file
from farthing.units.problem import InputError, Problem

Kind: TypeAlias = Literal["text", "money", "whole", "day", "moment"]
"""What a column holds. Money is exact to 18 decimals, a moment is in UTC."""
_SQL: Final[Mapping[Kind, str]] = MappingProxyType({
    "text": "VARCHAR",
    "money": "DECIMAL(38,18)",
    "whole": "BIGINT",
    "day": "DATE",
    "moment": "TIMESTAMPTZ",
})  # fmt: skip
_DECIMALS: Final = 18
_MEMORY: Final = "400MB"
_LONGEST_ROW: Final = 32 * 1024 * 1024

Rows: TypeAlias = Iterable[Sequence[Cell]]
_Write: TypeAlias = Callable[[Path, str, Mapping[str, Kind], Rows], int]


def write_table(path: Path, title: str, columns: Mapping[str, Kind], rows: Rows) -> int:
    """Write rows to a .csv, .parquet or .xlsx file, whole or not at all, and say how many they were.

    Rows are streamed. CSV is that of RFC 4180 in UTF-8: an empty cell is nothing, amounts have every
    digit, and text that a spreadsheet would run is guarded (`safe_text`). Raises InputError for another
    ending, and where the file cannot be written.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        what = f"a file ending in '{path.suffix}' is nothing that is written"
        fix = f"End it in {', '.join(_WRITERS)}."
        raise InputError([Problem("unknown-format", "error", str(path), what, "", fix)])
    return write(path, title, columns, rows)


def written(cell: Cell) -> str | None:
    """A value as text: amounts exactly, moments in ISO 8601, nothing as None.

    >>> written(Decimal("1E-7")), written(Fraction(-9, 4)), written(datetime(2026, 5, 1, tzinfo=UTC))
    ('0.0000001', '-2.25', '2026-05-01T00:00:00Z')
    """
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, Fraction | Decimal):
        return decimal_text(Fraction(cell))
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def decimal_text(amount: Fraction) -> str:
    """An amount in digits: exact where 18 decimals are enough, else rounded half to even.

    >>> decimal_text(Fraction(57868362, 10**6)), decimal_text(Fraction(-2, 3))
    ('57.868362', '-0.666666666666666667')
    """
    scaled = round(amount * 10**_DECIMALS)
    whole, rest = divmod(abs(scaled), 10**_DECIMALS)
    digits = f"{whole}.{rest:0{_DECIMALS}d}".rstrip("0").rstrip(".")
    return f"-{digits}" if scaled < 0 else digits


def _csv(path: Path, _title: str, columns: Mapping[str, Kind], rows: Rows) -> int:
    count = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([safe_text(column) for column in columns])
        for row in rows:
            writer.writerow([_guarded(cell) for cell in row])
            count += 1
    return count


def _guarded(cell: Cell) -> str | None:
    return safe_text(cell) if isinstance(cell, str) else written(cell)


def _parquet(path: Path, _title: str, columns: Mapping[str, Kind], rows: Rows) -> int:
    with TemporaryDirectory(prefix="farthing-") as folder, whole_file(path) as part:
        lines = Path(folder) / "rows.jsonl"
        count = _as_lines(lines, rows)
        read = ", ".join(f"{text(f'c{place}')}: 'VARCHAR'" for place in range(len(columns)))
        typed = ", ".join(
            f"CAST({name(f'c{place}')} AS {_SQL[kind]}) AS {name(column)}"
            for place, (column, kind) in enumerate(columns.items())
        )
        query = (
            f"SELECT {typed} FROM read_json({text(str(lines))}, format = 'newline_delimited',"
            f" columns = {{{read}}}, maximum_object_size = {_LONGEST_ROW})"
        )
        with connect(memory=_MEMORY) as connection:
            connection.execute("SET preserve_insertion_order = true")
            _copied(connection, query, part, path)
    return count


def _copied(connection: duckdb.DuckDBPyConnection, query: str, part: Path, path: Path) -> None:
    try:
        connection.execute(f"COPY ({query}) TO {text(str(part))} (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.IOException as error:
        what = f"it cannot be written ({str(error).splitlines()[0]})"
        raise InputError(
            [Problem("cannot-write", "error", str(path), what, "", "Check the folder.")]
        ) from error


def _as_lines(path: Path, rows: Rows) -> int:
    count = 0
    with path.open("wb") as out:
        for row in rows:
            line = {f"c{place}": written(cell) for place, cell in enumerate(row) if cell is not None}
            out.write(msgspec.json.encode(line) + b"\n")
            count += 1
    return count


def _xlsx(path: Path, title: str, columns: Mapping[str, Kind], rows: Rows) -> int:
    return write_sheet(path, title, tuple(columns), rows)


_WRITERS: Final[Mapping[str, _Write]] = MappingProxyType({
    ".csv": _csv,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
})  # fmt: skip
