"""The journal's file: a SQLite database that one process owns, and what is done with one that is damaged.

Commits are waited for until the disk has them (`synchronous=FULL` with a log that is written ahead).
A file that cannot be read is put aside under another name, never deleted, and what can still be read of it
is taken over.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from farthing.units.problem import InputError, Problem, quoted

_APPLICATION: Final = 0x46415254  # "FART", as SQLite's header names whose file it is
_VERSION: Final = 1
_PATIENCE_S: Final = 10.0
_SCHEMA: Final = """
CREATE TABLE waiting (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, row BLOB NOT NULL);
CREATE TABLE aside (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, why TEXT NOT NULL, row BLOB NOT NULL);
CREATE TABLE aside_sum (day TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE noted (
    kind TEXT, key BLOB, seen_s INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
"""
_COPIED: Final = {
    "waiting": "seq, event_id, row",
    "aside": "seq, at, why, row",
    "noted": "kind, key, seen_s, value",
}
# The log written ahead is moved into the file after this many pages of 4 KiB, and shrinks to as much.
_LOG_PAGES: Final = 4_000
_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = 1",  # where the system tells two kinds apart (macOS), the one that waits
    "PRAGMA checkpoint_fullfsync = 1",
    f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}",
    f"PRAGMA journal_size_limit = {_LOG_PAGES * 4096}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
)
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class JournalFile:
    """A journal's database. Raises InputError where another process has it or it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: tuple[Problem, ...] = ()
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path)
        try:
            with told(path):
                self._open()
        except BaseException:
            os.close(self._lock)
            raise

    def connect(self) -> sqlite3.Connection:
        """A connection of its own, for any thread, one at a time. Raises sqlite3.Error."""
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._lock)

    def _open(self) -> None:
        was_there = self.path.exists()
        try:
            if was_there and self.path.stat().st_size == 0:
                raise _empty(self.path)
            # It names people: nobody else reads it, nor the files that SQLite puts beside it.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._prepare()
        except sqlite3.DatabaseError as error:
            if code(error) not in _DAMAGED:
                raise
            put_aside = _put_aside(self.path)
            self._prepare()
            saved = self._take_over(put_aside)
            self.problems = (_damaged(self.path, put_aside, saved, error),)
        _flush_folder(self.path.parent)

    def _prepare(self) -> None:
        """Make a file of ours, or see that it is one and whole."""
        with contextlib.closing(self.connect()) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,)
            if tables and (application != _APPLICATION or version > _VERSION):
                raise InputError([_not_ours(self.path, is_newer=application == _APPLICATION)])
            if not tables:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            if not tables:
                marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_VERSION};"
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} {marks} COMMIT;")
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise _broken(str(found))

    def _take_over(self, damaged: Path) -> int:
        """Copy what can be read of a damaged file; how many rows that wait it was."""
        with contextlib.closing(self.connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for table, columns in _COPIED.items():
                marks = ", ".join("?" for _ in columns.split(","))
                put = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"
                for row in _readable(damaged, table, columns):
                    connection.execute(put, row)
            (saved,) = connection.execute("SELECT count(*) FROM waiting").fetchone()
            connection.execute("COMMIT")
        return int(saved)


def _readable(path: Path, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """Rows of a damaged file, from either end up to where it is damaged."""
    key = "kind" if table == "noted" else "seq"
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA writable_schema = ON")  # a file that was cut short is opened, too
            rows = connection.execute(f"SELECT {columns} FROM {table} ORDER BY {key} {order}")
            yield from (row for row in rows if None not in row)


def code(error: sqlite3.Error) -> int:
    """SQLite's number for what went wrong, without its finer kinds; -1 where there is none."""
    return int(getattr(error, "sqlite_errorcode", -1)) & 0xFF


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Say of SQLite's and the system's errors what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise InputError([problem_of(path, error)]) from error


def problem_of(path: Path, error: sqlite3.Error | OSError) -> Problem:
    """What went wrong with the journal, and what to do about it."""
    said = f"the system says: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    number = code(error) if isinstance(error, sqlite3.Error) else -1
    if number == sqlite3.SQLITE_FULL:
        what, fix = "there is no room left for the journal", "Free some space on its disk."
        return Problem("no-space", "error", str(path), what, said, fix)
    if number in _DAMAGED:
        what = "the journal is damaged"
        fix = "Start again: what can be read of it is taken over, and the rest stays under another name."
        return Problem("journal-damaged", "error", str(path), what, said, fix)
    fix = "See that its folder is there, on a local disk, and that this user may write to it."
    return Problem("journal-unusable", "error", str(path), "the journal cannot be used", said, fix)


def _locked(path: Path) -> int:
    """The open lock that says whose journal it is; the system gives it back when the process ends."""
    with told(path):
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock)
    except OSError:
        holder = os.read(lock, 200).decode("utf-8", "replace").strip()
        os.close(lock)
        raise InputError([_held(path, holder)]) from None
    with told(path):
        os.ftruncate(lock, 0)
        os.write(lock, f"process {os.getpid()}\n".encode())
    return lock


def _take(lock: int) -> None:
    """Raises OSError where another process has the lock. Where there are no such locks nobody is refused."""
    with contextlib.suppress(ImportError):
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _put_aside(path: Path) -> Path:
    """Give a file and its log another name that is free."""
    numbers = iter(range(1, 1_000_000))
    aside = next(one for number in numbers if not (one := Path(f"{path}.unreadable-{number}")).exists())
    path.rename(aside)
    for end in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{end}").rename(f"{aside}{end}")
    return aside


def _flush_folder(folder: Path) -> None:
    """Wait until the disk knows that the file is there. Where folders cannot be opened it is up to them."""
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _broken(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _empty(path: Path) -> sqlite3.DatabaseError:
    return _broken(f"{path.name} is there and empty")


def _damaged(path: Path, aside: Path, saved: int, error: sqlite3.Error) -> Problem:
    what = f"the journal could not be read whole: {saved:,} waiting events were taken over from it"
    fix = f"It is kept as {aside.name}: what else is in it did not reach the ledger."
    return Problem("journal-damaged", "warning", str(path), what, str(error).splitlines()[0], fix)


def _held(path: Path, holder: str) -> Problem:
    what = f"the journal belongs to {holder or 'another process'}"
    fix = "Stop that one first, or name another file for this one."
    return Problem("journal-held", "error", str(path), what, "one process at a time writes to it", fix)


def _not_ours(path: Path, *, is_newer: bool) -> Problem:
    what = f"{quoted(path.name)} is a database of something else"
    if is_newer:
        what = f"{quoted(path.name)} was written by a newer Farthing"
    return Problem("journal-unusable", "error", str(path), what, "", "Name another file for the journal.")
