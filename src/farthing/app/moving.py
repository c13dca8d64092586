"""The thread that moves what waits in the journal into the ledger, now and then."""

import logging
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from farthing.app.asking import now
from farthing.app.ledger_import import pin_fresh_months
from farthing.importers.live.mover import MOST_ROWS, Moved, Mover
from farthing.importers.live.pace import SOONEST_S, pause_s
from farthing.ledger.journal import Journal, JournalFull
from farthing.ledger.store import Ledger
from farthing.pricing.book import Book
from farthing.units.problem import FarthingError, Problem

_LOG: Final = logging.getLogger("farthing.receiver")
_SETTLING_S: Final = 0.02
_MOST_NOTES: Final = 20


@dataclass(frozen=True, slots=True)
class MovingState:
    """What was moved since the start, and why nothing is at the moment, None where all is well."""

    stored: int = 0
    duplicate: int = 0
    set_aside: int = 0
    last_move: datetime | None = None
    trouble: Problem | None = None
    notes: tuple[Problem, ...] = ()


class Moving:
    """Moves from `journal` to `ledger` in a thread; months that nothing was known of are priced by `book`."""

    def __init__(self, journal: Journal, ledger: Ledger, book: Book) -> None:
        self._journal, self._ledger, self._book = journal, ledger, book
        self._folder = tempfile.TemporaryDirectory(prefix="farthing-live-")
        self._mover = Mover(journal, ledger, Path(self._folder.name))
        self._thread = threading.Thread(target=self._run, name="farthing-mover", daemon=True)
        self._wanted, self._closing = threading.Event(), threading.Event()
        self._state = MovingState()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, timeout_s: float) -> None:
        """Move what waits as far as the time goes, and end."""
        self.settle(timeout_s)
        self._closing.set()
        self._wanted.set()
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            self._mover.close()
            self._folder.cleanup()

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing waits; whether that was so within the time."""
        until = time.monotonic() + timeout_s
        while self._journal.waiting().events and self._thread.is_alive():
            if time.monotonic() > until:
                return False
            self._wanted.set()
            time.sleep(_SETTLING_S)
        return not self._journal.waiting().events

    def state(self) -> MovingState:
        """What was done so far."""
        return self._state

    def _run(self) -> None:
        wait_s = SOONEST_S
        while not self._closing.is_set():
            self._wanted.wait(wait_s)
            self._wanted.clear()
            wait_s = pause_s(self._try(), MOST_ROWS, wait_s)

    def _try(self) -> int:
        """Move what waits, once; how many rows it was."""
        try:
            moved = self._mover.move(now())
            if moved.taken:
                self._told(moved)
                self._mover.tidy(now())
        except FarthingError as error:
            self._state = replace(self._state, trouble=error.problems[0])
        except JournalFull as full:
            self._state = replace(self._state, trouble=full.problem)
        except Exception as error:  # noqa: BLE001, the thread must outlive our own mistakes
            _LOG.exception("what waits could not be moved")
            what, why = "what waits could not be moved into the ledger", type(error).__name__
            fix = "nothing is lost: it is tried again; please report the error in the log"
            self._state = replace(self._state, trouble=Problem("move-failed", "error", "", what, why, fix))
        else:
            return moved.taken
        return 1  # wait longer and longer

    def _told(self, moved: Moved) -> None:
        if moved.stored:
            pin_fresh_months(self._ledger, self._book, now())
        before = self._state
        self._state = MovingState(
            before.stored + moved.stored,
            before.duplicate + moved.duplicate,
            before.set_aside + moved.set_aside,
            now(),
            None,
            tuple(dict.fromkeys((*moved.problems, *before.notes)))[:_MOST_NOTES],
        )
