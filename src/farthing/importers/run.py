"""Files into the ledger: read each in its format, check the rows, store what is new, say what was not."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers import otlp
from farthing.importers.checked import FURTHEST_AHEAD
from farthing.importers.files import UnusableFileError, opened, shown
from farthing.importers.format import Format, Source, TableName
from farthing.importers.otlp_sampled import Sampled
from farthing.importers.otlp_senders import calls
from farthing.importers.otlp_told import Told
from farthing.importers.otlp_twice import leave_out, take_back
from farthing.importers.registry import recognized
from farthing.importers.small_files import MOST_FILES, Known, grouped
from farthing.importers.stage import Aside, Counted, Stage
from farthing.ledger.charges import CHARGES
from farthing.ledger.columns import Column
from farthing.ledger.events import EVENTS
from farthing.ledger.store import Ledger
from farthing.ledger.table import Table
from farthing.units.problem import Problem

_SCHEMAS: Final[dict[TableName, tuple[Sequence[Column], str]]] = {
    "events": (EVENTS, "event_id"),
    "charges": (CHARGES, "charge_id"),
}
_UNREADABLE: Final = (UnusableFileError, duckdb.Error, OSError)  # a log may be tidied away meanwhile
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
    which the caller throws away. `told` hears the name of each file before it is read. `together` is
    how many small files may be read by one query.
    """

    ledger: Ledger
    connection: duckdb.DuckDBPyConnection
    folder: Path
    batch: str
    now: datetime
    format: Format | None = None
    values: dict[str, str] = field(default_factory=dict)
    told: Callable[[str, int], None] = lambda _name, _bytes: None
    together: int = MOST_FILES
    problems: list[Problem] = field(default_factory=list)
    _stages: dict[TableName, Stage] = field(default_factory=dict)

    def files(self, paths: Iterable[Path | None]) -> list[Imported]:
        """Import files, None being standard input. What cannot be read is set aside and the rest is kept."""
        by_number: dict[int, Imported] = {}
        for format_, sources in grouped(self._opened(paths, by_number), self.together):
            by_number |= self._read(sources, format_)
            self._drop_plain(sources)
        found = [by_number[number] for number in sorted(by_number)]
        tables: dict[TableName, Table] = {"events": self.ledger.events, "charges": self.ledger.charges}
        for name, stage in self._stages.items():
            found = self._stored(found, stage, tables[name])
        return found

    def _opened(self, paths: Iterable[Path | None], found: dict[int, Imported]) -> Iterator[Known]:
        """Files with their formats; those that cannot be opened or are of none are `found` at once."""
        for number, path in enumerate(paths):
            try:
                source = opened(path, self.folder, number, self.values)
                size_byte = source.path.stat().st_size
                self.told(source.name, size_byte)
                format_ = self.format or recognized(source.head)
                if format_ is None:
                    raise UnusableFileError(_UNKNOWN)
            except (UnusableFileError, OSError) as error:
                found[number] = _unusable(shown(path), error)
                self._drop_plain([number])
            else:
                yield Known(number, source, size_byte, format_)

    def _read(self, files: Mapping[int, Source], format_: Format) -> dict[int, Imported]:
        """Read files of one format, as many together as do not harm each other."""
        try:
            counted = self._stage(format_.table).add_together(files, format_)
        except _UNREADABLE as error:
            if len(files) == 1:
                return {number: _unusable(source.name, error) for number, source in files.items()}
            numbers = list(files)
            halves = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
            first, second = (
                self._read({number: files[number] for number in half}, format_) for half in halves
            )
            return first | second
        return {number: _imported(files[number], format_, one) for number, one in counted.items()}

    def _drop_plain(self, numbers: Iterable[int]) -> None:
        """Take away what was unpacked."""
        for number in numbers:
            (self.folder / f"plain-{number}").unlink(missing_ok=True)

    def _stage(self, table: TableName) -> Stage:
        if table not in self._stages:
            columns, key = _SCHEMAS[table]
            latest = self.now + FURTHEST_AHEAD
            self._stages[table] = Stage(self.connection, table, columns, key, self.batch, latest)
        return self._stages[table]

    def _stored(self, found: Sequence[Imported], stage: Stage, table: Table) -> list[Imported]:
        """Store what was staged for a table, and count per file what was new."""
        repeated, leaving, told, seen = Counter[int](), "", None, table.version()
        if any(one.format == otlp.FORMAT.name for one in found) and stage.table == "events":
            told = Told(self.connection, table)
            repeated, leaving = self._told_twice(stage, told)
        repeated.update(stage.drop_repeated())
        appended = table.append(self.connection, stage.query, leaving=leaving)
        if told is not None:
            take_back(self.connection, stage.name, told, table, seen, appended.version)
        staged = stage.by_file()
        fresh = staged if appended.duplicate == 0 else {}
        if appended.duplicate and appended.stored + appended.superseded:
            fresh = stage.fresh(table.files(*stage.days()).uris)
        return [
            replace(
                one,
                stored=one.stored + fresh.get(number, 0),
                duplicate=one.duplicate + repeated[number] + staged.get(number, 0) - fresh.get(number, 0),
            )
            for number, one in enumerate(found)
        ]

    def _told_twice(self, stage: Stage, told: Told) -> tuple[Counter[int], str]:
        """Leave metrics out whose calls are told: how many, by file, and which stored ones go."""
        left = leave_out(self.connection, stage.name, told)
        sampled = Sampled()
        sampled.add(left.spans)
        self.problems += sampled.problems(self.connection, told, f"({calls(stage.name)})")
        return left.staged, left.stored


def _imported(source: Source, format_: Format, counted: Counted) -> Imported:
    return Imported(source.name, format_.name, counted.read, 0, 0, counted.set_aside, counted.asides)


def _unusable(name: str, error: Exception) -> Imported:
    """A file that is set aside as a whole."""
    why = str(error)
    if not isinstance(error, UnusableFileError):
        why = f"it cannot be read: {why.splitlines()[0]}"
    return Imported(name, set_aside=1, asides=(Aside(name, 0, why),))
