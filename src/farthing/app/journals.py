"""Where the journal of a ledger lies, and how much waits in it, for who does not own it."""

import contextlib
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Final

from farthing.catalog.data_folder import data_folder
from farthing.units.problem import Problem

_NAME_DIGITS: Final = 16


def journal_of(url: str) -> Path:
    """Where the journal of a ledger lies: one for each, so that nothing waits for one and goes into another.

    It is in the data folder, wherever the ledger is: SQLite needs a disk of this machine.
    """
    place = url if "://" in url else str(Path(url).expanduser().absolute())
    digits = sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:_NAME_DIGITS]
    return data_folder() / "journals" / f"{digits}.sqlite"


def waiting(url: str) -> list[Problem]:
    """What to say where events were received for a ledger and are not in it yet; nothing where none are."""
    path = journal_of(url)
    if not path.is_file():
        return []
    events = 0
    with (
        contextlib.suppress(sqlite3.Error),  # a journal that cannot be read is its owner's to tell of
        contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)) as journal,
    ):
        (events,) = journal.execute("SELECT count(*) FROM waiting").fetchone()
    if not events:
        return []
    what = f"{events:,} events that were received are not in the ledger yet"
    why, fix = "farthing up moves them every few seconds", "ask again, or start farthing up where none runs"
    return [Problem("waiting", "note", url, what, why, fix)]
