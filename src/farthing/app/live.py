"""The receiver of this machine: its ledger and its journal, as named or where they usually are."""

from pathlib import Path

from farthing.app.journals import journal_of
from farthing.app.ledgers import ledger_of
from farthing.app.receiver import Receiver


def receiver_of(ledger: object = None, journal: object = None) -> Receiver:
    """A receiver that is yet to be started. Raises InputError for what cannot be a ledger."""
    url = ledger_of(ledger).url
    return Receiver(url, Path(str(journal)).expanduser().absolute() if journal else journal_of(url))
