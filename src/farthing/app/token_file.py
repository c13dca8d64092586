"""The file of tokens: readable by its owner alone, and replaced whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from farthing.catalog.data_folder import data_folder
from farthing.units.problem import InputError, Problem

_NAME: Final = "tokens.json"


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of a token: an id to name it by, what it is good for, until when, and its SHA-256."""

    id: str
    name: str
    scope: str
    made: str
    expires: str
    digest: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tokens: tuple[Token, ...]


def tokens_path() -> Path:
    """Where the tokens of this user are kept. Raises InputError where no folder of theirs is known."""
    try:
        return data_folder() / _NAME
    except RuntimeError as error:
        raise InputError([_trouble("no data folder is known", str(error))]) from error


def read_tokens(path: Path) -> tuple[Token, ...]:
    """The tokens of a file, none where there is no file. Raises InputError for one that cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).tokens
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError([_trouble(f"{path.name} cannot be read", str(error))]) from error


def signature(path: Path) -> tuple[int, ...] | None:
    """What changes whenever the file does, None where there is none. Raises InputError."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError([_trouble(f"{path.name} cannot be read", str(error))]) from error
    return (found.st_mtime_ns, found.st_size, found.st_ino)


@contextlib.contextmanager
def changing() -> Iterator[list[Token]]:
    """The tokens, to be changed in place: written when all went well, by one process at a time."""
    path = tokens_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / f".{_NAME}.lock").open("w", encoding="utf-8") as lock:
            with contextlib.suppress(ImportError):
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed
            tokens = list(read_tokens(path))
            yield tokens
            _write(path, tokens)
    except OSError as error:
        raise InputError([_trouble(f"{path.name} cannot be written", str(error))]) from error


def _write(path: Path, tokens: Sequence[Token]) -> None:
    """Replace the file. mkstemp makes files that only their owner may read."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{_NAME}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(_File(tuple(tokens))), indent=1))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _trouble(what: str, why: str) -> Problem:
    fix = "set FARTHING_DATA to a folder of yours that can be written, or make the file anew: move it away"
    return Problem("unusable-file", "error", "tokens", what, why, fix)
