"""The receiver of this machine: its ledger and its journal, as named or where they usually are."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from farthing.app.ledgers import ledger_of
from farthing.app.receiver import Receiver
from farthing.catalog.data_folder import data_folder

_NAME_DIGITS: Final = 16


def receiver_of(ledger: object = None, journal: object = None) -> Receiver:
    """A receiver that is yet to be started. Raises InputError for what cannot be a ledger."""
    url = ledger_of(ledger).url
    return Receiver(url, Path(str(journal)).expanduser().absolute() if journal else journal_of(url))


def journal_of(url: str) -> Path:
    """Where the journal of a ledger lies: one for each, so that nothing waits for one and goes into another.

    It is in the data folder, wherever the ledger is: SQLite needs a disk of this machine.
    """
    place = url if "://" in url else str(Path(url).expanduser().absolute())
    digits = sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:_NAME_DIGITS]
    return data_folder() / "journals" / f"{digits}.sqlite"
