"""Codex's session logs: ~/.codex/sessions/<year>/<month>/<day>/rollout-<time>-<session>.jsonl.

Each response is an event, at the time when it ended. The model is that of the turn. The service tier
is the one that the session asked for: its log does not say which one served it. Sessions from before
September 2025 have no counts.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from duckdb import DuckDBPyConnection

from farthing.importers.codex_session import Line, Row, Session
from farthing.importers.decoded_lines import decoded
from farthing.importers.format import LIKELY, NO, SURE, Format, Head, Source
from farthing.importers.readers import rows_of

_COLUMNS: Final = (
    "file", "line", "aside", "event_id", "at", "provider", "model", "operation", "service_tier", "status",
    "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "output_tokens", "reasoning_tokens",
    "project", "tags",
)  # fmt: skip
_TYPES: Final = ("session_meta", "turn_context", "event_msg", "response_item", "token_usage_record")
_LINE: Final = msgspec.json.Decoder(Line)


def _match(head: Head) -> int:
    if any(one.get("type") in _TYPES and isinstance(one.get("payload"), dict) for one in head.objects):
        return SURE
    return LIKELY if '"type":"session_meta"' in head.first_line.replace(" ", "")[:200] else NO


def _read(_: DuckDBPyConnection, source: Source) -> str:
    rows = (row | {"file": number} for number, one in source.files().items() for row in _rows(one))
    return rows_of(source, rows, _COLUMNS)


def _rows(source: Source) -> Iterator[Row]:
    session = Session(Path(source.head.name).stem, _first_model(source.head))
    for line in decoded(source, _LINE):
        row, why = None, line.why
        try:
            row = session.heard(line.value) if line.value else None
        except msgspec.DecodeError as error:
            why = f"it is not as Codex writes it: {str(error)[:200]}"
        if why:
            yield {"line": line.number, "aside": why}
        elif row:
            yield row | {"line": line.number}


def _first_model(head: Head) -> str:
    """The model of the first turn: a resumed session repeats counts before it names one (tokscale#490)."""
    turns = (one.get("payload") for one in head.objects if one.get("type") == "turn_context")
    models = (turn.get("model") for turn in turns if isinstance(turn, dict))
    return next((model for model in models if isinstance(model, str)), "")


FORMAT: Final = Format("codex", "Codex's session logs (JSONL)", _match, _read, reads_many=True)
