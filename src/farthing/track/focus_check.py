"""Whether a dataset is one of FOCUS 1.4: every row against the column model and the rules between columns.

`farthing export` checks what it wrote with this, and it checks any other Cost and Usage dataset as well.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from farthing.ledger.connection import connect, name, text
from farthing.track.focus_model import Model, cost_and_usage
from farthing.track.focus_rules import broken
from farthing.track.focus_values import fault
from farthing.track.safe_text import original_text
from farthing.track.table_files import written

Row: TypeAlias = Mapping[str, str | None]
CUSTOM: Final = "x_"
_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a column: in how many rows, and in which first (from 1 on; 0 is the whole file)."""

    rule: str
    column: str
    what: str
    row: int
    count: int


def check(rows: Iterable[Mapping[str, object]], model: Model | None = None) -> tuple[Finding, ...]:
    """What is wrong with a dataset, each kind of fault once; nothing where all is well.

    Values are text as a CSV file has it, or typed; None and "" are nothing.
    """
    model = cost_and_usage() if model is None else model
    found: dict[tuple[str, str], Finding] = {}
    for number, row in enumerate(rows, start=1):
        if number == 1:
            found |= {(one.rule, one.column): one for one in _missing(row, model)}
        plain = {column: _plain(value) for column, value in row.items()}
        for rule, column, what in _faults(plain, model):
            first = found.get((rule, column), Finding(rule, column, what, number, 0))
            found[rule, column] = Finding(rule, column, first.what, first.row, first.count + 1)
    return tuple(found.values())


def read_dataset(path: Path) -> Iterator[Row]:
    """The rows of a CSV or Parquet file as text."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {column: original_text(value or "") or None for column, value in row.items()}


def _missing(row: Mapping[str, object], model: Model) -> Iterator[Finding]:
    for column, rule in model.columns.items():
        if rule.level == "mandatory" and column not in row:
            yield Finding("missing", column, "the column is mandatory and is not there", 0, 1)
    for column in row:
        if column not in model.columns and not column.startswith(CUSTOM):
            yield Finding("unknown", column, f"FOCUS has no such column; others begin with {CUSTOM}", 0, 1)


def _faults(row: Row, model: Model) -> Iterator[tuple[str, str, str]]:
    for column, rule in model.columns.items():
        if column in row and (said := fault(row[column], rule)) is not None:
            yield said[0], column, said[1]
    yield from broken(row, model)


def _plain(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else written(value)  # type: ignore[arg-type]


def _parquet(path: Path) -> Iterator[Row]:
    source = f"read_parquet({text(str(path))})"
    with connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        columns = [str(row[0]) for row in described]
        listed = ", ".join(_as_text(str(row[0]), str(row[1])) for row in described)
        answer = connection.execute(f"SELECT {listed} FROM {source}")
        while page := answer.fetchmany(_PAGE):
            for row in page:
                yield dict(zip(columns, row, strict=True))


def _as_text(column: str, type_: str) -> str:
    if type_.startswith("TIMESTAMP"):
        return f"strftime(make_timestamp(epoch_us({name(column)})), '%Y-%m-%dT%H:%M:%SZ')"
    if type_ in ("MAP(VARCHAR, VARCHAR)", "JSON") or type_.startswith("STRUCT"):
        return f"CAST(to_json({name(column)}) AS VARCHAR)"
    return f"CAST({name(column)} AS VARCHAR)"
