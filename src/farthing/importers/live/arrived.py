"""Rows that arrive one request at a time, as the journal keeps them: the ledger's columns, and no others."""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from farthing.ledger.events import BY_NAME
from farthing.ledger.journal_rows import Arrived

# What the move into the ledger fills itself.
_MADE: Final = ("batch", "day")
COLUMNS: Final = ("aside", *(name for name in BY_NAME if name not in _MADE))
_KNOWN: Final = frozenset(COLUMNS)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def arrived(row: Mapping[str, object], source: str) -> Arrived:
    """A row of an importer, or a plain event, for the journal; `source` is the format it came in.

    Only columns of an event are kept, so that no text of a prompt is. A row without an id gets one that is
    made of its content: the same row again is the same event.
    """
    kept = {name: value for name, value in row.items() if name in _KNOWN and value is not None}
    kept["source"] = source
    event_id = str(kept.get("event_id") or "")
    if not event_id:
        digest = hashlib.md5(_ENCODER.encode(kept), usedforsecurity=False).hexdigest()
        event_id = kept["event_id"] = f"{source}:{digest}"
    return Arrived(event_id, _ENCODER.encode(kept))
