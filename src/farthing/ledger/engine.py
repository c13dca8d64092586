"""Who answers questions to the ledger: DuckDB in this process, or Spark where a setting says so."""

from typing import Final

from farthing.ledger.answer import Answer, Engine
from farthing.ledger.engine_duckdb import DuckDBEngine
from farthing.units.problem import InputError, Problem, quoted

__all__ = ["Answer", "Engine", "engine"]
DUCKDB: Final = "duckdb"


def engine(setting: str | None) -> Engine:
    """The engine that a setting names: nothing or `duckdb`.

    Raises InputError for a setting that names none.
    """
    if setting is None or setting.strip().casefold() in {"", DUCKDB}:
        return DuckDBEngine()
    raise InputError([_unknown(setting)])


def _unknown(setting: str) -> Problem:
    what = f"{quoted(setting)} is no engine"
    return Problem(
        "engine", "error", "FARTHING_ENGINE", what, "", "Leave it unset for DuckDB in this process."
    )
