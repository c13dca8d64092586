"""Records that a program sends, read and checked as those of a file: exact, with a reason for each."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers import events
from farthing.importers.files import UnusableFileError, opened
from farthing.importers.format import Format
from farthing.importers.live.strict import MADE_HERE
from farthing.importers.stage import Aside, Stage
from farthing.ledger.columns import Column
from farthing.ledger.connection import connect, name, text
from farthing.ledger.events import EVENTS

_MEMORY: Final = "400MB"
_TEXTS: Final = ("money", "duration")


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of events. `rows` are their ids and JSON of the ledger's columns, each id once."""

    rows: tuple[tuple[str, bytes], ...]
    repeated: int
    asides: tuple[Aside, ...]


def looked_at(lines: Sequence[bytes], latest: datetime, format_: Format = events.FORMAT) -> Looked:
    """Records, each as JSON on a line, through the reading and the checks of an import of a format.

    `latest` is the last moment that one may have. The `line` of an aside counts from 1. Raises
    UnusableFileError where a column is nearly called like one of the ledger's (its numbers would be lost)
    or where the records cannot be read at all.
    """
    with (
        tempfile.TemporaryDirectory(prefix="farthing-events-") as folder,
        connect(_MEMORY, 1) as connection,
    ):
        path = Path(folder) / "events.jsonl"
        path.write_bytes(b"\n".join(lines) + b"\n")
        stage = Stage(connection, "events", EVENTS, "event_id", "", latest)
        try:
            counted = stage.add(0, opened(path, Path(folder), 0, {}), format_)
        except duckdb.Error as error:
            raise UnusableFileError(
                f"they are not as {format_.name} has them: {_first_line(error)}"
            ) from None
        repeated = sum(stage.drop_repeated().values())
        listed = ", ".join(
            f"{text(column.name)}, {_as_json(column)}" for column in EVENTS if column.name not in MADE_HERE
        )
        found = connection.execute(f"SELECT event_id, json_object({listed}) FROM staged_events").fetchall()
    rows = tuple((str(event_id), str(row).encode()) for event_id, row in found)
    return Looked(rows, repeated, counted.asides)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _as_json(column: Column) -> str:
    """A column's value as JSON that reads back as the same."""
    given = name(column.name)
    if column.name == "at":
        return f"CAST(epoch_us({given}) AS VARCHAR)"
    return f"CAST({given} AS VARCHAR)" if column.kind in _TEXTS else given
