"""One thread that commits whatever waits as one transaction, so that many small changes share one sync.

Where a commit fails, everything that waits fails with it, and `epoch` is one more: what was worked out
on top of a change that is not there must not be committed after it.
"""

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

# What one transaction takes at most, so that nobody waits long for a neighbor.
_MOST_WEIGHT: Final = 20_000
Result = TypeVar("Result")


class Change(Protocol):
    """What is done within a transaction, and what is to happen once it is on the disk, or will not be."""

    weight: int

    def run(self, connection: sqlite3.Connection) -> None:
        """Do it. Raises sqlite3.Error."""
        ...

    def committed(self) -> None:
        """It is on the disk."""
        ...

    def failed(self, error: Exception) -> None:
        """It is not, and will not be."""
        ...


@dataclass
class Asked(Generic[Result]):
    """A change with a result. `settled` hears of the result before anybody else, `undone` of a failure."""

    work: Callable[[sqlite3.Connection], Result]
    weight: int = 1
    settled: Callable[[Result], None] = lambda _result: None
    undone: Callable[[], None] = lambda: None
    future: "Future[Result]" = field(default_factory=Future)
    _result: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Who stops waiting for it must not keep the thread from saying it.
        self.future.set_running_or_notify_cancel()

    def run(self, connection: sqlite3.Connection) -> None:
        """Do the work; of several times the last counts."""
        self._result = [self.work(connection)]

    def committed(self) -> None:
        """Say the result."""
        self.settled(self._result[0])
        self.future.set_result(self._result[0])

    def failed(self, error: Exception) -> None:
        """Say the error."""
        self.undone()
        self.future.set_exception(error)


class GroupCommit:
    """The thread and what waits for it. `connect` opens the database; `refused` words an error."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        refused: Callable[[Exception], Exception],
    ) -> None:
        self.epoch = 0
        self._connect = connect
        self._refused = refused
        self._connection: sqlite3.Connection | None = connect()
        self._waiting: deque[Change] = deque()
        self._wake = threading.Condition()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="farthing-journal", daemon=True)
        self._thread.start()

    def put(self, change: Change, epoch: int | None = None) -> bool:
        """Let a change be committed after those before it.

        False, and nothing happens, where `epoch` is past or all is closed.
        """
        with self._wake:
            if not self._is_open or (epoch is not None and epoch != self.epoch):
                return False
            self._waiting.append(change)
            self._wake.notify()
            return True

    def close(self) -> None:
        """Commit what waits and end."""
        with self._wake:
            self._is_open = False
            self._wake.notify()
        self._thread.join()
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._connection.close()

    def _work(self) -> None:
        while changes := self._next():
            try:
                self._commit(changes)
            except (sqlite3.Error, OSError, MemoryError, ValueError, TypeError) as error:
                self._fail(changes, error)
            else:
                for change in changes:
                    change.committed()

    def _next(self) -> list[Change]:
        """What comes into the next transaction; nothing where it is all over."""
        with self._wake:
            while self._is_open and not self._waiting:
                self._wake.wait()
            taken: list[Change] = []
            weight = 0
            while self._waiting and (not taken or weight + self._waiting[0].weight <= _MOST_WEIGHT):
                taken.append(self._waiting.popleft())
                weight += taken[-1].weight
            return taken

    def _commit(self, changes: list[Change]) -> None:
        if self._connection is None:
            self._connection = self._connect()
            # Where the disk was full, what is in both the log and the file takes less room in one of them.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute("BEGIN IMMEDIATE")
        for change in changes:
            change.run(self._connection)
        self._connection.execute("COMMIT")

    def _fail(self, changes: list[Change], error: Exception) -> None:
        """Nothing of it is there. The connection is made anew: none is to be trusted after a failed sync."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        with self._wake:
            self.epoch += 1
            changes = [*changes, *self._waiting]
            self._waiting.clear()
        told = self._refused(error)
        for change in changes:
            change.failed(told)
