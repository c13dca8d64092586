"""Events as a program sends them, checked in Python: quick, and strict enough that the import agrees.

What passes here passes the checks of an import too and means the same there. What does not may still be
good (a number as text, a tag as a column): `looked_at` asks the import itself, which takes a tenth of a
second instead of some microseconds.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta

from farthing.importers.checked import EARLIEST, LARGEST_COUNT, LONGEST_NAME
from farthing.ledger.columns import Column, Kind
from farthing.ledger.events import BY_NAME, TAG_NAMES

Event: TypeAlias = Mapping[str, object]
MADE_HERE: Final = ("batch", "day")
_LONGEST_TEXT: Final = 1_000
_MOST_TAGS: Final = 100
_COUNT: Final = Annotated[int, Meta(ge=0, le=LARGEST_COUNT)] | None
_TEXT: Final = Annotated[str, Meta(max_length=min(LONGEST_NAME, _LONGEST_TEXT))] | None
_AMOUNT: Final = Annotated[float, Meta(ge=-1e15, le=1e15)] | Decimal | None
_TAGS: Final = (
    Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=200)], Annotated[str, Meta(max_length=500)]],
        Meta(max_length=_MOST_TAGS),
    ]
    | None
)
_TYPES: Final[Mapping[Kind, Any]] = {
    "count": _COUNT,
    "whole": _COUNT,
    "text": _TEXT,
    "number": Annotated[float, Meta(ge=-1e9, le=1e9)] | None,
    "money": _AMOUNT,
    "duration": Annotated[float, Meta(ge=0, le=1e12)] | None,
    "map": _TAGS,
    "list": Annotated[list[Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]], Meta(max_length=10_000)] | None,
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_US: Final = (EARLIEST - _EPOCH).days * 86_400_000_000


def _field(column: Column) -> tuple[str, Any] | tuple[str, Any, Any]:
    if column.name == "event_id":
        return column.name, Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    if column.name == "at":
        return column.name, str | int | float
    return column.name, _TYPES[column.kind], None


_Row: Final = msgspec.defstruct(
    "_Row",
    [_field(column) for name, column in BY_NAME.items() if name not in MADE_HERE],
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
)


def strict(event: Event, latest: datetime) -> bytes | None:
    """The event as JSON of the ledger's columns, `at` in microseconds; None where that is not plain to see.

    `latest` is the last moment that it may have.
    """
    try:
        row: Any = msgspec.convert(event, _Row)
        moment_us = microseconds_of(row.at)
    except (msgspec.ValidationError, ValueError, OverflowError, TypeError):
        return None
    if not _EARLIEST_US <= moment_us <= (latest - _EPOCH).total_seconds() * 1e6:
        return None
    if row.tags and not row.tags.keys().isdisjoint(TAG_NAMES):
        return None
    row.at = str(moment_us)
    if row.requests is None:
        row.requests = 1
    encoded: bytes = msgspec.json.encode(row)
    return encoded


def microseconds_of(written: str | float) -> int:
    """A moment as Unix microseconds: ISO 8601, UTC where no zone is named, or Unix time by its size.

    Raises ValueError or OverflowError for what is none.

    >>> microseconds_of("2026-11-22T10:00:00Z") == microseconds_of(1795341600) == 1795341600000000
    True
    """
    if isinstance(written, str) and not (written.isascii() and written.isdigit()):
        moment = datetime.fromisoformat(written)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        since = moment - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    number = int(written) if isinstance(written, str) else written
    if number < 1e11:
        return round(number * 1_000_000)
    if number < 1e14:
        return round(number * 1_000)
    return round(number) if number < 1e17 else round(number) // 1_000
