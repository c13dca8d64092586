"""Appending rows of which some may be there already: each key stays once, over the whole table.

The rows are written first, where no version of the table has them, so that the query runs once and
streams. Then the stored keys are compared with theirs, and one entry of the log brings in what is
new and replaces what is superseded. Nothing comes between: a killed process leaves all or nothing.
If another writer was first, only the files that it brought are looked at before the next try.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from farthing.ledger import written
from farthing.ledger.connection import name
from farthing.ledger.files import Files, parquet_relation
from farthing.ledger.log import Log
from farthing.ledger.seen_keys import MOST_KEYS, SeenKeys, key_hashes
from farthing.ledger.trouble import ConflictError, busy, told
from farthing.ledger.written import Written

GROWING: Final = "output_tokens"
_TRIES: Final = 60
_LONGEST_WAIT_S: Final = 2.0
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of the rows: new ones `stored`, `duplicate` ones dropped, shorter ones `superseded`.

    The three add up to the rows that came. `version` is the table's version that has them, `left` how
    many stored rows went because of them.
    """

    stored: int
    duplicate: int
    superseded: int
    version: int
    left: int = 0


def append(
    log: Log,
    key: str,
    connection: duckdb.DuckDBPyConnection,
    query: str,
    supersedes: bool,
    leaving: str = "",
    seen: SeenKeys | None = None,
) -> Appended:
    """Add the rows of the query. With `supersedes`, a row with more output takes the place of its like.

    `leaving` is a query of keys whose stored rows go in the same change; none of ours is among them.
    `seen` remembers the keys of files between appends of one process.
    """
    with told(log.where), log.place.writing() as folder:
        rows = written.write_days(connection, query, log.columns, folder)
        if not rows:
            return Appended(0, 0, 0, log.version())
        arrival = _Arrival(log, key, connection, folder, rows, supersedes, leaving, seen)
        try:
            log.create()
            return settled(log, arrival.attempt)
        finally:
            arrival.leave()


def settled(log: Log, attempt: Callable[[], Done]) -> Done:
    """Do it until no other process comes first. Raises InputError after a minute or so of trying."""
    for longest in _waits():
        try:
            return attempt()
        except ConflictError:
            time.sleep(random.uniform(0, longest))
    raise busy(log.where, _TRIES)


def _waits() -> Iterator[float]:
    """Longer and longer, and never the same, so that two writers do not meet again."""
    return (min(_LONGEST_WAIT_S, 0.01 * 2**turn) for turn in range(_TRIES))


class _Arrival:
    """Rows on their way into a table."""

    def __init__(
        self,
        log: Log,
        key: str,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        rows: Sequence[Written],
        supersedes: bool,
        leaving: str,
        seen: SeenKeys | None,
    ) -> None:
        self._log = log
        self._seen = seen
        self._key = name(key)
        self._connection = connection
        self._folder = folder
        self._rows = rows
        self._grows = supersedes and any(column.name == GROWING for column in log.columns)
        self._met = f"met_{uuid.uuid4().hex}"
        self._leaving = f"{self._met}_leaving"
        self._looked_at: frozenset[str] = frozenset()
        self._unsettled = list(rows)
        connection.execute(f"CREATE TEMP TABLE {self._met} (key VARCHAR, size BIGINT, file VARCHAR)")
        connection.execute(f"CREATE TEMP TABLE {self._leaving} (key VARCHAR)")
        if leaving:
            connection.execute(f"INSERT INTO {self._leaving} {leaving}")

    def attempt(self) -> Appended:
        """Compare with the newest version and commit. Raises ConflictError."""
        files = self._log.reached(self._connection)
        self._look(files)
        duplicate, superseded, left = self._judge()
        total = sum(row.rows for row in self._rows)
        if duplicate == total and not left:
            self._log.settle(files.version)
            return Appended(0, duplicate, 0, files.version)
        version = self._commit(files, duplicate, superseded + left)
        return Appended(total - duplicate - superseded, duplicate, superseded, version, left)

    def leave(self) -> None:
        """Take away what no version has."""
        self._connection.execute(f"DROP TABLE IF EXISTS {self._met}")
        self._connection.execute(f"DROP TABLE IF EXISTS {self._met}_fate")
        self._connection.execute(f"DROP TABLE IF EXISTS {self._leaving}")
        kept = self._log.kept()
        if kept is not None:
            left = (row.path for row in self._unsettled if row.path not in kept)
            self._log.place.discard(self._folder, left)

    def _look(self, files: Files) -> None:
        """Note the stored rows that have one of our keys, or leave, in the files not looked at so far."""
        current = frozenset(files.uris)
        for gone in self._looked_at - current:
            self._connection.execute(f"DELETE FROM {self._met} WHERE file = ?", [gone])
        fresh = [uri for uri in files.uris if uri not in self._looked_at]
        if self._seen is not None and files.rows <= MOST_KEYS:
            fresh = self._may_meet(self._seen, files, fresh)
        if fresh:
            stored = parquet_relation(self._log.columns, fresh, filename=True)
            self._connection.execute(
                f"INSERT INTO {self._met} SELECT {self._key}, {self._size('s')}, filename FROM {stored} s"
                f" SEMI JOIN ({self._keys()}) ours USING ({self._key})"
            )
        self._looked_at = current

    def _may_meet(self, seen: SeenKeys, files: Files, fresh: Sequence[str]) -> list[str]:
        """Those of the files, some of them `fresh`, that may hold one of our keys."""
        ours = self._connection.execute(
            f"SELECT hash({self._key}) AS hash FROM ({self._keys()})"
        ).fetchnumpy()
        met = frozenset(
            seen.meeting(files.uris, ours["hash"], partial(key_hashes, self._connection, self._key))
        )
        return [uri for uri in fresh if uri in met]

    def _judge(self) -> tuple[int, int, int]:
        """How many of our rows are there already, how many replace a shorter one, and how many rows leave."""
        longer = f"met.size < {self._size('ours')}" if self._grows else "false"
        fate, key = f"{self._met}_fate", f"ours.{self._key}"
        met = f"(SELECT key, max(size) AS size FROM {self._met} GROUP BY key) met"
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {fate} AS SELECT {key} AS key, ours.filename AS file,"
            f" {longer} AS replaces FROM {self._ours()} ours JOIN {met} ON met.key = {key}"
        )
        ((duplicate, superseded),) = self._connection.execute(
            f"SELECT count(*) FILTER (NOT replaces), count(*) FILTER (replaces) FROM {fate}"
        ).fetchall()
        ((left,),) = self._connection.execute(
            f"SELECT count(*) FROM {self._met} SEMI JOIN {self._leaving} USING (key)"
        ).fetchall()
        return duplicate, superseded, left

    def _commit(self, files: Files, duplicate: int, gone: int) -> int:
        fate = f"{self._met}_fate"
        going = f"SELECT key FROM {fate} WHERE replaces UNION ALL SELECT key FROM {self._leaving}"
        touched = self._files(f"SELECT DISTINCT file FROM {fate} WHERE NOT replaces") if duplicate else []
        replaced = (
            self._files(f"SELECT DISTINCT file FROM {self._met} SEMI JOIN ({going}) USING (key)")
            if gone
            else []
        )
        rewritten = [
            *self._without(touched, f"SELECT key FROM {fate} WHERE NOT replaces"),
            *self._without(replaced, going),
        ]
        self._unsettled = [*self._rows, *rewritten]
        adds = [*(row for row in self._rows if self._uri(row) not in set(touched)), *rewritten]
        removes = [self._log.place.path(uri) for uri in replaced]
        try:
            return self._log.commit(self._folder, adds, removes, files.version, changes=True, keys=True)
        except ConflictError:
            self._log.place.discard(self._folder, (row.path for row in rewritten))
            raise

    def _without(self, uris: Sequence[str], keys: str) -> list[Written]:
        """The rows of these files again, without those of the keys."""
        if not uris:
            return []
        rows = parquet_relation(self._log.columns, uris)
        named = f"SELECT key AS {self._key} FROM ({keys})"
        query = f"SELECT * FROM {rows} r ANTI JOIN ({named}) k USING ({self._key})"
        days = {written.day_of(uri) for uri in uris}
        return written.write_days(self._connection, query, self._log.columns, self._folder, days)

    def _files(self, query: str) -> list[str]:
        return [file for (file,) in self._connection.execute(query).fetchall()]

    def _ours(self) -> str:
        return parquet_relation(self._log.columns, [self._uri(row) for row in self._rows], filename=True)

    def _keys(self) -> str:
        """Our keys, and those of rows that are leaving."""
        return (
            f"SELECT {self._key} FROM {self._ours()} UNION ALL SELECT key AS {self._key} FROM {self._leaving}"
        )

    def _uri(self, row: Written) -> str:
        return str(self._folder / row.path)

    def _size(self, row: str) -> str:
        return f"{row}.{name(GROWING)}" if self._grows else "0"
