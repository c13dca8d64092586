"""One request of OTLP, traces, metrics or logs, as rows of the ledger: the same for a file and a receiver."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec

from farthing.importers.genai_usage import Row
from farthing.importers.otlp_logs import LogRecord, log_rows
from farthing.importers.otlp_metrics import Metric, Totals, metric_rows
from farthing.importers.otlp_spans import Outer, Span, span_rows
from farthing.importers.otlp_values import Attribute, Said, said

Record = TypeVar("Record", Span, LogRecord, Metric)
TRACES, METRICS, LOGS = "resourceSpans", "resourceMetrics", "resourceLogs"
SIGNALS: Final = (TRACES, METRICS, LOGS)
# Before 2022 scopes were called instrumentation libraries.
_SCOPES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    TRACES: (("scopeSpans", "spans"), ("instrumentationLibrarySpans", "spans")),
    METRICS: (("scopeMetrics", "metrics"), ("instrumentationLibraryMetrics", "metrics")),
    LOGS: (("scopeLogs", "logRecords"), ("instrumentationLibraryLogs", "logRecords")),
}


@dataclass(frozen=True, slots=True)
class Request:
    """The records of a request.

    Spans and log records come with their attributes and those of their resource, metrics with the latter.
    `asides` are rows of a reason alone, for what is no record.
    """

    spans: list[tuple[Span, Said, Said]] = field(default_factory=list)
    metrics: list[tuple[Metric, Said]] = field(default_factory=list)
    logs: list[tuple[LogRecord, Said, Said]] = field(default_factory=list)
    asides: list[Row] = field(default_factory=list)


class _Resource(msgspec.Struct, frozen=True):
    attributes: list[Attribute] = []


class _Sender(msgspec.Struct, frozen=True):
    resource: _Resource | None = None


def request_rows(document: Mapping[str, object], totals: Totals, outer: Outer | None = None) -> Iterator[Row]:
    """The calls of models that a request tells of, as `rows_of_request` has them.

    `document` is the request as OTLP's JSON has it, or as protobuf's own JSON does.
    """
    return rows_of_request(request_of(document), totals, outer)


def rows_of_request(request: Request, totals: Totals, outer: Outer | None = None) -> Iterator[Row]:
    """The calls of models that a request tells of, as columns of the ledger.

    A record that cannot be read is a row with `aside`, the reason, alone. Every other row has `signal`,
    which of SIGNALS it came from: what metrics add up was told by spans or events one by one, where a
    service sends both. `totals` and `outer` are kept between requests.
    """
    yield from request.asides
    yield from ({"requests": 1} | row | {"signal": TRACES} for row in span_rows(request.spans, outer))
    yield from (row | {"signal": METRICS} for row in metric_rows(request.metrics, totals))
    yield from ({"requests": 1} | row | {"signal": LOGS} for row in log_rows(request.logs))


def request_of(document: Mapping[str, object]) -> Request:
    """The records of a request in JSON."""
    request = Request()
    for span, resource in _read(document, TRACES, Span, request.asides):
        request.spans.append((span, said(span.attributes), resource))
    request.metrics.extend(_read(document, METRICS, Metric, request.asides))
    for record, resource in _read(document, LOGS, LogRecord, request.asides):
        request.logs.append((record, said(record.attributes), resource))
    return request


def _read(
    document: Mapping[str, object], signal: str, type_: type[Record], asides: list[Row]
) -> Iterator[tuple[Record, Said]]:
    """The records of a signal, each with the attributes of its resource; `asides` takes what is none."""
    if not isinstance(document.get(signal, []), list):
        asides.append({"aside": f"its {signal} are no list"})
    for sender in _listed(document, signal):
        try:
            resource = msgspec.convert(sender, _Sender).resource
        except msgspec.ValidationError as error:
            asides.append(_aside(error))
            continue
        known = said(resource.attributes) if resource else {}
        for record in _records(sender, _SCOPES[signal]):
            try:
                yield msgspec.convert(record, type_), known
            except msgspec.ValidationError as error:
                asides.append(_aside(error))


def _records(sender: object, names: Sequence[tuple[str, str]]) -> Iterator[object]:
    for scopes, records in names:
        for scope in _listed(sender, scopes):
            yield from _listed(scope, records)


def _listed(holder: object, key: str) -> Sequence[object]:
    found = holder.get(key) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else ()


def _aside(error: msgspec.ValidationError) -> Row:
    return {"aside": f"it is not as OTLP has it: {str(error)[:200]}"}
