"""From the journal into the ledger: what arrived over the network, checked as a file's rows are, each once.

A move takes the oldest rows, stores them, and only then tells the journal that they are done. A process that
is killed anywhere between moves the same rows again, which changes nothing: the ledger knows their ids.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers.checked import FURTHEST_AHEAD
from farthing.importers.live.kept_totals import KIND
from farthing.importers.live.rows import stage_rows
from farthing.importers.otlp_sampled import Sampled
from farthing.importers.otlp_told import Told
from farthing.importers.otlp_twice import leave_out, take_back
from farthing.importers.stage import Stage
from farthing.ledger.connection import connect
from farthing.ledger.events import EVENTS
from farthing.ledger.journal import Journal, Note, Taken
from farthing.ledger.store import Ledger
from farthing.ledger.trouble import reachable, told
from farthing.units.problem import Problem

MOST_ROWS: Final = 20_000
MEMORY: Final = "300MB"
# What no version of so many hours has is taken away: no question takes longer.
KEEP_HOURS: Final = 24
_SWEPT_EVERY: Final = timedelta(hours=6)
_SILENT_S: Final = 60 * 86_400  # a program that still ran would have told its totals
_CLOCK: Final = "clock"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the rows of a move: stored, known already or told twice, or set aside.

    `left` is how many stored rows of metrics went, because their calls came; `days` are those of the rows.
    """

    taken: int = 0
    stored: int = 0
    duplicate: int = 0
    set_aside: int = 0
    left: int = 0
    days: tuple[date, ...] = ()
    problems: tuple[Problem, ...] = ()


class Mover:
    """Moves rows from a journal to a ledger. `folder` is for files on the way. One thread at a time."""

    def __init__(self, journal: Journal, ledger: Ledger, folder: Path, most: int = MOST_ROWS) -> None:
        self._journal, self._ledger, self._folder, self._most = journal, ledger, folder, most
        self._newest: datetime | None = None
        self._swept: datetime | None = None
        self._sampled = Sampled()
        self._workshop: tuple[duckdb.DuckDBPyConnection, Told] | None = None
        ledger.events.remember_keys()

    def move(self, now: datetime) -> Moved:
        """Move the oldest rows that wait, so many at a time.

        Raises InputError where the ledger or the disk cannot take them, JournalFull where the journal cannot;
        they wait on then.
        """
        taken = self._journal.take(self._most)
        if not taken.rows:
            return Moved()
        self._newest = max(now, self._newest or self._newest_noted() or now)
        try:
            with reachable(self._ledger.url), told(self._ledger.url):
                return self._moved(taken, now, self._newest)
        except BaseException:
            self.close()  # whatever is left in there
            raise

    def tidy(self, now: datetime) -> None:
        """Keep the ledger's files few, after a move; cheap where nothing is to be done.

        Raises as `move` does.
        """
        with reachable(self._ledger.url), told(self._ledger.url):
            self._ledger.events.gather()
            if self._swept is None or abs(now - self._swept) >= _SWEPT_EVERY:
                self._journal.forget(KIND, now, _SILENT_S)
                self._ledger.events.vacuum(KEEP_HOURS)
                self._swept = now

    def close(self) -> None:
        """Let go of what it works with."""
        if self._workshop is not None:
            self._workshop[0].close()
            self._workshop = None

    def _newest_noted(self) -> datetime | None:
        """The newest moment of a move so far: a clock put back must not make the present the far future."""
        said = self._journal.noted(_CLOCK, [b""]).get(b"")
        return datetime.fromisoformat(said.decode()) if said else None

    def _moved(self, taken: Taken, now: datetime, newest: datetime) -> Moved:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._workshop is None:
            connection = connect(MEMORY, threads=1)
            self._workshop = connection, Told(connection, self._ledger.events)
        connection, known = self._workshop
        connection.execute("DROP TABLE IF EXISTS staged_events")
        stage = Stage(
            connection, "events", EVENTS, "event_id", f"live-{now:%Y-%m-%d}", newest + FURTHEST_AHEAD
        )
        set_aside = stage_rows(stage, self._folder, range(len(taken.rows)), taken.rows)
        events = self._ledger.events
        seen = events.version()
        left = leave_out(connection, stage.name, known)
        repeated = left.staged.total() + sum(stage.drop_repeated().values())
        days = connection.execute(f"SELECT DISTINCT day FROM {stage.name} ORDER BY day").fetchall()
        appended = events.append(connection, stage.query, leaving=left.stored)
        take_back(connection, stage.name, known, events, seen, appended.version)
        self._journal.done(taken, set_aside, now, [_noted(newest)])
        self._sampled.add(left.spans)
        problems = self._sampled.problems(connection, known)
        return Moved(
            len(taken.rows), appended.stored + appended.superseded, appended.duplicate + repeated,
            len(set_aside), appended.left, tuple(day for (day,) in days), tuple(problems),
        )  # fmt: skip


def _noted(newest: datetime) -> Note:
    return Note(_CLOCK, b"", int(newest.timestamp()), newest.isoformat().encode())
