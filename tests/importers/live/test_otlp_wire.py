"""OTLP in protobuf gives the rows that the same request gives in JSON."""

import math

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from farthing.importers.genai_usage import _KEYS
from farthing.importers.live.otlp_wire import request_of_bytes
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import LOGS, METRICS, TRACES, request_rows, rows_of_request
from farthing.units.problem import InputError

NAMES = (
    "gen_ai.operation.name",
    "gen_ai.system",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.token.type",
    "event.name",
    "session.id",
    "team",
    "tag.outcome",
    "error.type",
    "server.address",
    *(keys[0] for keys in _KEYS.values()),
)
words = st.sampled_from(["chat", "gpt-5", "claude-sonnet-4", "input", "output", "", "ünïcode", "a" * 50])
numbers = st.integers(0, 10**6)
values = st.one_of(words, numbers, st.floats(allow_nan=False, allow_infinity=False, width=32), st.booleans())
attributes = st.dictionaries(st.sampled_from(NAMES), values, max_size=12)
moments = st.integers(0, 2**63 - 1)
traces = st.binary(min_size=16, max_size=16)


def fill(target, given_):
    for key, value in given_.items():
        one = target.add(key=key)
        if isinstance(value, bool):
            one.value.bool_value = value
        elif isinstance(value, int):
            one.value.int_value = value
        elif isinstance(value, float):
            one.value.double_value = value
        else:
            one.value.string_value = value


def same_rows(signal, message):
    body = message.SerializeToString()
    # Protobuf's own JSON has ids in base64 and whole numbers as text.
    ours = list(rows_of_request(request_of_bytes(signal, body), Totals()))
    assert ours == list(request_rows(MessageToDict(message), Totals()))
    return ours


@settings(max_examples=60, deadline=None)
@given(
    attributes,
    st.lists(
        st.tuples(st.binary(min_size=16, max_size=16), attributes, moments, st.integers(0, 2)), max_size=5
    ),
)
def test_spans(resource, spans):
    message = ExportTraceServiceRequest()
    sender = message.resource_spans.add()
    fill(sender.resource.attributes, resource)
    scope = sender.scope_spans.add()
    for trace, said, moment, status in spans:
        span = scope.spans.add(trace_id=trace, span_id=trace[:8], start_time_unix_nano=moment)
        span.end_time_unix_nano = moment + 5_000_000
        span.status.code = status
        fill(span.attributes, said)
    same_rows(TRACES, message)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["gen_ai.client.token.usage", "claude_code.token.usage", "other"]),
    st.lists(st.tuples(attributes, moments, st.floats(0, 1e6, width=32)), max_size=5),
    st.booleans(),
    st.integers(0, 2),
)
def test_metrics(name, points, is_histogram, temporality):
    message = ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name=name)
    data = metric.histogram if is_histogram else metric.sum
    data.aggregation_temporality = temporality
    for said, moment, value in points:
        point = data.data_points.add(time_unix_nano=moment)
        fill(point.attributes, said)
        if is_histogram:
            point.sum, point.count = value, 3
        else:
            point.as_double = value
    same_rows(METRICS, message)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["claude_code.api_request", "gemini_cli.api_response", "gen_ai.x", ""]),
    st.lists(st.tuples(attributes, moments), max_size=5),
)
def test_logs(body, records):
    message = ExportLogsServiceRequest()
    scope = message.resource_logs.add().scope_logs.add()
    for said, moment in records:
        record = scope.log_records.add(time_unix_nano=moment, span_id=b"12345678")
        record.body.string_value = body
        fill(record.attributes, said | {"input_tokens": 5, "model": "claude-sonnet-4"})
    same_rows(LOGS, message)


def test_a_call_by_hand():
    message = ExportTraceServiceRequest()
    sender = message.resource_spans.add()
    fill(sender.resource.attributes, {"service.name": "shop", "team": "search"})
    span = sender.scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    span.start_time_unix_nano = 1_790_000_000_000_000_000
    span.end_time_unix_nano = 1_790_000_001_500_000_000
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.model": "gpt-5",
        "gen_ai.provider.name": "openai",
    }
    used = {"gen_ai.usage.input_tokens": 2006, "gen_ai.usage.cache_read.input_tokens": 1920}
    fill(span.attributes, said | used | {"gen_ai.usage.output_tokens": 300})
    (row,) = same_rows(TRACES, message)
    assert (row["input_tokens"], row["cache_read_tokens"], row["output_tokens"]) == (86, 1920, 300)
    assert (row["team"], row["project"], row["duration_ms"]) == ("search", "shop", 1500)
    assert row["at"] == "1790000000000000"


def test_a_histogram_that_is_no_number_stays_one():
    message = ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name="gen_ai.client.token.usage")
    metric.histogram.aggregation_temporality = 1
    point = metric.histogram.data_points.add(time_unix_nano=10**18, sum=math.nan)
    fill(point.attributes, {"gen_ai.token.type": "input", "gen_ai.request.model": "gpt-5"})
    (row,) = rows_of_request(request_of_bytes(METRICS, message.SerializeToString()), Totals())
    assert math.isnan(row["input_tokens"])


@pytest.mark.parametrize("signal", [TRACES, METRICS, LOGS])
def test_noise_is_refused(signal):
    with pytest.raises(InputError, match="protobuf cannot decode it"):
        request_of_bytes(signal, b"\xff\xfe no protobuf")
