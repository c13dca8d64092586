"""What an engine answers: columns, and never a number that was rounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from farthing.ledger.files import Files

# Integers and times as numbers of their own kind; text, wide integers and decimals as objects.
Cells: TypeAlias = NDArray[np.int64] | NDArray[np.float64] | NDArray[np.datetime64] | NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns by name, in the order of the question, all of one length.

    BIGINT and smaller integers are int64, DOUBLE is float64, DATE and TIMESTAMPTZ are datetime64
    in microseconds of UTC, BOOLEAN is bool. Everything else is an array of objects: `str`, `int` for
    sums of integers, `Decimal` for money, `dict` and `list`. A column with nulls is an array of
    objects too, None for each null.
    """

    columns: dict[str, Cells]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return next((len(cells) for cells in self.columns.values()), 0)


class Engine(Protocol):
    """Something that answers questions over the files of tables."""

    name: str

    def ask(self, sql: str, tables: Mapping[str, Files]) -> Answer:
        """The answer to a question in the DuckDB dialect that names tables as `tables` does."""
        ...
