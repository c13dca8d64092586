"""What can go wrong between the ledger and its disk, said so that a person can put it right."""

import contextlib
import errno
from collections.abc import Iterator
from typing import Final

import duckdb
from deltalake.exceptions import DeltaError

from farthing.units.problem import InputError, Problem

_FULL: Final = ("no space left", "file too large", "disk quota exceeded", "not enough space")
_FULL_NUMBERS: Final = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class ConflictError(Exception):
    """Another process changed the table first: look again and do it over. Nothing was changed."""


@contextlib.contextmanager
def told(where: str) -> Iterator[None]:
    """Say of a full disk that it is full. `where` is the table that was being written."""
    try:
        yield
    except (duckdb.Error, DeltaError, OSError) as error:
        if is_full(error):
            raise InputError([_no_space(where, str(error))]) from error
        raise


@contextlib.contextmanager
def reachable(where: str) -> Iterator[None]:
    """Say of any other error of the disk, the service or the log that the ledger cannot be used now."""
    try:
        yield
    except (duckdb.Error, DeltaError, OSError) as error:
        raise InputError([_out_of_reach(where, str(error))]) from error


def is_full(error: Exception) -> bool:
    """Whether it says that there is no room left."""
    if isinstance(error, OSError) and error.errno in _FULL_NUMBERS:
        return True
    said = str(error).casefold()
    return any(words in said for words in _FULL)


def _no_space(where: str, said: str) -> Problem:
    return Problem(
        "no-space", "error", where, "there is no room left to write to",
        f"the system says: {said.splitlines()[0]}",
        "The table is as it was. Free some space, or set TMPDIR to a roomier disk, and do it again.",
    )  # fmt: skip


def _out_of_reach(where: str, said: str) -> Problem:
    why = f"the system says: {(said.splitlines() or [''])[0]}"
    fix = "See that it is there and may be written to; what waits is tried again."
    return Problem("ledger-unusable", "error", where, "the ledger cannot be written to", why, fix)


def busy(where: str, tries: int) -> InputError:
    """Too many others write to the same table at once."""
    what = f"other processes changed the table {tries} times while this one tried to"
    fix = "Nothing of this was stored. Do it again when fewer write at once."
    return InputError([Problem("busy", "error", where, what, "", fix)])
