"""Calls of models among the spans of one OTLP request."""

import threading
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import msgspec

from farthing.importers.genai_attributes import call, response_id
from farthing.importers.genai_usage import Row
from farthing.importers.otlp_values import Attribute, Said, identifier, integer, microseconds

_FAILED: Final = (2, "2", "STATUS_CODE_ERROR")
NO_USAGE: Final = "it says no usage: what it cost is not known"


_Place: TypeAlias = tuple[str, str]  # the ids of a trace and a span


class Status(msgspec.Struct, frozen=True):
    """How a span ended."""

    code: int | str = 0


class Span(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of a span."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    attributes: list[Attribute] = []
    status: Status | None = None


class Outer:
    """Spans around calls that were told before their own turn came, over the requests of all senders.

    A span is sent when it ends, so that a call comes before what is around it, often in a request before.
    The newest few hundred thousand are remembered, as numbers of 64 bits.
    """

    def __init__(self, most: int = 300_000) -> None:
        self._hashes: dict[int, None] = {}
        self._most = most
        self._mutex = threading.Lock()

    def __contains__(self, place: _Place) -> bool:
        return hash(place) in self._hashes

    def add(self, place: _Place) -> None:
        """Remember a span that is around a call."""
        with self._mutex:
            self._hashes[hash(place)] = None
            if len(self._hashes) > self._most:
                del self._hashes[next(iter(self._hashes))]


def span_rows(spans: Sequence[tuple[Span, Said, Said]], outer: Outer | None = None) -> Iterator[Row]:
    """The calls among spans, each of which comes with its attributes and those of its resource.

    Of calls within calls the innermost counts: the outer ones are the same call as seen by a framework
    around the client, or add up several. A call that failed and used nothing is left out. `outer` is kept
    between requests whose spans may lie around each other.
    """
    found = [(span, row) for span, *said in spans if (row := _row(span, *said)) is not None]
    around = _around([span for span, _ in found], [span for span, *_ in spans], outer or Outer())
    for span, row in found:
        if (span.trace_id, span.span_id) not in around:
            yield row


def _row(span: Span, given: Said, resource: Said) -> Row | None:
    columns = call(given, resource)
    if columns is None:
        return None
    failed = span.status is not None and span.status.code in _FAILED
    if not _is_used(columns):
        return None if failed else {"aside": NO_USAGE}
    place = f"otlp:{identifier(span.trace_id)}:{identifier(span.span_id)}"
    return {
        "event_id": response_id(given) or place,
        "at": microseconds(span.start_time_unix_nano),
        "status": str(given.get("error.type", "error")) if failed else "ok",
        "duration_ms": _milliseconds(span),
    } | columns


def _is_used(columns: Row) -> bool:
    return any(name.endswith("_tokens") for name in columns)


def _around(calls: Sequence[Span], spans: Sequence[Span], outer: Outer) -> set[_Place]:
    """The spans around calls, those of requests before among them."""
    parents = {(span.trace_id, span.span_id): (span.trace_id, span.parent_span_id) for span in spans}
    around: set[_Place] = set()
    inner = [parents[span.trace_id, span.span_id] for span in calls]
    for place in (*inner, *(place for place in parents if place in outer)):
        while place in parents and place not in around:
            around.add(place)
            place = parents[place]  # noqa: PLW2901, up from one span to the one around it
        if place[1] and place not in parents:
            outer.add(place)
    return around


def _milliseconds(span: Span) -> int | None:
    start, end = integer(span.start_time_unix_nano), integer(span.end_time_unix_nano)
    if isinstance(start, int) and isinstance(end, int) and 0 < start <= end:
        return (end - start) // 1_000_000
    return None
