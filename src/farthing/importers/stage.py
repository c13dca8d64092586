"""Rows on their way into the ledger: checked, numbered and each once, in a database outside memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from farthing.importers.checked import Checked, checked
from farthing.importers.format import Format, Source, together
from farthing.importers.readers import name, rejects, text
from farthing.ledger.columns import Column

_MOST_NAMED: Final = 1_000
_TAG: Final = "tag:"


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that cannot be used: which, and why."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the records of a file. `asides` names the first thousand of those set aside."""

    read: int
    set_aside: int
    asides: tuple[Aside, ...]


@dataclass(frozen=True)
class Stage:
    """Rows of one table of the ledger that were read and not stored yet.

    `key` is the column of the ids; `batch` and `latest` (the last moment that an event may have) are
    for all rows. Files have numbers, in the order in which they were added.
    """

    connection: DuckDBPyConnection
    table: str
    columns: Sequence[Column]
    key: str
    batch: str
    latest: datetime

    def __post_init__(self) -> None:
        typed = ", ".join(f"{name(column.name)} {column.sql_type}" for column in self.columns)
        ours = "file INTEGER, line BIGINT, why VARCHAR, made BOOLEAN"
        self.connection.execute(f"CREATE TABLE staged_{self.table} ({ours}, {typed})")

    @property
    def name(self) -> str:
        """The table in which the rows wait."""
        return f"staged_{self.table}"

    def add(self, number: int, source: Source, format_: Format) -> Counted:
        """Read a file. Raises duckdb.Error where it cannot be read; nothing of it is kept then."""
        query = format_.read(self.connection, source)
        with self._all_or_nothing():
            self._insert(str(number), source, format_, query)
            refused = rejects(self.connection)
            if not format_.is_ordered:
                self._look_up_lines(number, source, format_, query)
            counted = self._counted(number, source, refused)
            self._number_equals(number)
            self._drop_asides([number])
        return counted

    def add_together(self, files: Mapping[int, Source], format_: Format) -> dict[int, Counted]:
        """Read files of a format that `reads_many` by one query, as `add` reads them one by one.

        Planning the query and its checks takes longer than to read a small file. Raises as `add` does
        where a file cannot be read; nothing of any is kept then.
        """
        if len(files) == 1:
            return {number: self.add(number, source, format_) for number, source in files.items()}
        source = together(files)
        query = format_.read(self.connection, source)
        with self._all_or_nothing():
            self._insert("file", source, format_, query)
            counted = self._counted_together(files)
            for number in self._with_equals(files):
                self._number_equals(number)
            self._drop_asides(files)
        return counted

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self.connection.execute("BEGIN")
        try:
            yield
            self.connection.execute("COMMIT")
        except duckdb.Error:
            self.connection.execute("ROLLBACK")
            rejects(self.connection)
            raise

    def _insert(self, file: str, source: Source, format_: Format, query: str) -> None:
        """Stage what was read; `file` is the number of the file as SQL."""
        ordered = str(format_.is_ordered).lower()
        self.connection.execute(f"SET preserve_insertion_order = {ordered}")
        self.connection.execute(f"INSERT INTO staged_{self.table} {self._rows(file, source, format_, query)}")
        # What comes after says its order, and is faster without one.
        self.connection.execute("SET preserve_insertion_order = false")

    def _drop_asides(self, numbers: Iterable[int]) -> None:
        self.connection.execute(
            f"DELETE FROM staged_{self.table} WHERE {_among(numbers)} AND why IS NOT NULL"
        )

    def drop_repeated(self) -> dict[int, int]:
        """Leave one row of each id, the one that knows most: how many rows of which file went."""
        table, key = f"staged_{self.table}", name(self.key)
        rank = "output_tokens DESC, line DESC" if self.table == "events" else "line DESC"
        best = f"row_number() OVER (PARTITION BY {key} ORDER BY {rank}, file, {name('at')} DESC)"
        repeated = f"SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1"
        ranked = f"SELECT rowid AS place, file, {best} AS rank FROM {table} WHERE {key} IN ({repeated})"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE worse AS SELECT * FROM ({ranked}) WHERE rank > 1"
        )
        self.connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT place FROM worse)")
        found = self.connection.execute("SELECT file, count(*) FROM worse GROUP BY file").fetchall()
        return {int(file): int(count) for file, count in found}

    def by_file(self) -> dict[int, int]:
        """How many rows wait, by the number of their file."""
        query = f"SELECT file, count(*) FROM staged_{self.table} GROUP BY file"
        return {int(file): int(count) for file, count in self.connection.execute(query).fetchall()}

    def days(self) -> tuple[date, date]:
        """The first day of the rows that wait, of which there are some, and the day after the last."""
        row = self.connection.execute(f"SELECT min(day), max(day) + 1 FROM staged_{self.table}").fetchone()
        assert row is not None, "a least and a largest are always a row"
        return row

    def fresh(self, stored: Sequence[str]) -> dict[int, int]:
        """How many rows, by the number of their file, lie in these files of the ledger as this batch's."""
        if not stored:
            return {}
        listed = ", ".join(text(uri) for uri in stored)
        ids = f"SELECT {name(self.key)} FROM read_parquet([{listed}]) WHERE batch = {text(self.batch)}"
        query = (
            f"SELECT file, count(*) FROM staged_{self.table} WHERE {name(self.key)} IN ({ids}) GROUP BY file"
        )
        return {int(file): int(count) for file, count in self.connection.execute(query).fetchall()}

    @property
    def query(self) -> str:
        """The rows as the ledger's table has them."""
        return f"SELECT {', '.join(name(column.name) for column in self.columns)} FROM staged_{self.table}"

    def _rows(self, file: str, source: Source, format_: Format, query: str) -> str:
        """A query of a file's rows: numbered, in the table's types, with the reason why one is set aside."""
        types = {row[0]: row[1] for row in self.connection.execute(f"DESCRIBE {query}").fetchall()}
        values = {column.name: self._value(column, types, source, format_) for column in self.columns}
        values["day"] = Checked(f"CAST(make_timestamp(epoch_us({values['at'].value})) AS DATE)")
        own = f"COALESCE(CAST({name(self.key)} AS VARCHAR), '')" if self.key in types else "''"
        raw = "md5(raw)" if "raw" in types else "''"
        made = f"{own} = ''"
        values[self.key] = Checked(f"CASE WHEN {made} THEN {raw} ELSE {own} END", values[self.key].checks)
        line = "line" if "line" in types and format_.is_ordered else "0"
        listed = ", ".join(f"{values[column.name].value}" for column in self.columns)
        why = _why(values, has_aside="aside" in types)
        return f"SELECT {file}, {line}, {why}, {made}, {listed} FROM ({query})"

    def _look_up_lines(self, number: int, source: Source, format_: Format, query: str) -> None:
        """Read a file once more, in order, where rows that were read without it are set aside.

        Numbering rows takes all of them through one thread, so it is done only for who asks for it.
        """
        mine = f"FROM staged_{self.table} WHERE file = {number} AND why IS NOT NULL"
        if self.connection.execute(f"SELECT 1 {mine} LIMIT 1").fetchone() is None:
            return
        numbered = self._rows(str(number), source, replace(format_, is_ordered=True), query)
        self.connection.execute(f"DELETE {mine}")
        self.connection.execute(
            f"INSERT INTO staged_{self.table} SELECT * FROM ({numbered}) AS again(file, line, why)"
            " WHERE why IS NOT NULL"
        )
        rejects(self.connection)

    def _value(self, column: Column, types: Mapping[str, str], source: Source, format_: Format) -> Checked:
        if column.name == "batch":
            return Checked(text(self.batch))
        if column.name == "source":
            return Checked(text(format_.name))
        if column.name in source.values:
            return Checked(f"CAST({text(source.values[column.name])} AS {column.sql_type})")
        if column.name not in types:
            found = Checked("1" if column.name == "requests" else column.default)
        else:
            found = checked(column, types[column.name], self.latest)
        return _tagged(found, source.values) if column.kind == "map" else found

    def _counted(self, number: int, source: Source, refused: Sequence[tuple[int, str]]) -> Counted:
        """What was read of a file and what is set aside, what its reader refused included."""
        mine = f"FROM staged_{self.table} WHERE file = {number}"
        row = self.connection.execute(f"SELECT count(*), count(why) {mine}").fetchone()
        assert row is not None, "a count is always a row"
        named = self.connection.execute(
            f"SELECT line, why {mine} AND why IS NOT NULL ORDER BY line LIMIT {_MOST_NAMED}"
        ).fetchall()
        places = [place for place, _ in refused]
        asides = [Aside(source.name, place, _plain(why)) for place, why in refused[:_MOST_NAMED]]
        asides += [Aside(source.name, _true_line(int(line), places), str(why)) for line, why in named]
        asides.sort(key=lambda aside: aside.line)
        return Counted(int(row[0]) + len(refused), int(row[1]) + len(refused), tuple(asides[:_MOST_NAMED]))

    def _counted_together(self, files: Mapping[int, Source]) -> dict[int, Counted]:
        """What was read of each file; one by one are counted only those of which something is set aside."""
        query = (
            f"SELECT file, count(*), count(why) FROM staged_{self.table} WHERE {_among(files)} GROUP BY file"
        )
        found = {file: (read, aside) for file, read, aside in self.connection.execute(query).fetchall()}
        counted: dict[int, Counted] = {}
        for number, source in files.items():
            read, aside = found.get(number, (0, 0))
            counted[number] = self._counted(number, source, ()) if aside else Counted(read, 0, ())
        return counted

    def _with_equals(self, numbers: Iterable[int]) -> list[int]:
        """The files of these in which records are equal in every letter."""
        mine = f"FROM staged_{self.table} WHERE {_among(numbers)} AND made AND why IS NULL"
        equal = f"SELECT file {mine} GROUP BY file, {name(self.key)} HAVING count(*) > 1"
        return [file for (file,) in self.connection.execute(f"SELECT DISTINCT * FROM ({equal})").fetchall()]

    def _number_equals(self, number: int) -> None:
        """Give records of a file that are equal in every letter ids of their own: each is one event."""
        table, key = f"staged_{self.table}", name(self.key)
        mine = f"FROM {table} WHERE file = {number} AND made AND why IS NULL"
        equal = f"SELECT {key} {mine} GROUP BY ALL HAVING count(*) > 1"
        count = f"row_number() OVER (PARTITION BY {key} ORDER BY line)"
        self.connection.execute(
            f"UPDATE {table} SET {key} = {key} || '-' || numbered.nth FROM"
            f" (SELECT rowid AS place, {count} AS nth {mine} AND {key} IN ({equal})) AS numbered"
            f" WHERE {table}.rowid = numbered.place AND numbered.nth > 1"
        )


def _among(numbers: Iterable[int]) -> str:
    """SQL: whether a row is of one of these files."""
    return f"file IN ({', '.join(map(str, numbers))})"


def _tagged(found: Checked, values: Mapping[str, str]) -> Checked:
    """Tags with those that were set for every row."""
    own = {column.removeprefix(_TAG): value for column, value in values.items() if column.startswith(_TAG)}
    if not own:
        return found
    keys, said = (", ".join(map(text, words)) for words in (own.keys(), own.values()))
    none = "MAP([]::VARCHAR[], []::VARCHAR[])"
    return Checked(f"map_concat(COALESCE({found.value}, {none}), MAP([{keys}], [{said}]))", found.checks)


def _why(values: Mapping[str, Checked], *, has_aside: bool) -> str:
    """Why a row is set aside, null where it is fine: what its format says, else the first failed check."""
    cases = [
        f"WHEN {condition} THEN {reason}" for value in values.values() for condition, reason in value.checks
    ]
    if "reasoning_tokens" in values:
        more = f"{values['reasoning_tokens'].value} > {values['output_tokens'].value}"
        cases.append(f"WHEN {more} THEN 'reasoning_tokens is more than output_tokens, of which it is a part'")
    if "billed_cost" in values:
        cases.append(f"WHEN {values['billed_cost'].value} IS NULL THEN 'it does not say what it cost'")
    first = ["WHEN aside IS NOT NULL THEN aside"] if has_aside else []
    return f"CASE {' '.join((*first, *cases))} END" if (*first, *cases) else "NULL"


def _true_line(line: int, refused: Sequence[int]) -> int:
    """The number of a line of the file: those that the reader refused were not counted."""
    for place in refused:
        if place > line:
            break
        line += 1
    return line


def _plain(why: str) -> str:
    """A reader's reason in fewer words."""
    first = why.splitlines()[0].rstrip(". ")
    if "unicode" in first:
        return "it is not UTF-8"
    if first.startswith("Expected Number of Columns: 1 "):
        return "it is not JSON"
    return f"{first[:1].lower()}{first[1:]}"
