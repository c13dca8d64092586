"""Files of bills and reports read for one question: into a ledger that is thrown away."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from farthing.importers.files import meant
from farthing.importers.format import Format
from farthing.importers.run import Imported, Run
from farthing.ledger.connection import IMPORT_MEMORY, connect, text
from farthing.ledger.store import Ledger, open_ledger
from farthing.units.problem import InputError, Problem

_THREADS = 2
_BATCH = "reconcile"


@dataclass(frozen=True, slots=True)
class BillFiles:
    """What was read: a ledger of its own, and what became of each file."""

    ledger: Ledger
    imported: tuple[Imported, ...]


@contextmanager
def bill_files(
    words: Sequence[str], format_: Format | None, moment: datetime, option: str
) -> Iterator[BillFiles]:
    """The content of files for as long as the question takes. Raises InputError for what cannot be used.

    `format_` is used for every file where it is given; `option` names the files in problems.
    """
    paths, problems = meant(words)
    if problems:
        raise InputError(problems)
    with tempfile.TemporaryDirectory(prefix="farthing-bill-") as folder:
        ledger = open_ledger(str(Path(folder) / "ledger"))
        with connect(IMPORT_MEMORY, _THREADS) as connection:
            connection.execute(f"ATTACH {text(str(Path(folder) / 'staged.duckdb'))} AS staged")
            connection.execute("USE staged")
            found = Run(ledger, connection, Path(folder), _BATCH, moment, format_).files(paths)
        if unusable := [one for one in found if one.set_aside and not one.stored + one.duplicate]:
            raise InputError([_unusable(one, option) for one in unusable])
        yield BillFiles(ledger, tuple(found))


def _unusable(one: Imported, option: str) -> Problem:
    why = one.asides[0].why if one.asides else "nothing in it is a bill"
    fix = f"{option} takes any format that farthing import reads; --map describes one of your own"
    return Problem("bad-file", "error", one.file, "nothing in it can be used", why, fix)
