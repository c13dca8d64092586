"""Files into the ledger: read each in its format, check the rows, store what is new, say what was not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers.files import UnusableFileError, opened, shown
from farthing.importers.format import Format, TableName
from farthing.importers.registry import recognized
from farthing.importers.stage import Aside, Stage
from farthing.ledger.charges import CHARGES
from farthing.ledger.columns import Column
from farthing.ledger.events import EVENTS
from farthing.ledger.store import Ledger
from farthing.ledger.table import Table

_FUTURE: Final = timedelta(days=366)
_SCHEMAS: Final[dict[TableName, tuple[Sequence[Column], str]]] = {
    "events": (EVENTS, "event_id"),
    "charges": (CHARGES, "charge_id"),
}
_UNKNOWN: Final = "its format is not recognized: name it with --format, or describe it with --map"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file."""

    file: str
    format: str = ""
    read: int = 0
    stored: int = 0
    duplicate: int = 0
    set_aside: int = 0
    asides: tuple[Aside, ...] = ()


@dataclass
class Run:
    """One import. `format` is used for every file, where it is given; `values` are set in every row.

    `connection` is to a database outside memory and `folder` a place for files on the way, both of
    which the caller throws away. `told` hears the name of each file before it is read.
    """

    ledger: Ledger
    connection: duckdb.DuckDBPyConnection
    folder: Path
    batch: str
    now: datetime
    format: Format | None = None
    values: dict[str, str] = field(default_factory=dict)
    told: Callable[[str, int], None] = lambda _name, _bytes: None
    _stages: dict[TableName, Stage] = field(default_factory=dict)

    def files(self, paths: Iterable[Path | None]) -> list[Imported]:
        """Import files, None being standard input. What cannot be read is set aside and the rest is kept."""
        found = [self._read(number, path) for number, path in enumerate(paths)]
        tables: dict[TableName, Table] = {"events": self.ledger.events, "charges": self.ledger.charges}
        for name, stage in self._stages.items():
            found = self._stored(found, stage, tables[name])
        return found

    def _read(self, number: int, path: Path | None) -> Imported:
        name = shown(path)
        try:
            source = opened(path, self.folder, number, self.values)
            self.told(name, source.path.stat().st_size)
            format_ = self.format or recognized(source.head)
            if format_ is None:
                raise UnusableFileError(_UNKNOWN)
            counted = self._stage(format_.table).add(number, source, format_)
        except UnusableFileError as error:
            return Imported(name, set_aside=1, asides=(Aside(name, 0, str(error)),))
        except duckdb.Error as error:
            why = f"it cannot be read: {str(error).splitlines()[0]}"
            return Imported(name, set_aside=1, asides=(Aside(name, 0, why),))
        finally:
            (self.folder / f"plain-{number}").unlink(missing_ok=True)
        return Imported(name, format_.name, counted.read, 0, 0, counted.set_aside, counted.asides)

    def _stage(self, table: TableName) -> Stage:
        if table not in self._stages:
            columns, key = _SCHEMAS[table]
            latest = self.now + _FUTURE
            self._stages[table] = Stage(self.connection, table, columns, key, self.batch, latest)
        return self._stages[table]

    def _stored(self, found: Sequence[Imported], stage: Stage, table: Table) -> list[Imported]:
        """Store what was staged for a table, and count per file what was new."""
        repeated = stage.drop_repeated()
        table.append(self.connection, stage.query)
        fresh = stage.fresh(table.files().uris)
        staged = stage.by_file()
        return [
            replace(
                one,
                stored=one.stored + fresh.get(number, 0),
                duplicate=one.duplicate
                + repeated.get(number, 0)
                + staged.get(number, 0)
                - fresh.get(number, 0),
            )
            for number, one in enumerate(found)
        ]
