"""What programs send, as rows for the journal: each one checked, or set aside with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from farthing.importers import events, otlp
from farthing.importers.files import UnusableFileError
from farthing.importers.format import Format
from farthing.importers.live.arrived import arrived
from farthing.importers.live.looked_at import looked_at
from farthing.importers.live.strict import strict
from farthing.ledger.journal_rows import Arrived
from farthing.units.problem import InputError, Problem

_NO_OBJECT: Final = "it is no object of columns"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Rows that can be kept, those of them that were sent twice at once, and why others cannot."""

    rows: tuple[Arrived, ...]
    repeated: int = 0
    set_aside: tuple[Problem, ...] = ()

    @property
    def days(self) -> dict[str, date]:
        """The day of each event, by its id."""
        return {row.event_id: _EPOCH + timedelta(int(_AT.decode(row.row).at) // _DAY_US) for row in self.rows}


class _Moment(msgspec.Struct):
    at: str


_AT: Final = msgspec.json.Decoder(_Moment)
_EPOCH: Final = date(1970, 1, 1)
_DAY_US: Final = 86_400_000_000


def of_events(sent: Sequence[object], latest: datetime, format_: Format = events.FORMAT) -> Arrivals:
    """Events as the ledger has them, or records of another format that writes one to a line.

    `latest` is the last moment that one may have. Raises InputError where a column is misspelled.
    """
    is_plain = format_ is events.FORMAT
    quick = [_quick(one, latest, format_.name) if is_plain else None for one in sent]
    # A list on a line of its own would be read as several records.
    asides = [_aside(f"events[{place}]", _NO_OBJECT) for place, one in enumerate(sent) if not _is_object(one)]
    doubtful = [place for place, row in enumerate(quick) if row is None and _is_object(sent[place])]
    kept = [row for row in quick if row is not None]
    if not doubtful:
        return _once(kept, 0, asides)
    try:
        found = looked_at([_line(sent[place]) for place in doubtful], latest, format_)
    except UnusableFileError as error:
        what = f"the events cannot be read: {error}"
        fix = "docs/importing.md names the columns of an event"
        raise InputError([Problem("unusable-events", "error", "events", what, "", fix)]) from None
    kept += [Arrived(event_id, row) for event_id, row in found.rows]
    asides += [_aside(f"events[{doubtful[one.line - 1]}]", one.why) for one in found.asides]
    return _once(kept, found.repeated, asides)


def of_rows(rows: Iterable[Mapping[str, object]], latest: datetime) -> Arrivals:
    """Rows of a request of OpenTelemetry, as `otlp_request.rows_of_request` gives them."""
    kept: list[Arrived] = []
    doubtful: list[Mapping[str, object]] = []
    asides: list[Problem] = []
    for row in rows:
        if why := row.get("aside"):
            asides.append(_aside("", str(why)))
            continue
        plain = {column: value for column, value in row.items() if column != "signal"}
        quick = _quick(plain, latest, otlp.FORMAT.name)
        if quick is None:
            doubtful.append(plain)
        else:
            kept.append(quick)
    if not doubtful:
        return Arrivals(tuple(kept), 0, tuple(asides))
    found = looked_at([arrived(row, otlp.FORMAT.name).row for row in doubtful], latest)
    kept += [Arrived(event_id, _of_source(row)) for event_id, row in found.rows]
    asides += [_aside("", one.why) for one in found.asides]
    return Arrivals(tuple(kept), found.repeated, tuple(asides))


def _is_object(one: object) -> bool:
    return isinstance(one, Mapping)


def _quick(one: object, latest: datetime, source: str) -> Arrived | None:
    if not isinstance(one, Mapping):
        return None
    row = strict({**one, "source": source}, latest)
    return None if row is None else Arrived(str(one["event_id"]), row)


def _once(rows: Sequence[Arrived], repeated: int, asides: Sequence[Problem]) -> Arrivals:
    """Each id once; of equal ids the ledger keeps the one that knows most, so all of them go on."""
    ids = {row.event_id for row in rows}
    return Arrivals(tuple(rows), repeated + len(rows) - len(ids), tuple(asides))


def _line(record: object) -> bytes:
    """A record as a line of JSON; what JSON cannot say is an object of nothing, for the checks to name."""
    try:
        return msgspec.json.encode(record)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return b"{}"


def _of_source(row: bytes) -> bytes:
    """A row that was read as a plain event, with the source it has."""
    return msgspec.json.encode(msgspec.json.decode(row) | {"source": otlp.FORMAT.name})


def _aside(where: str, why: str) -> Problem:
    return Problem("set-aside", "warning", where, why, "", "")
