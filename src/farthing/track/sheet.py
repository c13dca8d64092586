"""Tables as spreadsheets (xlsx): streamed, with text as text and numbers as numbers.

A name that begins with = is text and never a formula, an address never a link. A number has the 15 digits
that spreadsheets calculate with: exact amounts are in CSV and Parquet.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, TypeAlias

from farthing.track.whole_file import whole_file
from farthing.units.problem import InputError, Problem

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell: TypeAlias = str | int | float | Decimal | Fraction | date | None
MOST_ROWS: Final = 1_048_575  # below the headers, of one sheet
LONGEST_TEXT: Final = 32_767
LONGEST_NAME: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_FIRST_DAY: Final = date(1900, 3, 1)  # spreadsheets count a 29th of February 1900
# The clock is not read here, and equal tables make equal files: the day from which zip files count.
_CREATED: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - the file has no zone


def write_sheet(path: Path, name: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table, and say how many rows it has. Beyond a sheet's 1,048,575 it goes on in a next one.

    Text longer than a cell may hold is cut, and ends in …. Raises InputError where xlsxwriter is not
    installed or the file cannot be written.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        what = "spreadsheets need the package xlsxwriter"
        fix = "Run: pip install 'farthing[xlsx]', or write .csv or .parquet."
        raise InputError([Problem("missing-package", "error", str(path), what, "", fix)]) from None
    with TemporaryDirectory(prefix="farthing-") as folder, whole_file(path) as part, part.open("wb") as out:
        book = Workbook(out, {**_OPTIONS, "tmpdir": folder})
        book.set_properties({"created": _CREATED})
        try:
            count = _write(book, name, headers, iter(rows))
        finally:
            _close(book)
    return count


def _close(book: "Workbook") -> None:
    """Close a book, whole or not: one that stays open would be written when it is collected."""
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None  # the OSError that it stands for
    finally:
        book.fileclosed = True


def _write(book: "Workbook", name: str, headers: Sequence[str], rows: Iterator[Sequence[Cell]]) -> int:
    total = 0
    number = 1
    while (count := _write_one(book, _title(name, number), headers, rows)) == MOST_ROWS:
        total, number = total + count, number + 1
    return total + count


def _write_one(book: "Workbook", name: str, headers: Sequence[str], rows: Iterator[Sequence[Cell]]) -> int:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(headers):
        sheet.set_column(column, column, max(10, min(len(header) + 2, 40)))
        sheet.write_string(0, column, _cut(header), bold)
    count = 0
    while count < MOST_ROWS and (row := next(rows, None)) is not None:
        count += 1
        for column, cell in enumerate(row):
            _write_cell(sheet, count, column, cell, day, moment)
    if headers:
        sheet.autofilter(0, 0, count, len(headers) - 1)
    return count


def _write_cell(
    sheet: "Worksheet", row: int, column: int, cell: Cell, day: "Format", moment: "Format"
) -> None:
    if cell is None:
        return
    if isinstance(cell, date) and _as_date(cell) >= _FIRST_DAY:
        style = moment if isinstance(cell, datetime) else day
        sheet.write_datetime(row, column, _without_zone(cell), style)
    elif isinstance(cell, int | float | Decimal | Fraction) and math.isfinite(cell):
        sheet.write_number(row, column, float(cell))
    else:
        sheet.write_string(row, column, _cut(str(cell)))


def _as_date(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _without_zone(moment: date) -> date:
    """A moment in UTC without saying so: cells have no zones."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return moment


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _title(name: str, number: int) -> str:
    """A sheet's name of the characters and the length that sheets allow."""
    ending = f" {number}" if number > 1 else ""
    allowed = name.translate(_FORBIDDEN).strip("' ") or "Sheet"
    return f"{allowed[: LONGEST_NAME - len(ending)].rstrip(chr(39))}{ending}"
