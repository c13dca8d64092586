"""A ledger of many synthetic events that is written in one go: a commit for each would take minutes."""

from ledger_rows import select
from small_ledger import ENGINE, _cell, book, rate_of

from farthing.ledger.charges import BY_NAME as CHARGE_COLUMNS
from farthing.ledger.charges import CHARGES
from farthing.ledger.connection import connect, text
from farthing.ledger.events import BY_NAME as EVENT_COLUMNS
from farthing.ledger.events import EVENTS
from farthing.ledger.store import open_ledger
from farthing.track.account import Accounts


def accounts_of(folder, events=(), charges=()):
    """The accounts of a ledger with these events and bill lines."""
    ledger = open_ledger(str(folder))
    with connect(threads=1) as connection:
        for table, columns, known, rows in (
            (ledger.events, EVENTS, EVENT_COLUMNS, events),
            (ledger.charges, CHARGES, CHARGE_COLUMNS, charges),
        ):
            made = []
            for number, said in enumerate(rows):
                given = {table.key: text(f"number-{number}"), "day": f"DATE '{said['at'][:10]}'"}
                given |= {name: _cell(known[name].sql_type, value) for name, value in said.items()}
                made.append(f"({select(columns, '(SELECT 1)', **given)})")
            if made:
                table.append(connection, " UNION ALL ".join(made))
    return Accounts(ENGINE, ledger, book(), None, rate_of)
