"""Which data files a table has at one version, and what is known of them without opening one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from farthing.ledger.columns import Column
from farthing.ledger.connection import name, text

DAY: Final = "day"


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one table at one version, in the order of their days.

    `largest` has for each count the largest value in any file, None where that is not known.
    `empty` names the columns that hold nothing but 0, "" or null, so that no reader need open them.
    """

    table: str
    columns: tuple[Column, ...]
    version: int
    uris: tuple[str, ...] = ()
    rows: int = 0
    days: tuple[date, ...] = ()
    largest: Mapping[str, int | None] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()

    def relation(self, filename: bool = False) -> str:
        """What stands after FROM in DuckDB: all rows with the table's columns, whatever they are.

        With `filename` each row says which file it came from.
        """
        if not self.uris:
            return f"({_no_rows(self.columns, filename)})"
        return parquet_relation(self.columns, self.uris, filename)


def parquet_relation(columns: Sequence[Column], uris: Sequence[str], filename: bool = False) -> str:
    """The rows of Parquet files that lie in folders of days, as it stands after FROM in DuckDB."""
    listed = ", ".join(text(uri) for uri in uris)
    hive = f"hive_partitioning = true, hive_types = {{{text(DAY)}: DATE}}"
    named = ", filename = true" if filename else ""
    shown = ", ".join([*(name(column.name) for column in columns), *(["filename"] if filename else [])])
    return f"(SELECT {shown} FROM read_parquet([{listed}], {hive}{named}))"


def _no_rows(columns: Sequence[Column], filename: bool) -> str:
    typed = [f"CAST(NULL AS {column.sql_type}) AS {name(column.name)}" for column in columns]
    return f"SELECT {', '.join([*typed, *(['NULL AS filename'] if filename else [])])} WHERE false"
