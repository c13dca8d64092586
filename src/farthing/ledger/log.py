"""A table's Delta log: its versions, the files of each, and how a change becomes the next one.

A change is data files that nobody sees yet, and then one entry of the log that names what comes and
what goes. The entry appears whole or not at all, so a process that is killed at any moment leaves
the old version or the new one, and files without an entry that `vacuum` takes away.
"""

import contextlib
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import ArrayType, Field, MapType, PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from farthing.ledger import listing
from farthing.ledger.columns import Column, Kind
from farthing.ledger.connection import reader
from farthing.ledger.files import DAY, Files
from farthing.ledger.place import Place
from farthing.ledger.remote import reach
from farthing.ledger.trouble import ConflictError
from farthing.ledger.written import Written, day_of

_KEYS: Final = "farthing"
_FILES: Final = "farthing-files"
_LOG: Final = "_delta_log"
_CHECKPOINT_EVERY: Final = 50
_TYPES: Final[Mapping[Kind, PrimitiveType | MapType | ArrayType]] = {
    "text": PrimitiveType("string"),
    "count": PrimitiveType("long"),
    "whole": PrimitiveType("long"),
    "number": PrimitiveType("double"),
    "money": PrimitiveType("decimal(38,18)"),
    "duration": PrimitiveType("decimal(18,3)"),
    "time": PrimitiveType("timestamp"),
    "day": PrimitiveType("date"),
    "map": MapType(PrimitiveType("string"), PrimitiveType("string")),
    "list": ArrayType(PrimitiveType("long")),
}
# Checkpoints only shorten the log: one that fails must not look like a change that failed.
_NO_HOOKS: Final = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
# All columns: the first 32, Delta's own choice, leave out most of the counts.
# Old entries of the log go soon: a ledger that is written to all day has one for each change.
_SETTINGS: Final = {
    "delta.dataSkippingNumIndexedCols": "-1",
    "delta.logRetentionDuration": "interval 2 days",
}


class Log:
    """The log of the table `name` at a place; nothing is made until something is written."""

    def __init__(self, place: Place, name: str, columns: tuple[Column, ...]) -> None:
        self.place = place
        self.name = name
        self.columns = columns
        self._table: DeltaTable | None = None
        self._listed: dict[tuple[date | None, date | None], Files] = {}
        self._mutex = threading.RLock()
        self._on_disk = -1

    @property
    def where(self) -> str:
        """The table as a problem names it."""
        return self.place.url

    def version(self) -> int:
        """The newest version, -1 where there is no table yet."""
        with self._mutex:
            table = self._newest()
            return -1 if table is None else table.version()

    def files(self, since: date | None = None, until: date | None = None) -> Files:
        """The files of the newest version whose days are not before `since` and before `until`."""
        with self._mutex:
            table = self._newest()
            if table is None:
                return Files(self.name, self.columns, -1)
            if any(files.version != table.version() for files in self._listed.values()):
                self._listed.clear()
            if (since, until) not in self._listed:
                self._listed[since, until] = self._list(table, since, until)
            return self._listed[since, until]

    def commit(
        self,
        folder: Path,
        adds: Sequence[Written],
        removes: Sequence[str],
        version: int,
        changes: bool,
        keys: bool,
    ) -> int:
        """Make files of `folder` and those to take away (paths below the table) the version after `version`.

        With `changes` false the same rows only lie elsewhere. With `keys` it fails where another
        has added keys since `version`, and with `removes` where another has taken files away. Returns
        the new version. Raises ConflictError.
        """
        self.place.publish(folder, [file.path for file in adds])
        table = self._at(version)
        moment = self.place.now()
        actions = [_add(file, moment, changes) for file in adds]
        marks = _marks(version, ([_KEYS] if keys else []) + ([_FILES] if removes else []))
        gone = [RemoveAction(path, changes, moment, None, {DAY: day_of(path)}) for path in removes]
        try:
            table.create_write_transaction(
                [*actions, *gone], "append", table.schema(), [DAY],
                commit_properties=CommitProperties(app_transactions=marks),
                post_commithook_properties=_NO_HOOKS,
            )  # fmt: skip
        except CommitFailedError as error:
            raise ConflictError(str(error)) from error
        return self._settled(version)

    def settle(self, version: int) -> None:
        """Wait until a version is on the disk, though it may be another process that wrote it.

        A process that is killed between its change and its waiting leaves that to who finds the change.
        """
        first = max(self._on_disk + 1, version - _CHECKPOINT_EVERY, 0)
        self._flush_entries(first, version)
        self._on_disk = max(self._on_disk, version)

    def create(self) -> None:
        """Make the table where there is none. Two that do so at once get the same one."""
        if self.version() >= 0:
            return
        fields = [Field(column.name, _TYPES[column.kind]) for column in self.columns]
        self.place.make()
        try:
            DeltaTable.create(
                self.place.url, Schema(fields), "ignore", partition_by=[DAY], configuration=_SETTINGS
            )
        except DeltaError:
            if self.version() < 0:
                raise
        self._flush_entries(0, 0)

    def kept(self) -> frozenset[str] | None:
        """The paths of the newest version's files; None where nobody can say, so that none may go."""
        try:
            return frozenset(self.place.path(uri) for uri in self.files().uris)
        except (DeltaError, OSError):
            return None

    def reached(self, connection: duckdb.DuckDBPyConnection) -> Files:
        """The files of the newest version, which the connection can read then."""
        files = self.files()
        reach(connection, files.uris)
        return files

    def vacuum(self, keep_hours: int) -> int:
        """Take away files that no version of the last `keep_hours` has; how many there were."""
        with self.place.writing(alone=True), self._mutex:
            table = self._newest()
            if table is None:
                return 0
            gone = table.vacuum(
                keep_hours, dry_run=False, enforce_retention_duration=False, full=True,
                post_commithook_properties=_NO_HOOKS,
            )  # fmt: skip
            self._checkpoint(table)
            return len(gone)

    def _newest(self) -> DeltaTable | None:
        if self._table is not None:
            try:
                self._table.update_incremental()
            except (DeltaError, OSError):
                self._table = None  # somebody has moved or taken away the folder
        if self._table is None:
            try:
                self._table = DeltaTable(self.place.url)
            except TableNotFoundError:
                return None
            except (DeltaError, OSError) as error:
                raise self.place.told(error) from error
        return self._table

    def _at(self, version: int) -> DeltaTable:
        """A handle of its own on a version, so that what happens after it counts as a conflict."""
        return DeltaTable(self.place.url, version=version)

    def _list(self, table: DeltaTable, since: date | None, until: date | None) -> Files:
        adds = table.get_add_actions(flatten=True)
        with reader(os.getpid()).cursor() as cursor:
            listed = listing.listed(cursor, adds, self.columns, since, until)
        uris = tuple(self.place.uri(path) for path in listed.paths)
        return Files(
            self.name, self.columns, table.version(), uris,
            listed.rows, listed.days, listed.largest, listed.empty,
        )  # fmt: skip

    def _settled(self, before: int) -> int:
        """Wait until the entry is on the disk: Delta itself does not."""
        with self._mutex:
            table = self._newest()
            after = before + 1 if table is None else table.version()
            self._flush_entries(before + 1, after)
            if table is not None and after // _CHECKPOINT_EVERY > before // _CHECKPOINT_EVERY:
                self._checkpoint(table)
            return after

    def _flush_entries(self, first: int, last: int) -> None:
        self.place.settle(f"{_LOG}/{version:020d}.json" for version in range(first, last + 1))

    def _checkpoint(self, table: DeltaTable) -> None:
        with contextlib.suppress(DeltaError, OSError):
            table.create_checkpoint()
            # Who opens the table trusts these two, and entries before them may be taken away.
            checkpoint = f"{_LOG}/{table.version():020d}.checkpoint.parquet"
            self.place.settle([checkpoint, f"{_LOG}/_last_checkpoint"])
            table.cleanup_metadata()


def _add(file: Written, moment: int, changes: bool) -> AddAction:
    return AddAction(file.path, file.size_byte, {DAY: file.day}, moment, changes, file.statistics)


def _marks(version: int, what: Sequence[str]) -> list[Transaction]:
    """Two changes that carry the same mark and start at the same version cannot both happen.

    Delta's own look at conflicts lets two changes take away the same file where one of them only
    lays rows out anew, and then the rows of both are there.
    """
    return [Transaction(one, version + 1) for one in what]
