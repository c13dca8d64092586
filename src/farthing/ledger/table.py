"""A table of the ledger: what others may do with it."""

from datetime import date

import duckdb

from farthing.ledger.append import Appended, append
from farthing.ledger.columns import Column
from farthing.ledger.files import Files
from farthing.ledger.log import Log
from farthing.ledger.rewrite import Compacted, compact, gather, remove
from farthing.ledger.seen_keys import SeenKeys


class Table:
    """Rows with a `key` that is there once. Several processes may read and write it at a time."""

    def __init__(self, log: Log, key: str) -> None:
        self._log = log
        self.name = log.name
        self.columns: tuple[Column, ...] = log.columns
        self.key = key
        self._seen: SeenKeys | None = None

    def remember_keys(self) -> None:
        """Keep in memory which keys the files have, for a process that appends over and over."""
        self._seen = self._seen or SeenKeys()

    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.version() >= 0

    def version(self) -> int:
        """The newest version, one more with each change; -1 where there is no table."""
        return self._log.version()

    def files(self, since: date | None = None, until: date | None = None) -> Files:
        """The files of the newest version, of the days from `since` to before `until`."""
        return self._log.files(since, until)

    def append(
        self,
        connection: duckdb.DuckDBPyConnection,
        query: str,
        *,
        supersedes: bool = True,
        leaving: str = "",
    ) -> Appended:
        """Add the rows of a query that selects this table's columns, valid, each key once.

        A key that is stored is a duplicate and stays as it is, on whichever day it lies; but a row
        that has more `output_tokens` takes its place (a stream that was read before it ended),
        unless `supersedes` is false. Stored rows whose keys the query `leaving` gives, none of them
        among the new ones, are taken out. All of it happens or nothing. Memory is bounded by the
        limit of the connection, which spills. Raises InputError where the disk is full.
        """
        return append(self._log, self.key, connection, query, supersedes, leaving, self._seen)

    def remove(self, where: str) -> int:
        """Take out the rows for which an SQL condition on the columns holds; how many they were.

        Older versions have them until `vacuum`; after `vacuum(0)` they are gone from the disk.
        """
        return remove(self._log, where)

    def compact(self) -> Compacted:
        """One file for each day, ordered by provider, model, team and time. No row changes."""
        return compact(self._log)

    def gather(self) -> Compacted:
        """Make one file of many small ones of a day, where there are many; cheap where there are not."""
        return gather(self._log)

    def vacuum(self, keep_hours: int) -> int:
        """Take away files that no version of the last `keep_hours` has; how many there were.

        A question that still reads an older version loses its files: keep the hours that the
        longest question takes. Waits until no process writes.
        """
        return self._log.vacuum(keep_hours)
