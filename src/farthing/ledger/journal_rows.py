"""Rows of the journal, and what one transaction does with them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_ASIDES: Final = 100_000
# Empty pages are given back so many at a time (8 MiB), once there are more than these.
_SPARE_PAGES: Final = 4_096
_GIVEN_BACK_PAGES: Final = 2_048
_PUT: Final = "INSERT INTO waiting (event_id, row) VALUES (?, ?)"
_NOTE: Final = "INSERT OR REPLACE INTO noted (kind, key, seen_s, value) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event: its id, and its columns as a JSON object."""

    event_id: str
    row: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be remembered with the rows that it explains: the newest of a `kind` and `key`.

    `seen_s` is when it last mattered, in Unix seconds: `Journal.forget` goes by it.
    """

    kind: str
    key: bytes
    seen_s: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits to be moved, and for how many seconds the oldest of it has."""

    events: int
    byte: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows that wait, the oldest first, with their numbers."""

    seqs: tuple[int, ...] = ()
    rows: tuple[Arrived, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that arrived and could not be stored: when that was found, why, and its columns."""

    at: str
    why: str
    row: bytes


def insert(connection: sqlite3.Connection, rows: Sequence[Arrived], notes: Sequence[Note]) -> int:
    """Rows and notes within a transaction; the number of the last row."""
    connection.executemany(_PUT, ((row.event_id, row.row) for row in rows))
    _note(connection, notes)
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM waiting").fetchone()
    return int(last)


def _note(connection: sqlite3.Connection, notes: Sequence[Note]) -> None:
    if notes:
        connection.executemany(_NOTE, ((one.kind, one.key, one.seen_s, one.value) for one in notes))


def take_out(
    connection: sqlite3.Connection,
    taken: Taken,
    asides: Sequence[tuple[int, str]],
    now: datetime,
    notes: Sequence[Note],
) -> tuple[int, list[tuple[str, int]]]:
    """Rows out of those that wait; the last number, and ids and sizes of those that were still there."""
    kept = "INSERT OR IGNORE INTO aside SELECT seq, ?, ?, row FROM waiting WHERE seq = ?"
    connection.executemany(kept, ((now.isoformat(), why, seq) for seq, why in asides))
    first, last = taken.seqs[0], taken.seqs[-1]
    gone = connection.execute(
        "DELETE FROM waiting WHERE seq BETWEEN ? AND ? RETURNING event_id, length(row)", [first, last]
    ).fetchall()
    _note(connection, notes)
    if asides:
        _sum_up_old_asides(connection)
    _give_back(connection)
    return last, gone


def _sum_up_old_asides(connection: sqlite3.Connection) -> None:
    """Of the oldest asides keep only how many there were on a day."""
    (kept,) = connection.execute("SELECT count(*) FROM aside").fetchone()
    if kept <= MOST_ASIDES:
        return
    old = f"SELECT seq FROM aside ORDER BY seq LIMIT {kept - MOST_ASIDES}"
    connection.execute(
        f"INSERT INTO aside_sum SELECT left_.day, left_.n FROM (SELECT substr(at, 1, 10) AS day,"
        f" count(*) AS n FROM aside WHERE seq IN ({old}) GROUP BY day) AS left_ WHERE true"
        " ON CONFLICT (day) DO UPDATE SET events = events + excluded.events"
    )
    connection.execute(f"DELETE FROM aside WHERE seq IN ({old})")


def _give_back(connection: sqlite3.Connection) -> None:
    """Let the file shrink after a flood, a part at a time."""
    (spare,) = connection.execute("PRAGMA freelist_count").fetchone()
    if spare > _SPARE_PAGES:
        for _ in range(_GIVEN_BACK_PAGES):
            # Python takes but the first step of such a statement, whatever number it names.
            connection.execute("PRAGMA incremental_vacuum(1)")
