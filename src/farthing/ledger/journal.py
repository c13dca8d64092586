"""What arrived and is not in the ledger yet, safe on the disk before anybody is told that it arrived.

Rows come from many threads and are committed together by one (`group_commit`). They stay, oldest first,
until who moves them says that they are done; what could not be stored is kept aside with its reason. Ids
need not be unique here: the ledger keeps each event once.
"""

import itertools
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Final

from farthing.ledger.group_commit import Asked, GroupCommit
from farthing.ledger.journal_file import JournalFile, problem_of, told
from farthing.ledger.journal_rows import Arrived, Note, SetAside, Taken, Waiting, insert, take_out
from farthing.units.problem import Problem

__all__ = ["Arrived", "Journal", "JournalFull", "Note", "SetAside", "Taken", "Waiting"]
MOST_EVENTS: Final = 500_000
MOST_BYTE: Final = 512 * 1024 * 1024
_MOST_TAKEN_BYTE: Final = 64 * 1024 * 1024
_SOON_S, _LATER_S, _NO_ROOM_S = 1, 5, 10
_AT_ONCE: Final = 500


class JournalFull(Exception):  # noqa: N818, a state of things and no mistake of anybody's
    """It cannot take more now: too much waits, or the disk does not. Nothing of the rows was kept."""

    def __init__(self, problem: Problem, retry_after_s: int) -> None:
        self.problem = problem
        self.retry_after_s = retry_after_s
        super().__init__(str(problem))


class Journal:
    """Rows on their way into the ledger, in one SQLite file that one process owns; safe from many threads.

    `problems` says what happened to the file that was there. Raises InputError where it cannot be used.
    """

    def __init__(self, path: Path, most_events: int = MOST_EVENTS, most_byte: int = MOST_BYTE) -> None:
        self.path = path
        self._most_events, self._most_byte = most_events, most_byte
        self._mutex = threading.Lock()
        self._ids: Counter[str] = Counter()
        self._events = self._byte = 0
        self._arrivals: deque[tuple[int, float]] = deque()
        self._refused_until = 0.0
        self._refusal: Problem | None = None
        self._file = JournalFile(path)
        self.problems = self._file.problems
        try:
            with told(path):
                self._reading = threading.Lock()
                self._reader = self._file.connect()
                self._count_waiting()
                self._commits = GroupCommit(self._file.connect, self._refused)
        except BaseException:
            self._file.close()
            raise

    @property
    def epoch(self) -> int:
        """One more with each commit that failed: what was worked out before it is to be worked out anew."""
        return self._commits.epoch

    @property
    def trouble(self) -> Problem | None:
        """Why the last commit failed, None where it did not."""
        return self._refusal

    def submit(
        self, rows: Sequence[Arrived], notes: Sequence[Note] = (), epoch: int | None = None
    ) -> Future[int]:
        """Keep rows, and notes with them, all or none: a future of how many rows.

        It is done when the disk has them. With an `epoch` that is past nothing is kept. Raises JournalFull,
        as the future does where the commit fails, and UnicodeEncodeError for an id that is no Unicode.
        """
        "".join(row.event_id for row in rows).encode()  # one that is no text must not fail its neighbors, too
        byte = sum(len(row.row) for row in rows)
        self._enter(rows, byte)
        asked = Asked(
            lambda connection: insert(connection, rows, notes),
            weight=len(rows) + len(notes),
            settled=self._arrived,
            undone=lambda: self._leave((row.event_id for row in rows), byte),
        )
        if not self._commits.put(asked, epoch):
            self._leave((row.event_id for row in rows), byte)
            raise JournalFull(_changed(self.path), _SOON_S)
        return _count_of(asked.future, len(rows))

    def known(self, ids: Collection[str]) -> set[str]:
        """Which of these wait."""
        with self._mutex:
            return {one for one in ids if one in self._ids}

    def waiting(self) -> Waiting:
        """How much waits."""
        with self._mutex:
            oldest = time.monotonic() - self._arrivals[0][1] if self._arrivals else 0.0
            return Waiting(self._events, self._byte, oldest)

    def take(self, most: int) -> Taken:
        """The oldest rows, at most so many, at least one where there is any. They stay until they are done.

        Raises InputError where the file cannot be read.
        """
        seqs: list[int] = []
        rows: list[Arrived] = []
        byte = 0
        with self._reading, told(self.path):
            query = "SELECT seq, event_id, row FROM waiting ORDER BY seq LIMIT ?"
            cursor = self._reader.execute(query, [most])
            for seq, event_id, row in cursor:
                byte += len(row)
                if rows and byte > _MOST_TAKEN_BYTE:
                    break
                seqs.append(seq)
                rows.append(Arrived(event_id, row))
            cursor.close()
        return Taken(tuple(seqs), tuple(rows))

    def done(
        self, taken: Taken, set_aside: Mapping[int, str], now: datetime, notes: Sequence[Note] = ()
    ) -> None:
        """Take out what was taken, at once; rows whose place in `taken` is in `set_aside` are kept, with why.

        Raises JournalFull where that cannot be committed: it waits on.
        """
        if not taken.seqs:
            return
        asides = [(taken.seqs[place], why) for place, why in set_aside.items()]
        asked = Asked(lambda connection: take_out(connection, taken, asides, now, notes), settled=self._moved)
        if not self._commits.put(asked):
            raise JournalFull(_changed(self.path), _SOON_S)
        asked.future.result()

    def asides(self, most: int = 1_000) -> list[SetAside]:
        """What was set aside, the newest first."""
        with self._reading, told(self.path):
            query = "SELECT at, why, row FROM aside ORDER BY seq DESC LIMIT ?"
            return [SetAside(*row) for row in self._reader.execute(query, [most])]

    def asides_in_all(self) -> int:
        """How many events were ever set aside; of the oldest only their number is kept."""
        with self._reading, told(self.path):
            query = "SELECT (SELECT count(*) FROM aside) + (SELECT coalesce(sum(events), 0) FROM aside_sum)"
            return int(self._reader.execute(query).fetchone()[0])

    def noted(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """What was noted of these keys, as far as it is on the disk."""
        found: dict[bytes, bytes] = {}
        with self._reading, told(self.path):
            wanted = iter(keys)
            while some := list(itertools.islice(wanted, _AT_ONCE)):
                marks = ", ".join("?" * len(some))
                query = f"SELECT key, value FROM noted WHERE kind = ? AND key IN ({marks})"
                found |= dict(self._reader.execute(query, [kind, *some]).fetchall())
        return found

    def forget(self, kind: str, now: datetime, after_s: int) -> None:
        """Take out notes of a kind that mattered last so many seconds ago. Raises JournalFull.

        The newest of them says how late it is where the clock says later: it may have jumped.
        """
        newest = "(SELECT min(?, coalesce(max(seen_s), 0)) FROM noted WHERE kind = ?)"
        query = f"DELETE FROM noted WHERE kind = ? AND seen_s < {newest} - ?"
        given = [kind, int(now.timestamp()), kind, after_s]
        asked = Asked(lambda connection: connection.execute(query, given).rowcount)
        if self._commits.put(asked):
            asked.future.result()

    def close(self) -> None:
        """Commit what was submitted, and let another process have the file."""
        self._commits.close()
        with self._reading:
            self._reader.close()
        self._file.close()

    def _count_waiting(self) -> None:
        for event_id, byte in self._reader.execute("SELECT event_id, length(row) FROM waiting"):
            self._ids[event_id] += 1
            self._events += 1
            self._byte += byte
        (last,) = self._reader.execute("SELECT max(seq) FROM waiting").fetchone()
        if last is not None:
            self._arrivals.append((last, time.monotonic()))

    def _enter(self, rows: Sequence[Arrived], byte: int) -> None:
        """Make room for rows. Raises JournalFull where there is none."""
        with self._mutex:
            if self._refusal is not None and time.monotonic() < self._refused_until:
                raise JournalFull(self._refusal, _NO_ROOM_S)
            over = self._events + len(rows) > self._most_events or self._byte + byte > self._most_byte
            if over and self._events:
                raise JournalFull(_too_much(self.path, self._events), _LATER_S)
            self._events += len(rows)
            self._byte += byte
            self._ids.update(row.event_id for row in rows)

    def _leave(self, ids: Iterable[str], byte: int) -> None:
        with self._mutex:
            for one in ids:
                self._events -= 1
                self._ids[one] -= 1
                if self._ids[one] <= 0:
                    del self._ids[one]
            self._byte -= byte

    def _arrived(self, last: int) -> None:
        with self._mutex:
            self._arrivals.append((last, time.monotonic()))
            self._refusal = None

    def _moved(self, gone: tuple[int, list[tuple[str, int]]]) -> None:
        last, rows = gone
        self._leave((event_id for event_id, _ in rows), sum(byte for _, byte in rows))
        with self._mutex:
            while self._arrivals and self._arrivals[0][0] <= last:
                self._arrivals.popleft()

    def _refused(self, error: Exception) -> Exception:
        """What those whose commit failed are told; for a moment nobody else need try."""
        if not isinstance(error, sqlite3.Error | OSError):
            error = OSError(f"{type(error).__name__} while it was being written")
        problem = problem_of(self.path, error)
        with self._mutex:
            self._refusal, self._refused_until = problem, time.monotonic() + _SOON_S
        return JournalFull(problem, _NO_ROOM_S)


def _count_of(future: "Future[int]", count: int) -> "Future[int]":
    """A future of a number that is known as soon as the other one is done."""
    counted: Future[int] = Future()
    counted.set_running_or_notify_cancel()

    def tell(done: "Future[int]") -> None:
        error = done.exception()
        if error is None:
            counted.set_result(count)
        else:
            counted.set_exception(error)

    future.add_done_callback(tell)
    return counted


def _too_much(path: Path, events: int) -> Problem:
    what = f"{events:,} events wait to be moved into the ledger: there is no room for more"
    fix = "Send it again in some seconds. If that goes on, see why the ledger takes nothing."
    return Problem("journal-full", "error", str(path), what, "", fix)


def _changed(path: Path) -> Problem:
    what = "a commit before this one failed, or the journal was closed"
    return Problem("journal-changed", "error", str(path), what, "", "Send it again.")
