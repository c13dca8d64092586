"""`export`: the ledger as a FOCUS dataset, or a table of it, as CSV, Parquet or a spreadsheet."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.ledgers import account, count, empty, ledger_of
from farthing.app.spend import accounts_of, asking_of
from farthing.app.spend_rows import rows_of
from farthing.estimate.answer import Estimate, Row
from farthing.pricing.overlay import book_with
from farthing.track.account import Accounts
from farthing.track.by_meter import usage_rows
from farthing.track.dimensions import Asked as Asking
from farthing.track.focus import VERSION, Unpriced, write_focus
from farthing.track.ledger_rows import charge_rows, kinds_of, rows_as_they_are
from farthing.track.sheet import Cell
from farthing.track.table_files import Kind, write_table
from farthing.units.problem import InputError, Problem, quoted

STDOUT: Final = "-"
_USD: Final = "_usd"


class ExportOptions(TypedDict, total=False):
    """What `export` may be asked."""

    out: str
    focus: str
    table: str
    by: str | list[str]
    since: str
    until: str
    where: str | list[str]
    ledger: str
    book: str | list[str]
    as_of: str
    fx: str | list[str]


def export(**options: Unpack[ExportOptions]) -> Estimate:
    """Write the ledger to a file, as FOCUS 1.4 or as one of its tables. Raises InputError."""
    return answer(ask("export", options))


def answer(asked: Asked) -> Estimate:
    """The export for options that were read already."""
    out = asked.question.words.get("out")
    if not out:
        what, fix = (
            "no file to write was named",
            "farthing export out.csv, out.parquet, out.xlsx, or - for CSV",
        )
        raise InputError([Problem("missing-input", "error", "OUT", what, "", fix)])
    _known_version(asked.question.words.get("focus", VERSION))
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists() and not ledger.charges.exists():
        raise empty(ledger)
    accounts = accounts_of(asked, ledger)
    asking = asking_of(asked, default_by=())
    with tempfile.TemporaryDirectory(prefix="farthing-export-") as folder:
        path = Path(folder) / "out.csv" if out == STDOUT else Path(out).expanduser()
        title, written, problems = _written(path, asked, accounts, asking)
        if out == STDOUT:
            _pass_on(path)
    verdict = f"Wrote {written:,} rows of {title} to {'standard output' if out == STDOUT else out}."
    rows: list[Row] = [{"file": out, "table": title, "rows_written": written}]
    return account(
        asked,
        verdict,
        {"rows_written": count(written, "rows")},
        rows,
        problems=problems,
        book=accounts.book.hash,
        main="rows_written",
        following="farthing spend --by month",
    )


def _written(path: Path, asked: Asked, accounts: Accounts, asking: Asking) -> tuple[str, int, list[Problem]]:
    """What was written, how many rows, and what could not be."""
    table = asked.question.words.get("table")
    if table == "spend":
        return "spend", _spend(path, accounts, asking), []
    if table is not None:
        files = accounts.events if table == "events" else accounts.charges
        return table, rows_as_they_are(path, table, files, asking), []
    listed = book_with(())
    providers = {words.provider for words in accounts.question(asking, asking.window).words}
    done = write_focus(
        path, usage_rows(accounts, asking, listed), charge_rows(accounts.charges, asking, providers)
    )
    problems = [*map(_unpriced, done.unpriced), *([_unbilled(done.unbilled)] if done.unbilled else [])]
    return f"FOCUS {VERSION}", done.rows, problems


def _spend(path: Path, accounts: Accounts, asking: Asking) -> int:
    """The table of `farthing spend`, amounts as exact numbers."""
    rows = rows_of(accounts.account(asking), asking.by, None, None)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, Kind] = {name: kinds_of(name, [row.get(name) for row in rows]) for name in names}
    return write_table(path, "spend", columns, _cells(rows, columns))


def _cells(rows: Sequence[Row], columns: dict[str, Kind]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        yield tuple(
            Decimal(str(row[name])) if kind == "money" and row.get(name) is not None else row.get(name)
            for name, kind in columns.items()
        )


def _pass_on(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        shutil.copyfileobj(file, sys.stdout)


def _known_version(version: str) -> None:
    if version.strip() != VERSION:
        what, fix = f"FOCUS {quoted(version)} is not written", f"--focus {VERSION}; imports read 1.0 to 1.4"
        raise InputError([Problem("not-a-choice", "error", "--focus", what, "", fix)])


def _unpriced(one: Unpriced) -> Problem:
    what = f"{one.quantity:,} of {one.meter} have no price and are not in the file"
    why, fix = "FOCUS wants costs on every line", "give its price: --book FILE"
    return Problem("unpriced", "warning", f"{one.provider}/{one.model}", what, why, fix)


def _unbilled(number: int) -> Problem:
    what, why = f"{number:,} charges do not say what they cost and are not in the file", "FOCUS wants costs"
    return Problem("unpriced", "warning", "charges", what, why, "")
