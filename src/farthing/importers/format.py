"""A format of files: how it is recognized, and how its records become rows of the ledger."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, TypeAlias

from duckdb import DuckDBPyConnection

HEAD_BYTES: Final = 256 * 1024
SURE, LIKELY, MAYBE, NO = 3, 2, 1, 0
TableName: TypeAlias = Literal["events", "charges"]
JsonObject: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Head:
    """What a file begins with: enough to tell its format, never all of it.

    `name` is the file's name, `start` its first bytes, `stored` the columns of a Parquet file, which
    names them at its end. The parsed views are empty where they do not fit.
    """

    name: str
    start: bytes
    stored: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        """The beginning as text, without a byte order mark."""
        return self.start.decode("utf-8-sig", errors="replace")

    @property
    def is_parquet(self) -> bool:
        """Whether it is a Parquet file."""
        return self.start[:4] == b"PAR1"

    @property
    def is_json(self) -> bool:
        """Whether it begins as JSON does."""
        return self.text.lstrip()[:1] in ("{", "[")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names in the first line of a CSV file, or those that a Parquet file stores."""
        if self.is_parquet:
            return self.stored
        if self.is_json or "\0" in self.first_line:
            return ()
        try:
            named = next(csv.reader([self.first_line], delimiter=self.delimiter), [])
        except csv.Error:  # a name of more than 128 KB
            return ()
        return tuple(name.strip() for name in named)

    @cached_property
    def delimiter(self) -> str:
        """What separates the columns of a CSV file: the most frequent of , ; tab and | in its first line."""
        return max(",;\t|", key=self.first_line.count)

    @cached_property
    def first_line(self) -> str:
        """The first line that is not empty."""
        return next((line for line in self.text.splitlines() if line.strip()), "")

    @cached_property
    def objects(self) -> tuple[JsonObject, ...]:
        """The JSON objects of its first lines, those that are whole."""
        found = (_object(line) for line in self.text.splitlines()[:200])
        return tuple(one for one in found if one is not None)

    def has(self, *columns: str) -> bool:
        """Whether the columns, or the keys of some first JSON line, hold all of these names."""
        wanted = set(columns)
        return wanted <= set(self.columns) or any(wanted <= set(one) for one in self.objects)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import. `name` is what the user calls it, `path` where its plain content lies.

    `folder` is for what an importer writes on the way; `values` is what `--set` says of every row.
    Files that are read by one query are its `parts`, by their numbers; a single file has none.
    """

    name: str
    path: Path
    head: Head
    folder: Path
    values: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[int, "Source"] = field(default_factory=dict)

    def files(self) -> Mapping[int, "Source"]:
        """The files that it stands for, by their numbers; a single one is 0."""
        return self.parts or {0: self}


def together(files: Mapping[int, Source]) -> Source:
    """Files that are to be read by one query."""
    return replace(next(iter(files.values())), parts=files)


Read: TypeAlias = Callable[[DuckDBPyConnection, Source], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A format. `match` says how sure it is that a file is of this format (SURE, LIKELY, MAYBE, NO).

    `read` gives a query in the DuckDB dialect whose columns are columns of the ledger's table, in any
    order and of any type, those that are missing left out; besides them it may have

    - `line`: the number of the record's line, from 1 on;
    - `aside`: why the record cannot be used, null where it can;
    - `raw`: the record as text, from which its id is made where it has none.

    Records that are not meant for the ledger at all (a log's other lines) the query leaves out. A format
    `is_ordered` where the order of its records says which of two that are one event is the later; where
    it is not, a file is read in parallel. One that `reads_many` takes sources that have `parts`, and says
    in the column `file` which of them a row comes from: a folder of thousands of sessions needs it.
    """

    name: str
    title: str
    match: Callable[[Head], int]
    read: Read
    table: TableName = "events"
    is_ordered: bool = True
    reads_many: bool = False


def _object(line: str) -> JsonObject | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
