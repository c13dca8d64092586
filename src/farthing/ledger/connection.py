"""The one place that makes DuckDB connections: bounded, in UTC, and never on the network."""

import functools
import tempfile
import uuid
from pathlib import Path
from typing import Final

import duckdb

IMPORT_MEMORY: Final = "400MB"


def connect(memory: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection of its own, in memory, that spills to a temporary folder.

    `memory` is DuckDB's limit ("400MB"; all but a fifth of the machine's by default). Extensions
    are neither installed nor loaded by themselves, because closed networks have none to offer.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(_spill_folder()),
        # What has an order says so; without this a large copy would wait for its slowest thread.
        "preserve_insertion_order": False,
    }
    if memory is not None:
        settings["memory_limit"] = memory
    if threads is not None:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    # In a notebook or a shell of Python DuckDB draws one on standard output, where answers go.
    connection.execute("SET enable_progress_bar = false")
    return connection


@functools.cache
def reader(_process: int) -> duckdb.DuckDBPyConnection:
    """What small looks of one process share, each with a cursor of its own: to connect costs 20 ms."""
    return connect(threads=1)


def _spill_folder() -> Path:
    """A folder no other process spills to; DuckDB makes it when it must and takes it away."""
    return Path(tempfile.gettempdir()) / f"farthing-spill-{uuid.uuid4().hex}"


def text(value: str) -> str:
    """`value` as a string in SQL.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """`value` as a name in SQL: `at` is a word of DuckDB's own, so that names are always quoted.

    >>> name("at")
    '"at"'
    """
    return '"' + value.replace('"', '""') + '"'
