"""Rows for tests of the store: synthetic, made by DuckDB, each column either given or its default."""

from collections.abc import Sequence

from farthing.ledger.columns import Column
from farthing.ledger.connection import connect
from farthing.ledger.engine import engine
from farthing.ledger.events import EVENTS
from farthing.ledger.store import open_ledger
from farthing.ledger.table import Table

FIRST = "TIMESTAMPTZ '2026-01-01 00:00:00.123456Z'"


def select(columns: Sequence[Column], origin: str, **given: str) -> str:
    """A query with all columns of a table, of which some are given as SQL."""
    cells = [f'{given.get(column.name, column.default)} AS "{column.name}"' for column in columns]
    return f"SELECT {', '.join(cells)} FROM {origin}"


def events(first: int, last: int, **given: str) -> str:
    """Events number `first` to before `last`, one each minute from New Year's Day of 2026."""
    at = f"{FIRST} + to_minutes(n)"
    usual = {
        "event_id": "'event-' || n",
        "at": at,
        "day": f"CAST({at} AS DATE)",
        "requests": "1",
        "input_tokens": "n",
        "output_tokens": "10",
        "model": "'model-' || (n % 3)",
    }
    return select(EVENTS, f"range({first}, {last}) numbers(n)", **{**usual, **given})


def asked(table: Table, what: str) -> tuple:
    """The one row of what is selected from a table."""
    with connect(threads=1) as connection:
        ((*row,),) = connection.execute(f"SELECT {what} FROM {table.files().relation()}").fetchall()
    return tuple(row)


def asked_by_engine(table: Table, what: str) -> tuple:
    """The same by the engine that questions go to."""
    columns = engine(None).ask(f"SELECT {what} FROM {table.name}", {table.name: table.files()}).columns
    return tuple(cells.tolist()[0] for cells in columns.values())


def table_at(folder) -> Table:
    """The events of a ledger in a folder."""
    return open_ledger(str(folder)).events
