"""Questions answered by Spark, where data outgrows the machine: the same files, the same totals.

Spark needs neither the Delta extension nor Python on its workers: it reads the table's list of
files, and everything it is asked is SQL. What type each column of an answer has, DuckDB says, so that
both engines answer alike.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farthing.ledger.answer import Answer, Cells
from farthing.ledger.connection import connect, name
from farthing.ledger.files import Files
from farthing.ledger.spark_sql import said_to_spark, spark_name, spark_schema
from farthing.units.problem import InputError, Problem, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CONNECT: Final = "sc://"
_CONNECT_NEEDS: Final = ("pandas", "pyarrow", "grpc", "grpc_status")
# Of the process that asks. A question is small, and nobody looks at pages of a session that ends with it.
_OWN: Final[Mapping[str, str]] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
# Of the session, wherever it runs: UTC, and an overflow is an error, never a wrong number.
_SESSION: Final[Mapping[str, str]] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
_INTEGERS: Final = frozenset(
    {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"}
)
_WIDE: Final = frozenset({"hugeint", "uhugeint", "ubigint"})
_PATTERN: Final = re.compile(r"[{}\\]")
_MOMENTS: Final = frozenset({"timestamp", "timestamp with time zone"})
# What numpy reads the numbers as that come from Spark, and what an answer holds.
_NUMERIC: Final[Mapping[str, str]] = {
    **dict.fromkeys(_INTEGERS, "int64"),
    **dict.fromkeys(_MOMENTS, "datetime64[us]"),
    "date": "datetime64[D]",
    "double": "float64",
    "boolean": "bool",
}
_ANSWERED: Final[Mapping[str, str]] = {"datetime64[D]": "datetime64[us]"}


class SparkEngine:
    """One Spark session for all questions; several threads may ask at once.

    `setting` is a master (`spark://host:7077`, `local-cluster[2,1,1024]`) or the address of a Spark
    Connect server (`sc://host:15002`). Raises InputError where Spark or Java is missing.
    """

    name = "spark"

    def __init__(self, setting: str) -> None:
        self._session = _session(setting)
        for key, value in _SESSION.items():
            self._session.conf.set(key, value)

    def ask(self, sql: str, tables: Mapping[str, Files]) -> Answer:
        """The answer to a question that names tables as `tables` does."""
        kinds = _kinds(sql, tables)
        with self._views(tables) as views:
            columns = [column for files in tables.values() for column in files.columns]
            frame = self._session.sql(said_to_spark(sql, views, columns))
            places = [f"column_{place}" for place in range(len(kinds))]
            shown = [_shown(place, kind) for place, (_, kind) in zip(places, kinds, strict=True)]
            rows = frame.toDF(*places).selectExpr(*shown).collect()
        cells = zip(*rows, strict=True) if rows else [()] * len(kinds)
        return Answer(
            {title: _exact(kind, list(one)) for (title, kind), one in zip(kinds, cells, strict=True)}
        )

    def close(self) -> None:
        """End the session, and with it what it runs on the cluster."""
        self._session.stop()

    @contextmanager
    def _views(self, tables: Mapping[str, Files]) -> Iterator[dict[str, str]]:
        """The tables as views of the session, under names that no other question has."""
        views = {table: f"farthing_{table}_{uuid.uuid4().hex}" for table in tables}
        try:
            for table, files in tables.items():
                self._frame(files).createOrReplaceTempView(views[table])
            yield views
        finally:
            for view in views.values():
                self._session.catalog.dropTempView(view)

    def _frame(self, files: Files) -> "DataFrame":
        if not files.uris:
            return self._session.sql(said_to_spark(files.relation()[1:-1], {}, ()))
        reader = self._session.read.schema(spark_schema(files.columns))
        reader = reader.option("basePath", _located(files.uris[0].rsplit("/", 2)[0]))
        # Spark takes what it is given for patterns.
        return reader.parquet(*(_PATTERN.sub(r"\\\g<0>", _located(uri)) for uri in files.uris))


def _session(setting: str) -> "SparkSession":
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError([_not_started(setting, str(error))]) from error
    if setting.startswith(CONNECT) and (missing := [one for one in _CONNECT_NEEDS if find_spec(one) is None]):
        # PySpark itself ends the process where some of these are missing.
        raise InputError([_not_started(setting, f"{', '.join(missing)} cannot be imported")])
    builder = SparkSession.builder.appName("farthing")
    if setting.startswith(CONNECT):
        builder = builder.remote(setting)
    else:
        builder = builder.master(setting)
        for key, value in _OWN.items():
            builder = builder.config(key, value)
    try:
        # Where the process has a session already, its owner's settings stay as they are.
        return builder.getOrCreate().newSession()
    except (PySparkException, ImportError) as error:
        raise InputError([_not_started(setting, str(error))]) from error


def _located(uri: str) -> str:
    """A file as Spark finds it, whatever file system its cluster takes for the usual one."""
    return uri if "://" in uri else f"file://{uri}"


def _kinds(sql: str, tables: Mapping[str, Files]) -> list[tuple[str, str]]:
    """Names and DuckDB's types of the columns that answer a question: it is bound, not run."""
    with connect(threads=1) as connection:
        for table, files in tables.items():
            empty = Files(files.table, files.columns, -1).relation()
            connection.execute(f"CREATE TEMP VIEW {name(table)} AS SELECT * FROM {empty}")
        asked = connection.sql(sql)
        return list(zip(asked.columns, (str(kind).lower() for kind in asked.types), strict=True))


def _shown(title: str, kind: str) -> str:
    """How a column leaves Spark: in DuckDB's type, and times as numbers, which no time zone changes."""
    column = spark_name(title)
    if kind in _MOMENTS:
        return f"unix_micros(CAST({column} AS TIMESTAMP))"
    if kind == "date":
        return f"unix_date({column})"
    if kind in _INTEGERS:
        return f"CAST({column} AS BIGINT)"
    if kind in _WIDE:
        return f"CAST({column} AS DECIMAL(38, 0))"
    if kind == "double" or kind.startswith("decimal"):
        return f"CAST({column} AS {kind})"
    return column


def _exact(kind: str, values: list[Any]) -> Cells:
    """A column as DuckDB's engine gives it."""
    if kind in _WIDE:
        return _objects(values, int)
    if (numeric := _NUMERIC.get(kind)) is None:
        return _objects(values, None)
    if None not in values:
        return np.array(values, dtype=numeric).astype(_ANSWERED.get(numeric, numeric))
    return _objects(values, lambda value: _exact(kind, [value]).tolist()[0])


def _objects(values: list[Any], convert: Callable[[Any], object] | None) -> Cells:
    """Every value as an object of Python's own, None for nulls."""
    cells = np.empty(len(values), dtype=object)
    cells[:] = [value if value is None or convert is None else convert(value) for value in values]
    return cells


def _not_started(setting: str, said: str) -> Problem:
    what = f"Spark did not start at {quoted(setting)}"
    needed = "farthing[spark-connect]" if setting.startswith(CONNECT) else "farthing[spark] and Java 17 or 21"
    fix = f"Install {needed}, and see that the address is right. DuckDB needs neither."
    return Problem("engine", "error", "FARTHING_ENGINE", what, said.strip().splitlines()[0], fix)
