"""Keeping the ledger: batches, months and their books, compaction, retention, taking out someone's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from farthing.app.asking import now
from farthing.app.ledger_window import month_of
from farthing.app.ledgers import engine_of, forget_answers, ledger_of
from farthing.catalog.load import catalog
from farthing.ledger.charges import BY_NAME as CHARGE_COLUMNS
from farthing.ledger.events import BY_NAME as EVENT_COLUMNS
from farthing.ledger.files import Files
from farthing.ledger.store import Ledger
from farthing.ledger.table import Table
from farthing.ledger.views import view
from farthing.pricing.book import book
from farthing.track.dimensions import Asked, filters, read_conditions
from farthing.track.pinned import months, pin_of
from farthing.units.dates import parse_date
from farthing.units.problem import InputError, Problem

KEEP_HOURS = 24 * 7


class Batch(msgspec.Struct, frozen=True):
    """What one import brought: rows of a format into a table, and their first and last moments."""

    batch: str
    table: str
    source: str
    rows: int
    first_at: str
    last_at: str


class Month(msgspec.Struct, frozen=True):
    """How a month is priced: with which book, at the prices of which day, and whether it is closed."""

    month: str
    book: str
    as_of: str
    closed: bool


class Tidied(msgspec.Struct, frozen=True):
    """Files of a table before and after, and how many that no version needs were taken away."""

    table: str
    files_before: int
    files_after: int
    removed: int


@dataclass(frozen=True, slots=True)
class Erased:
    """Rows that conditions hold for, or held for."""

    events: int
    charges: int


def batches(ledger: object = None) -> tuple[Batch, ...]:
    """Every import that the ledger has rows of, the newest first."""
    place, engine = ledger_of(ledger), engine_of()
    found: list[Batch] = []
    for title, table in _tables(place).items():
        columns = engine.ask(view("batches"), {"events": table.files()}).columns
        names = ("batch", "source", "events", "first_at", "last_at")
        for batch, source, rows, first, last in zip(*(columns[one] for one in names), strict=True):
            found.append(Batch(str(batch), title, str(source), int(rows), _moment(first), _moment(last)))
    return tuple(sorted(found, key=lambda one: one.batch, reverse=True))


def priced_months(ledger: object = None) -> tuple[Month, ...]:
    """How each month that has events is priced."""
    place = ledger_of(ledger)
    state = place.pins.state()
    found = []
    for month in months(place.events.files().days):
        pin = state.book_of(month)
        found.append(
            Month(month, pin.book if pin else book().hash, pin.as_of if pin else "", month in state.closed)
        )
    return tuple(found)


def close(words: Sequence[str], ledger: object = None) -> None:
    """Close months: what they cost stays, whatever prices become known. Raises InputError."""
    place, moment = ledger_of(ledger), now()
    state = place.pins.state()
    for month in map(_month, words):
        pin = state.book_of(month) or pin_of(book(), month, catalog().hash, moment)
        place.pins.close([month], replace(pin, at=moment))


def reopen(words: Sequence[str], ledger: object = None) -> None:
    """Let `reprice --apply` change months again. Raises InputError."""
    ledger_of(ledger).pins.open(list(map(_month, words)), now())


def tidy(keep_hours: int, ledger: object = None) -> tuple[Tidied, ...]:
    """Compact every table, and take away the files that no version of the last hours has."""
    found = []
    for title, table in _tables(ledger_of(ledger)).items():
        if table.exists():
            done = table.compact()
            found.append(Tidied(title, done.files_before, done.files_after, table.vacuum(keep_hours)))
    return tuple(found)


def erase(conditions: Sequence[str], ledger: object = None, *, is_meant: bool = False) -> Erased:
    """Take out all rows that conditions hold for, from the disk too; without `is_meant` only count them.

    A condition on a column that a table lacks leaves that table as it is. Raises InputError.
    """
    if not conditions:
        what, fix = "nothing says which rows", "name them: --where customer=acme"
        raise InputError([Problem("missing-input", "error", "--where", what, "", fix)])
    read = read_conditions(conditions, {**CHARGE_COLUMNS, **EVENT_COLUMNS})
    place = ledger_of(ledger)
    counts = []
    for table, columns in ((place.events, EVENT_COLUMNS), (place.charges, CHARGE_COLUMNS)):
        known = all(one.dimension in columns or ":" in one.dimension for one in read)
        where = filters(Asked(where=read), columns)
        counts.append(_erased(table, where, is_meant=is_meant) if known and table.exists() else 0)
    return Erased(*counts)


def erase_before(day: str, ledger: object = None, *, is_meant: bool = False) -> Erased:
    """Take out everything that happened before a day. Raises InputError for a day that is none."""
    place, until = ledger_of(ledger), parse_date(day, "--before")
    where = f"\"day\" < DATE '{until}'"
    return Erased(
        *(
            _erased(table, where, is_meant=is_meant) if table.exists() else 0
            for table in _tables(place).values()
        )
    )


def _erased(table: Table, where: str, *, is_meant: bool) -> int:
    if not is_meant:
        return _counted(table.files(), where)
    gone = table.remove(where)
    if gone:
        table.vacuum(0)
        forget_answers()
    return gone


def _counted(files: Files, where: str) -> int:
    found = engine_of().ask(f"SELECT COUNT(*) AS rows FROM {files.table} WHERE {where}", {files.table: files})
    return int(found.columns["rows"][0])


def _tables(place: Ledger) -> Mapping[str, Table]:
    return {"events": place.events, "charges": place.charges}


def _month(word: str) -> str:
    found = month_of(word)
    if found is None:
        what, fix = f"'{word[:40]}' is no month", "write it as 2026-11"
        raise InputError([Problem("bad-value", "error", "MONTH", what, "", fix)])
    return f"{found[0]:04d}-{found[1]:02d}"


def _moment(value: object) -> str:
    return f"{str(value)[:19]}Z"
