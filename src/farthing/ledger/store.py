"""Where the ledger is kept: Delta tables below one folder."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from farthing.ledger.charges import CHARGES
from farthing.ledger.events import EVENTS
from farthing.ledger.log import Log
from farthing.ledger.pin_columns import PINS
from farthing.ledger.pins import Pins
from farthing.ledger.table import Table
from farthing.units.problem import InputError, Problem, quoted

_SCHEMES: Final = ("file",)
# deltalake reads % as the start of an escape, DuckDB the others as patterns or as a partition.
_UNUSABLE: Final = re.compile(r"[%*?\[]|\bday=")


class Ledger:
    """The tables of one ledger."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.events = Table(Log(folder / "events", "events", EVENTS), "event_id")
        self.charges = Table(Log(folder / "charges", "charges", CHARGES), "charge_id")
        self.books = Table(Log(folder / "books", "books", PINS), "pin_id")

    @property
    def pins(self) -> Pins:
        """Which price book each month is priced with."""
        return Pins(self.books)


def open_ledger(url: str) -> Ledger:
    """The ledger at a folder or `file://` URL; nothing is made until something is written.

    Raises InputError for a place that it cannot keep one in.
    """
    return Ledger(url, _folder(url))


def _folder(url: str) -> Path:
    if "://" not in url:
        return _usable(url, Path(url).expanduser().absolute())
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise InputError([_unknown(url)])
    return _usable(url, Path(unquote(parts.path)))


def _usable(url: str, folder: Path) -> Path:
    if not url.strip() or (folder.exists() and not folder.is_dir()):
        raise InputError([_not_a_folder(url)])
    if found := _UNUSABLE.search(str(folder)):
        raise InputError([_unusable(url, found.group())])
    return folder


def _unknown(url: str) -> Problem:
    fix = (
        f"Name a folder, or a URL that begins with one of {', '.join(f'{scheme}://' for scheme in _SCHEMES)}."
    )
    return Problem("ledger-url", "error", "--ledger", f"{quoted(url)} is no place for a ledger", "", fix)


def _unusable(url: str, part: str) -> Problem:
    what = f"the ledger cannot lie in {quoted(url)}"
    why = f"{quoted(part)} in the name of a folder means something else to those who read its files"
    return Problem("ledger-url", "error", "--ledger", what, why, "Name another folder.")


def _not_a_folder(url: str) -> Problem:
    what = f"{quoted(url)} is not a folder"
    return Problem("ledger-url", "error", "--ledger", what, "", "Name a folder, existing or not.")
