"""OTLP over HTTP: what is sent is answered in kind, within bounds, and is in the ledger."""

import gzip
import json
import zlib
from concurrent.futures import Future

import pytest
from google.protobuf.json_format import MessageToDict
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from farthing.app.received import Busy
from farthing.app.spend import spend
from farthing.doors.http import protobuf
from farthing.units.problem import Problem

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
RESPONSES = {
    "traces": ExportTraceServiceResponse,
    "metrics": ExportMetricsServiceResponse,
    "logs": ExportLogsServiceResponse,
}


def trace(calls):
    """A request of spans, each a call that reads and writes so many tokens; None says no usage."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, tokens in enumerate(calls, 1):
        span = spans.add(
            trace_id=number.to_bytes(16, "big"),
            span_id=number.to_bytes(8, "big"),
            start_time_unix_nano=1_795_000_000_000_000_000 + number,
        )
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"}
        attributes["gen_ai.request.model"] = "gpt-5"
        for key, value in attributes.items():
            span.attributes.add(key=key).value.string_value = value
        if tokens is not None:
            span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = tokens
            span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = 2 * tokens
    return request


def tokens_in(server):
    server.receiver.settle(20)
    results = spend(ledger=server.ledger).results
    return results["input_tokens"].p50, results["output_tokens"].p50


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        (None, bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:])),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
    ],
)
@pytest.mark.parametrize("is_json", [False, True])
def test_spans_are_kept_in_every_encoding(server, encoding, packed, is_json):
    request = trace([10, 20, 30])
    body = json.dumps(MessageToDict(request)).encode() if is_json else request.SerializeToString()
    headers = dict(JSON if is_json else PROTOBUF) | ({"content-encoding": encoding} if encoding else {})
    answer = server.post("/v1/traces", scope="write", content=packed(body), headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == headers["content-type"]
    assert answer.content == (b"{}" if is_json else b"")
    assert tokens_in(server) == (60, 120)


def test_what_is_set_aside_is_a_partial_success(server):
    body = trace([10, None, None]).SerializeToString()
    answer = server.post("/v1/traces", scope="write", content=body, headers=PROTOBUF)
    found = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, found.rejected_spans) == (200, 2)
    assert "no usage" in found.error_message
    body = json.dumps(MessageToDict(trace([10, None]))).encode()
    found = server.post("/v1/traces", scope="write", content=body, headers=JSON).json()
    assert found["partialSuccess"]["rejectedSpans"] == "1"


@pytest.mark.parametrize("signal", RESPONSES)
@pytest.mark.parametrize(("rejected", "message"), [(0, ""), (1, "é" * 200), (2**40, "")])
def test_answers_are_what_the_message_types_read(signal, rejected, message):
    found = RESPONSES[signal].FromString(protobuf.partial_success(rejected, message)).partial_success
    assert found.error_message == message
    assert rejected in [value for _, value in found.ListFields()] or rejected == 0
    status = Status.FromString(protobuf.status(16, message))
    assert (status.code, status.message) == (16, message)


def test_a_refusal_is_a_status_in_the_encoding_of_the_request(server):
    answer = server.post("/v1/logs", content=b"x", headers=PROTOBUF)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/x-protobuf")
    assert Status.FromString(answer.content).code == 16
    answer = server.post("/v1/logs", content=b"{", headers=JSON, scope="write")
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "text/plain"}, b"", 415),
        ({}, b"", 415),
        (PROTOBUF | {"content-encoding": "br"}, b"", 415),
        (PROTOBUF, b"\xff\xff\xff", 400),
        (PROTOBUF | {"content-encoding": "gzip"}, gzip.compress(b"x" * 1000, mtime=0)[:-9], 400),
        (PROTOBUF | {"content-encoding": "gzip"}, b"no gzip", 400),
        (PROTOBUF | {"content-encoding": "gzip"}, gzip.compress(b"", mtime=0) + b"junk", 400),
        (PROTOBUF | {"content-encoding": "deflate"}, zlib.compress(b"") + b"junk", 400),
        (PROTOBUF | {"content-encoding": "gzip"}, gzip.compress(bytes(40_000_000)), 413),
        (JSON, b"[" * 100_000, 400),
        (JSON, b'{"a":' * 70 + b"1" + b"}" * 70, 400),
        (JSON, b'{"resourceSpans": ["\xff"]}', 400),
        (JSON, b"NaN", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(server, headers, body, status):
    answer = server.post("/v1/traces", scope="write", content=body, headers=headers)
    assert answer.status_code == status
    assert server.receiver.state().waiting_events == 0


def test_brackets_in_texts_are_no_depth(server):
    body = json.dumps({"resourceSpans": [], "x": "[" * 1000 + '\\"{' * 1000}).encode()
    assert server.post("/v1/traces", scope="write", content=body, headers=JSON).status_code == 200
    hostile = b'{"' + b'\\"' * 500_000 + b"[" * 500_000  # a text without end: looked at once
    assert server.post("/v1/traces", scope="write", content=hostile, headers=JSON).status_code == 400


@pytest.mark.parametrize("is_late", [False, True])
def test_back_pressure_is_said_with_a_time(server, monkeypatch, is_late):
    """At once, or only when the disk could not take it."""
    busy = Busy(Problem("full", "error", "", "too much waits", "", ""), 3)

    def full(*_):
        if not is_late:
            raise busy
        future = Future()
        future.set_exception(busy)
        return future

    monkeypatch.setattr(server.receiver, "otlp", full)
    answer = server.post("/v1/traces", scope="write", content=b"", headers=PROTOBUF)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert Status.FromString(answer.content).code == 8


def test_a_mistake_of_ours_is_owned_up_to_without_details(server, monkeypatch, caplog):
    def broken(*_):
        raise KeyError("secret")

    monkeypatch.setattr(server.receiver, "otlp", broken)
    answer = server.post("/v1/traces", scope="write", content=b"", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (500, 13)
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_a_disk_that_is_too_slow_is_no_acknowledgment(serve, monkeypatch):
    server = serve(commit_s=0.05)
    never = Future()
    monkeypatch.setattr(server.receiver, "otlp", lambda *_: never)
    answer = server.post("/v1/traces", scope="write", content=b"", headers=PROTOBUF)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert not never.cancelled()
