"""From the journal into the ledger: what arrived over the network, checked as a file's rows are, each once.

A move takes the oldest rows, stores them, and only then tells the journal that they are done. A process that
is killed anywhere between moves the same rows again, which changes nothing: the ledger knows their ids.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers.events import FORMAT as PLAIN
from farthing.importers.format import NO, Format, Head, Source
from farthing.importers.live.arrived import COLUMNS
from farthing.importers.live.kept_totals import KIND
from farthing.importers.otlp_sampled import Sampled
from farthing.importers.otlp_told import Told
from farthing.importers.otlp_twice import leave_out, take_back
from farthing.importers.readers import LONGEST_OBJECT, name, text
from farthing.importers.stage import Stage
from farthing.ledger.connection import connect
from farthing.ledger.events import EVENTS
from farthing.ledger.journal import Arrived, Journal, Note, Taken
from farthing.ledger.store import Ledger
from farthing.ledger.trouble import is_full, reachable, told
from farthing.units.problem import Problem

MOST_ROWS: Final = 20_000
MEMORY: Final = "300MB"
_FUTURE: Final = timedelta(days=366)
# What no version of so many hours has is taken away: no question takes longer.
KEEP_HOURS: Final = 24
_SWEPT_EVERY: Final = timedelta(hours=6)
_SILENT_S: Final = 60 * 86_400  # a program that still ran would have told its totals
_NAMED_AT_ONCE: Final = 1_000  # so many reasons the stage gives at a time
_STAGED: Final = "staged_events"
_CLOCK: Final = "clock"
_UNREADABLE: Final = "it cannot be read as JSON"


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
        connection.execute(f"DROP TABLE IF EXISTS {_STAGED}")
        stage = Stage(connection, "events", EVENTS, "event_id", f"live-{now:%Y-%m-%d}", newest + _FUTURE)
        set_aside = self._staged(stage, range(len(taken.rows)), taken.rows)
        events = self._ledger.events
        seen = events.version()
        left = leave_out(connection, _STAGED, known)
        repeated = left.staged.total() + sum(stage.drop_repeated().values())
        days = connection.execute(f"SELECT DISTINCT day FROM {_STAGED} ORDER BY day").fetchall()
        appended = events.append(connection, stage.query, leaving=left.stored)
        take_back(connection, _STAGED, known, events, seen, appended.version)
        self._journal.done(taken, set_aside, now, [_noted(newest)])
        self._sampled.add(left.spans)
        problems = self._sampled.problems(connection, known)
        return Moved(
            len(taken.rows), appended.stored + appended.superseded, appended.duplicate + repeated,
            len(set_aside), appended.left, tuple(day for (day,) in days), tuple(problems),
        )  # fmt: skip

    def _staged(self, stage: Stage, places: Sequence[int], rows: Sequence[Arrived]) -> dict[int, str]:
        """Stage rows, each with its place; why those that cannot be used cannot."""
        path = self._folder / f"arrived-{uuid.uuid4().hex}.jsonl"
        try:
            with path.open("wb") as out:
                for place, row in zip(places, rows, strict=True):
                    out.write(b'{"line":%d,%s\n' % (place, row.row.strip()[1:].replace(b"\n", b" ")))
            return self._read(stage, path, dict(zip(places, rows, strict=True)))
        except duckdb.Error as error:
            is_theirs = isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException)
            if is_full(error) or (len(rows) == 1 and not is_theirs):
                raise
            if len(rows) == 1:
                return {places[0]: _UNREADABLE}
            stage.connection.execute(f"DELETE FROM {_STAGED} WHERE list_contains(?, line)", [list(places)])
        finally:
            path.unlink(missing_ok=True)
        half = len(rows) // 2
        first = self._staged(stage, places[:half], rows[:half])
        return first | self._staged(stage, places[half:], rows[half:])

    def _read(self, stage: Stage, path: Path, rows: Mapping[int, Arrived]) -> dict[int, str]:
        """Stage a file of rows. Raises duckdb.Error where one of them is no JSON, and stages none."""
        connection = stage.connection
        connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived AS {_all_of(path)}")
        columns = _said(connection)
        found: dict[int, str] = {}
        unnamed: list[int] = []
        sources = connection.execute("SELECT DISTINCT coalesce(source, '') FROM arrived").fetchall()
        for (source,) in sources:
            query = f"SELECT {columns} FROM arrived WHERE coalesce(source, '') = {text(source)}"
            ours = Format(source or PLAIN.name, PLAIN.title, _never, partial(_given, query))
            counted = stage.add(0, Source("live", path, Head("live", b""), self._folder), ours)
            found |= {aside.line: aside.why for aside in counted.asides}
            if counted.set_aside > len(counted.asides):
                listed = f"SELECT line FROM ({query}) ANTI JOIN {_STAGED} USING (line)"
                unnamed += [line for (line,) in connection.execute(listed).fetchall() if line not in found]
        for start in range(0, len(unnamed), _NAMED_AT_ONCE):
            some = unnamed[start : start + _NAMED_AT_ONCE]
            found |= self._staged(stage, some, [rows[place] for place in some])
        return found


def _all_of(path: Path) -> str:
    """A query of rows as they arrived, every column text."""
    types = dict.fromkeys(COLUMNS, "VARCHAR") | {"line": "BIGINT", "tags": "MAP(VARCHAR, VARCHAR)"}
    listed = ", ".join(f"{text(column)}: {text(type_)}" for column, type_ in types.items())
    return (
        f"SELECT * FROM read_json({text(str(path))}, format = 'newline_delimited', columns = {{{listed}}},"
        f" maximum_object_size = {LONGEST_OBJECT})"
    )


def _said(connection: duckdb.DuckDBPyConnection) -> str:
    """The columns of which some row says something: to check all sixty takes longer than to read the rows."""
    names = [column for column in COLUMNS if column not in ("at", "event_id", "source")]
    counts = ", ".join(f"count({name(column)})" for column in names)
    ((*found,),) = connection.execute(f"SELECT {counts} FROM arrived").fetchall()
    said = [column for column, count in zip(names, found, strict=True) if count]
    return ", ".join(name(column) for column in ("line", "at", "event_id", *said))


def _noted(newest: datetime) -> Note:
    return Note(_CLOCK, b"", int(newest.timestamp()), newest.isoformat().encode())


def _never(_head: Head) -> int:
    return NO


def _given(query: str, _connection: duckdb.DuckDBPyConnection, _source: Source) -> str:
    return query
