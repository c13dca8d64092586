"""Questions answered in this process, by DuckDB over the files of the tables."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from farthing.ledger.answer import Answer, Cells
from farthing.ledger.connection import connect, name
from farthing.ledger.files import Files
from farthing.ledger.remote import reach

_WIDE: Final = frozenset({"hugeint", "uhugeint", "ubigint"})
_NARROW: Final = frozenset({"tinyint", "smallint", "integer", "utinyint", "usmallint", "uinteger"})


class DuckDBEngine:
    """One DuckDB for all questions; several threads may ask at once."""

    name = "duckdb"

    def __init__(self, memory: str | None = None, threads: int | None = None) -> None:
        self._connection = connect(memory, threads)

    def ask(self, sql: str, tables: Mapping[str, Files]) -> Answer:
        """The answer to a question that names tables as `tables` does."""
        # A cursor is a connection of its own, so that the tables of two questions do not mix.
        with self._connection.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'")
            for table, files in tables.items():
                reach(cursor, files.uris)
                cursor.execute(f"CREATE TEMP VIEW {name(table)} AS SELECT * FROM {files.relation()}")
            relation = cursor.sql(sql)
            kinds = dict(zip(relation.columns, (kind.id for kind in relation.types), strict=True))
            shown = ", ".join(part for title, kind in kinds.items() for part in _shown(title, kind))
            cells = relation.project(shown).fetchnumpy()
            return Answer({title: _exact(title, kind, cells) for title, kind in kinds.items()})


def _shown(title: str, kind: str) -> list[str]:
    """How a column leaves DuckDB: numpy has neither wide integers nor decimals."""
    column = name(title)
    if kind in _WIDE:
        narrow = f"TRY_CAST({column} AS BIGINT)"
        rest = f"CASE WHEN {narrow} IS NULL THEN CAST({column} AS VARCHAR) END"
        return [f"{narrow} AS {column}", f"{rest} AS {name(_wide(title))}"]
    if kind == "decimal":
        return [f"CAST({column} AS VARCHAR) AS {column}"]
    return [f"CAST({column} AS BIGINT) AS {column}" if kind in _NARROW else column]


def _wide(title: str) -> str:
    return f"{title} as text"


def _exact(title: str, kind: str, cells: Mapping[str, NDArray[np.generic]]) -> Cells:
    values = cells[title]
    if kind in _WIDE:
        return _integers(values, cells[_wide(title)])
    if kind == "decimal":
        return _each(values, Decimal)
    if kind == "list":
        return _each(values, lambda value: value.tolist())
    return _each(values, None) if np.ma.is_masked(values) else np.asarray(values)


def _integers(narrow: NDArray[np.generic], wide: NDArray[np.generic]) -> Cells:
    """Integers of any size: those that 64 bits hold, and the others from their text."""
    whole = _each(narrow, None)
    if np.ma.is_masked(narrow):
        for place in np.flatnonzero(np.ma.getmaskarray(narrow)):
            written = wide[place]
            whole[place] = None if written is np.ma.masked else int(written)
    return whole


def _each(values: NDArray[np.generic], convert: Callable[[Any], object] | None) -> NDArray[np.object_]:
    """Every value as an object of Python's own, None for nulls."""
    cells = np.empty(len(values), dtype=object)
    listed = values.tolist()
    cells[:] = [value if value is None or convert is None else convert(value) for value in listed]
    return cells
