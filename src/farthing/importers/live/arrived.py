"""Rows that arrive one request at a time, as the journal keeps them: the ledger's columns, and no others."""

import hashlib
import math
from collections.abc import Mapping
from typing import Final

import msgspec

from farthing.ledger.events import BY_NAME
from farthing.ledger.journal_rows import Arrived

# What the move into the ledger fills itself.
_MADE: Final = ("batch", "day")
COLUMNS: Final = ("aside", *(name for name in BY_NAME if name not in _MADE))
_KNOWN: Final = frozenset(COLUMNS)
_HASHES: Final = "prefix_hashes"
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_LARGEST: Final = 2**63  # beyond it a number is text, for the checks to name


def arrived(row: Mapping[str, object], source: str) -> Arrived:
    """A row of an importer, or a plain event, for the journal; `source` is the format it came in.

    Only columns of an event are kept, so that no text of a prompt is. A row without an id gets one that is
    made of its content: the same row again is the same event. What can be no value of a column is left to
    be set aside, with its reason, when the row is moved.
    """
    kept = {name: _value(name, value) for name, value in row.items() if name in _KNOWN and value is not None}
    wrong = sorted(name for name, value in kept.items() if value is None)
    for name in wrong:
        del kept[name]
    if wrong:
        kept["aside"] = f"{wrong[0]} is no plain value"
    kept = {"requests": 1} | kept | {"source": source}
    event_id = str(kept.get("event_id") or "")
    if not event_id:
        digest = hashlib.md5(_ENCODER.encode(kept), usedforsecurity=False).hexdigest()
        event_id = kept["event_id"] = f"{source}:{digest}"
    return Arrived(event_id, _ENCODER.encode(kept))


def _value(name: str, value: object) -> object:
    """A value as JSON can have it, None where a column can have none such."""
    if name == "tags":
        return _tags(value)
    if name == _HASHES:
        return value if isinstance(value, list) and all(type(one) is int for one in value) else None
    return _plain(value)


def _tags(value: object) -> object:
    if not isinstance(value, Mapping):
        return None
    found = {str(_plain(str(tag))): _plain(said) for tag, said in value.items() if said is not None}
    return None if None in found.values() else found


def _plain(value: object) -> object:
    """Text, or a number; text that is no Unicode is mended, and a number that is none is text."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else f"a number of {value.bit_length():,} bits"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return None
