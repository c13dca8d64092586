"""Whatever is sent is answered with a 2xx or a 4xx, or put off, and the totals stay right.

With FARTHING_LONG=1 a thousand payloads an endpoint, else a few.
"""

import gzip
import json
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from farthing.app.spend import spend
from farthing.doors.http.open_api import open_api
from farthing.doors.http.otlp import SIGNALS

MANY = 1000 if os.environ.get("FARTHING_LONG") else 30
FEW = 1000 if os.environ.get("FARTHING_LONG") else 2
ASKED = [path for path, methods in open_api()["paths"].items() if "post" in methods]
PATIENT = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
]
JSON = {"content-type": "application/json"}
PROTOBUF = {"content-type": "application/x-protobuf"}
FINE = {200, 400, 403, 404, 413, 415, 422, 429, 503}
AT_NS = 1_795_000_000_000_000_000
WORDS = st.sampled_from(
    [
        "resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "stringValue", "intValue",
        "gen_ai.usage.input_tokens", "resourceMetrics", "resourceLogs", "events", "event_id", "at", "model",
        "input_tokens", "tags", "traceId",
    ]
)  # fmt: skip
DESCRIBED = [status_code_conformance, content_type_conformance, response_schema_conformance]
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=20), WORDS,
    st.sampled_from([10**400, "9" * 30, "NaN", "\x00", "\ud7ff", "=cmd()", "1e999"]),
)  # fmt: skip
TREE = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.fixture
def open_server(serve):
    return serve(rate_per_s=1e9)


def times(most):
    return settings(max_examples=most, suppress_health_check=PATIENT)


def spans(calls, model):
    """A request in which each call reads and writes so many tokens."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest()
    into = request.resource_spans.add().scope_spans.add().spans
    for number, (read, written) in calls:
        span = into.add(trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"))
        span.start_time_unix_nano = AT_NS + number
        for key, value in (
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.request.model", model),
            ("gen_ai.provider.name", "openai"),
        ):
            span.attributes.add(key=key).value.string_value = value
        span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = read
        span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = written
    return request.SerializeToString()


def mutated(body, changes):
    """Bytes put in place, cut out and inserted."""
    found = bytearray(body)
    for kind, place, byte in changes:
        at = place % (len(found) + 1)
        if kind == "set" and at < len(found):
            found[at] = byte
        elif kind == "cut":
            del found[at : at + byte]
        elif kind == "end":
            del found[at:]
        else:
            found[at:at] = bytes([byte])
    return bytes(found)


CALLS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=5)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["set", "cut", "end", "put"]), st.integers(0, 10**6), st.integers(0, 255)),
    max_size=6,
)


def test_mutated_protobuf_is_refused_or_counted_and_the_good_is_counted_once(open_server):
    server = open_server
    sent = {"calls": 0, "read": 0, "written": 0}

    @times(MANY)
    @given(CALLS, CHANGES, st.booleans(), st.sampled_from(sorted(SIGNALS)))
    def send(calls, changes, is_packed, signal):
        numbered = [(sent["calls"] + place, call) for place, call in enumerate(calls, 1)]
        others = [(number + 2**40, call) for number, call in numbered]
        good, bad = spans(numbered, "counted"), mutated(spans(others, "mutant"), changes)
        answer = server.post("/v1/traces", scope="write", content=good, headers=PROTOBUF)
        assert answer.status_code == 200
        sent["calls"] += len(calls)
        sent["read"] += sum(read for read, _ in calls)
        sent["written"] += sum(written for _, written in calls)
        headers = PROTOBUF | ({"content-encoding": "gzip"} if is_packed else {})
        body = mutated(gzip.compress(bad, mtime=0), changes[:2]) if is_packed else bad
        answer = server.post(f"/v1/{signal}", scope="write", content=body, headers=headers)
        assert answer.status_code in FINE

    send()
    server.receiver.settle(60)
    found = {row["model"]: row for row in spend(ledger=server.ledger, by="model").rows}
    row = found["counted"]
    assert (row["events"], row["input_tokens"], row["output_tokens"]) == tuple(sent.values())


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics", "/v1/logs", "/api/events"])
def test_json_of_wrong_shapes_and_types(open_server, path):
    roots = {"/v1/traces": "resourceSpans", "/v1/metrics": "resourceMetrics", "/v1/logs": "resourceLogs"}

    @times(MANY)
    @given(TREE, st.binary(max_size=4), st.booleans())
    def send(tree, noise, is_rooted):
        document = (
            {roots.get(path, "events"): tree if isinstance(tree, list) else [tree]} if is_rooted else tree
        )
        body = json.dumps(document).encode("utf-8", "surrogatepass")
        body = body[: len(body) // 2] + noise + body[len(body) // 2 :]
        answer = open_server.post(path, scope="write", content=body, headers=JSON)
        assert answer.status_code in FINE
        assert answer.json() is not None

    send()


def test_events_of_all_kinds_are_counted_or_set_aside(open_server):
    server = open_server
    sent = {"events": 0, "input_tokens": 0}
    count = st.integers(0, 10**9)
    wrong = st.dictionaries(WORDS, PLAIN, max_size=4) | PLAIN

    @times(MANY)
    @given(st.lists(count, max_size=4), st.lists(wrong, max_size=3))
    def send(counts, others):
        events = [
            {
                "event_id": f"e{sent['events'] + place}", "at": AT_NS // 10**9, "provider": "p",
                "model": "counted", "input_tokens": number,
            }
            for place, number in enumerate(counts)
        ]  # fmt: skip
        body = json.dumps({"events": [*events, *others]})
        answer = server.post(
            "/api/events", scope="write", content=body.encode("utf-8", "surrogatepass"), headers=JSON
        )
        assert answer.status_code in FINE
        if answer.status_code == 200:
            found = answer.json()
            assert found["stored"] + found["duplicate"] + len(found["set_aside"]) == len(events) + len(others)
            sent["events"] += len(counts)
            sent["input_tokens"] += sum(counts)

    send()
    server.receiver.settle(60)
    if sent["events"]:
        found = {row["model"]: row for row in spend(ledger=server.ledger, by="model").rows}["counted"]
        assert (found["events"], found["input_tokens"]) == tuple(sent.values())


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_requests_made_from_the_description(open_server, path, mode):
    """Schemathesis makes requests that fit the OpenAPI document, and requests that do not."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", open_server.app, headers={"host": "localhost"})
    token = open_server.tokens["write" if path.startswith("/v1/") or path == "/api/events" else "read"]
    headers = {"authorization": f"Bearer {token}", "host": "localhost"}

    @times(FEW)
    @given(schema[path]["post"].as_strategy(generation_mode=mode))
    def send(case):
        answer = case.call(headers=headers)
        assert answer.status_code in FINE | {401, 405}, (case.path, case.body, answer.text)
        case.validate_response(answer, checks=DESCRIBED)

    send()
