"""Where the ledger is kept: Delta tables below one folder."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from farthing.ledger.charges import CHARGES
from farthing.ledger.events import EVENTS
from farthing.ledger.log import Log
from farthing.ledger.pin_columns import PINS
from farthing.ledger.pins import Pins
from farthing.ledger.place import LocalPlace, Place
from farthing.ledger.remote import SCHEMES, RemotePlace, must_be_installed
from farthing.ledger.table import Table
from farthing.units.problem import InputError, Problem, quoted

_LOCAL: Final = "file"
# deltalake reads % as the start of an escape, DuckDB the others as patterns or as a partition.
_UNUSABLE: Final = re.compile(r"[%*?\[]|\bday=")


class Ledger:
    """The tables of one ledger."""

    def __init__(self, url: str, place: Callable[[str], Place]) -> None:
        self.url = url
        self.events = Table(Log(place("events"), "events", EVENTS), "event_id")
        self.charges = Table(Log(place("charges"), "charges", CHARGES), "charge_id")
        self.books = Table(Log(place("books"), "books", PINS), "pin_id")

    @property
    def pins(self) -> Pins:
        """Which price book each month is priced with."""
        return Pins(self.books)


def open_ledger(url: str) -> Ledger:
    """The ledger at a folder or URL (`file://`, `s3://`, `gs://`, `abfss://`).

    Nothing is made until something is written. Raises InputError for a place that it cannot keep one in.
    """
    parts = urlsplit(url)
    if "://" not in url or parts.scheme == _LOCAL:
        folder = Path(unquote(parts.path)) if "://" in url else Path(url).expanduser().absolute()
        _check_folder(url, folder)
        return Ledger(url, lambda table: LocalPlace(folder / table))
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise InputError([_unknown(url)])
    _check_name(url, parts.path)
    must_be_installed(url)
    return Ledger(url, lambda table: RemotePlace(f"{url.rstrip('/')}/{table}"))


def _check_folder(url: str, folder: Path) -> None:
    if not url.strip() or (folder.exists() and not folder.is_dir()):
        raise InputError([_not_a_folder(url)])
    _check_name(url, str(folder))


def _check_name(url: str, where: str) -> None:
    if found := _UNUSABLE.search(where):
        raise InputError([_unusable(url, found.group())])


def _unknown(url: str) -> Problem:
    known = ", ".join(f"{scheme}://" for scheme in (_LOCAL, *SCHEMES))
    fix = f"Name a folder, or a URL that begins with one of {known}."
    return Problem("ledger-url", "error", "--ledger", f"{quoted(url)} is no place for a ledger", "", fix)


def _unusable(url: str, part: str) -> Problem:
    what = f"the ledger cannot lie in {quoted(url)}"
    why = f"{quoted(part)} in the name of a folder means something else to those who read its files"
    return Problem("ledger-url", "error", "--ledger", what, why, "Name another folder.")


def _not_a_folder(url: str) -> Problem:
    what = f"{quoted(url)} is not a folder"
    return Problem("ledger-url", "error", "--ledger", what, "", "Name a folder, existing or not.")
