"""Tables that people hand in and take away: CSV in UTF-8, read within limits, written whole or not at all."""

import contextlib
import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Final

from farthing.units.problem import InputError, Problem, did_you_mean, quoted

LARGEST_BYTE: Final = 64 * 2**20
MOST_ROWS: Final = 1_000_000
_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Table:
    """The named columns and the rows of a file; a short row has empty cells."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def read_table(path: str, where: str, key: str = "id") -> Table:
    """A CSV table with a column `key`.

    Raises InputError for what is no readable file, too large, not UTF-8, no CSV or without the column.
    The size is looked at before anything is kept.
    """
    return parsed_table(text_of(path, where), path, where, key)


def text_of(path: str, where: str) -> str:
    """The text of a file. Raises InputError for what is no readable file, too large or not UTF-8."""
    return _decoded(_bytes(path, where), path, where)


def parsed_table(text: str, path: str, where: str, key: str = "id") -> Table:
    """The same from the text of the file. Raises InputError for no CSV or one without the column."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        columns = tuple(name.strip() for name in next(reader, []))
        _check_columns(columns, text, path, where, key)
        rows = tuple(islice(_rows(reader, columns), MOST_ROWS + 1))
    except csv.Error as error:
        raise InputError(
            [_unusable(path, where, f"it is no CSV table: {error}", "save it as CSV")]
        ) from error
    if len(rows) > MOST_ROWS:
        raise InputError([_unusable(path, where, f"it has more than {MOST_ROWS:,} rows", "split it")])
    return Table(tuple(name for name in columns if name), rows)


@contextlib.contextmanager
def replacing(path: str, where: str) -> Iterator[IO[str]]:
    """A text file that takes the place of `path` when all is written, and leaves it alone before.

    Raises InputError, before anything is computed, where nothing can be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise InputError([_unwritable(path, where, "it is a folder")])
        if target.exists() and not target.is_file():  # a pipe or /dev/stdout cannot be replaced
            with target.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError([_unwritable(path, where, error.strerror or str(error))]) from error


def write_rows(file: IO[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Header and rows as CSV with plain line feeds."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def _bytes(path: str, where: str) -> bytes:
    file = Path(path)
    try:
        if file.is_dir():
            raise InputError([_unusable(path, where, "it is a folder", "give a CSV file")])
        if file.is_file() and file.stat().st_size > LARGEST_BYTE:
            raise InputError([_too_large(path, where)])
        with file.open("rb") as stream:
            content = stream.read(LARGEST_BYTE + 1)  # a pipe does not say its size
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise InputError([_unusable(path, where, f"it cannot be read: {said}", "check the path")]) from error
    if len(content) > LARGEST_BYTE:
        raise InputError([_too_large(path, where)])
    return content


def _decoded(content: bytes, path: str, where: str) -> str:
    if not content.strip():
        raise InputError([_unusable(path, where, "it is empty", "give a table with a header line")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            [_unusable(path, where, f"it is not UTF-8: {error.reason}", "save it as CSV in UTF-8")]
        ) from error
    if "\0" in text:
        raise InputError([_unusable(path, where, "it is no text", "save it as CSV in UTF-8")])
    return text


def _rows(reader: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Rows by column name; equal cells share one text, so that a large table stays small in memory."""
    texts: dict[str, str] = {}
    for cells in reader:
        if not any(cells):
            continue
        named = zip(columns, (texts.setdefault(cell, cell) for cell in map(str.strip, cells)), strict=False)
        yield {name: cell for name, cell in named if name and cell}


def _check_columns(columns: Sequence[str], text: str, path: str, where: str, key: str) -> None:
    named = [name for name in columns if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        what = f"the column {quoted(twice[0])} is there twice"
        raise InputError(
            [Problem("bad-table", "error", where, what, "which one counts is unclear", "rename one")]
        )
    if key in named:
        return
    first = text.partition("\n")[0]
    other = next((word for mark, word in _SEPARATORS.items() if mark in first and len(named) == 1), "")
    fix = f"separate the cells with commas, not {other}" if other else did_you_mean(key, named)
    raise InputError(
        [
            Problem(
                code="missing-column",
                severity="error",
                where=f"{where} {Path(path).name}",
                what=f"there is no column {key}",
                why="predictions are told apart by it",
                fix=fix or f"add a column {key} with a name for each row",
            )
        ]
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _too_large(path: str, where: str) -> Problem:
    limit = f"it is larger than {LARGEST_BYTE / 2**20:.0f} MiB"
    return _unusable(path, where, limit, "split it into smaller tables")


def _unusable(path: str, where: str, why: str, fix: str) -> Problem:
    return Problem("unusable-file", "error", where, f"{quoted(path)} cannot be used", why, fix)


def _unwritable(path: str, where: str, why: str) -> Problem:
    return Problem(
        "unwritable-file", "error", where, f"{quoted(path)} cannot be written", why, "give another path"
    )
