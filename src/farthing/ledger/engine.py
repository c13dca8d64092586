"""Who answers questions to the ledger: DuckDB in this process, or Spark where a setting says so."""

import re
from typing import Final

from farthing.ledger.answer import Answer, Engine
from farthing.ledger.engine_duckdb import DuckDBEngine
from farthing.units.problem import InputError, Problem, quoted

__all__ = ["DUCKDB", "Answer", "Engine", "engine"]
DUCKDB: Final = "duckdb"
_SPARK: Final = re.compile(r"(spark|k8s|sc)://.+|yarn|local(-cluster)?\[.+\]")


def engine(setting: str | None) -> Engine:
    """The engine that a setting names: nothing or `duckdb`, or where Spark is.

    That is a master (`spark://host:7077`, `local-cluster[2,1,1024]`) or a Spark Connect server
    (`sc://host:15002`). Raises InputError for a setting that names none, or where Spark does not start.
    """
    if setting is None or setting.strip().casefold() in {"", DUCKDB}:
        return DuckDBEngine()
    if _SPARK.fullmatch(setting.strip()):
        # Not above: who asks DuckDB need not wait for what Spark needs.
        from farthing.ledger.engine_spark import SparkEngine

        return SparkEngine(setting.strip())
    raise InputError([_unknown(setting)])


def _unknown(setting: str) -> Problem:
    what = f"{quoted(setting)} is no engine"
    fix = "Leave it unset for DuckDB in this process, or name where Spark is: spark://HOST:7077, sc://HOST:15002."
    return Problem("engine", "error", "FARTHING_ENGINE", what, "", fix)
