"""Requests of OTLP in protobuf, read without the detour over JSON, which takes five times as long."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from farthing.importers.otlp_logs import LogRecord
from farthing.importers.otlp_metrics import Data, Metric, Point
from farthing.importers.otlp_request import LOGS, METRICS, TRACES, Request
from farthing.importers.otlp_spans import Span, Status
from farthing.importers.otlp_values import Attribute, Said, Value
from farthing.units.problem import InputError, Problem

Document: TypeAlias = ExportTraceServiceRequest | ExportMetricsServiceRequest | ExportLogsServiceRequest
_DOCUMENTS: Final[Mapping[str, type[Document]]] = {
    TRACES: ExportTraceServiceRequest,
    METRICS: ExportMetricsServiceRequest,
    LOGS: ExportLogsServiceRequest,
}
_PLAIN: Final = ("string_value", "int_value", "double_value", "bool_value")


def request_of_bytes(signal: str, body: bytes) -> Request:
    """The records of a request of one of SIGNALS. Raises InputError where the bytes are none."""
    document = _DOCUMENTS[signal]()
    try:
        document.ParseFromString(body)
    except DecodeError:
        what, why = f"the body is no {document.DESCRIPTOR.name}", "protobuf cannot decode it"
        fix = "send OTLP in protobuf, or JSON with Content-Type: application/json"
        raise InputError([Problem("not-otlp", "error", "body", what, why, fix)]) from None
    request = Request()
    if isinstance(document, ExportTraceServiceRequest):
        _spans(document, request)
    elif isinstance(document, ExportMetricsServiceRequest):
        _metrics(document, request)
    else:
        _logs(document, request)
    return request


def _spans(document: ExportTraceServiceRequest, request: Request) -> None:
    for sender in document.resource_spans:
        resource = _said(sender.resource.attributes)
        for scope in sender.scope_spans:
            request.spans.extend((_span(span), _said(span.attributes), resource) for span in scope.spans)


def _span(span: trace_pb2.Span) -> Span:
    return Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        start_time_unix_nano=span.start_time_unix_nano,
        end_time_unix_nano=span.end_time_unix_nano,
        status=Status(span.status.code) if span.HasField("status") else None,
    )


def _logs(document: ExportLogsServiceRequest, request: Request) -> None:
    for sender in document.resource_logs:
        resource = _said(sender.resource.attributes)
        for scope in sender.scope_logs:
            for record in scope.log_records:
                request.logs.append((_log(record), _said(record.attributes), resource))


def _log(record: logs_pb2.LogRecord) -> LogRecord:
    return LogRecord(
        time_unix_nano=record.time_unix_nano,
        observed_time_unix_nano=record.observed_time_unix_nano,
        event_name=record.event_name,
        body=_value(record.body) if record.HasField("body") else None,
        trace_id=record.trace_id.hex(),
        span_id=record.span_id.hex(),
    )


def _metrics(document: ExportMetricsServiceRequest, request: Request) -> None:
    for sender in document.resource_metrics:
        resource = _said(sender.resource.attributes)
        for scope in sender.scope_metrics:
            request.metrics.extend((_metric(metric), resource) for metric in scope.metrics)


def _metric(metric: metrics_pb2.Metric) -> Metric:
    kind = metric.WhichOneof("data")
    if kind == "sum":
        points = [_number(point) for point in metric.sum.data_points]
        return Metric(metric.name, sum=Data(points, metric.sum.aggregation_temporality))
    if kind == "histogram":
        points = [_histogram(point) for point in metric.histogram.data_points]
        return Metric(metric.name, histogram=Data(points, metric.histogram.aggregation_temporality))
    return Metric(metric.name)


def _number(point: metrics_pb2.NumberDataPoint) -> Point:
    kind = point.WhichOneof("value")
    return Point(
        attributes=_attributes(point.attributes),
        start_time_unix_nano=point.start_time_unix_nano,
        time_unix_nano=point.time_unix_nano,
        as_int=point.as_int if kind == "as_int" else None,
        as_double=point.as_double if kind == "as_double" else None,
    )


def _histogram(point: metrics_pb2.HistogramDataPoint) -> Point:
    return Point(
        attributes=_attributes(point.attributes),
        start_time_unix_nano=point.start_time_unix_nano,
        time_unix_nano=point.time_unix_nano,
        sum=point.sum,
        count=point.count,
    )


def _attributes(attributes: Iterable[KeyValue]) -> list[Attribute]:
    return [Attribute(one.key, _value(one.value)) for one in attributes]


def _value(value: AnyValue) -> Value:
    kind = value.WhichOneof("value")
    return Value(**{kind: getattr(value, kind)}) if kind in _PLAIN else Value()


def _said(attributes: Iterable[KeyValue]) -> Said:
    """Attributes by their names, as `otlp_values.said` gives them."""
    found: Said = {}
    for one in attributes:
        value = one.value
        kind = value.WhichOneof("value")
        if kind in _PLAIN and (plain := getattr(value, kind)) != "":
            found[one.key] = plain
    return found
