"""OTLP: counts are disjoint whichever way they were written, and totals that run on add up to the last."""

import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.files import UnusableFileError, opened
from farthing.importers.format import NO, SURE, Head
from farthing.importers.genai_usage import usage
from farthing.importers.otlp import FORMAT
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import request_rows
from farthing.importers.otlp_spans import Outer
from farthing.importers.otlp_values import identifier
from farthing.importers.provider_names import provider_named

counts = st.integers(0, 10**9)


@settings(deadline=None)
@given(fresh=counts, read=counts, written=counts, output=counts)
def test_the_total_tells_whether_input_holds_its_parts(fresh, read, written, output):
    parts = {
        "gen_ai.usage.cache_read.input_tokens": read,
        "gen_ai.usage.cache_creation.input_tokens": written,
        "gen_ai.usage.output_tokens": output,
        "gen_ai.usage.total_tokens": fresh + read + written + output,
    }
    inside = usage(parts | {"gen_ai.usage.input_tokens": fresh + read + written})
    beside = usage(parts | {"gen_ai.usage.input_tokens": fresh})
    assert inside == beside
    assert inside == {
        "input_tokens": fresh,
        "cache_read_tokens": read,
        "cache_write_5m_tokens": written,
        "output_tokens": output,
    }


@settings(deadline=None)
@given(fresh=counts, more=st.integers(1, 10**9))
def test_only_claude_may_have_read_more_than_its_input(fresh, more):
    said = {"gen_ai.usage.input_tokens": fresh, "gen_ai.usage.cache_read.input_tokens": fresh + more}
    assert usage(said, claude=True)["input_tokens"] == fresh
    assert usage(said)["input_tokens"] == -more  # which the checks set aside


def test_a_usage_without_counts_is_none():
    assert usage({"gen_ai.request.model": "gpt-4o", "gen_ai.usage.total_tokens": 5}) == {}


@settings(max_examples=25, deadline=None)
@given(grown=st.lists(st.tuples(counts, st.booleans()), min_size=1, max_size=10))
def test_totals_that_run_on_add_up(grown):
    """Each export repeats the last one or goes on; the program may begin anew."""
    totals, used, told = Totals(), 0, 0
    total = start = 0
    for moment, (more, anew) in enumerate(grown, 1):
        total, start = (more, moment) if anew else (total + more, start)
        used += more
        for _ in range(2):
            rows = list(request_rows(export(total, start, moment), totals))
            told += sum(row["input_tokens"] for row in rows)
    assert told == used


def export(total, start, moment):
    point = {
        "asInt": str(total),
        "startTimeUnixNano": 10**18 + start,
        "timeUnixNano": 10**18 + moment * 10**9,
    }
    data = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [point]}
    metric = {"name": "gen_ai.client.inference.usage.input_tokens", "sum": data}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


@pytest.mark.parametrize(
    ("name", "server", "provider"),
    [
        ("openai", "", "openai"),
        ("openai", "my-resource.openai.azure.com", "azure"),
        ("openai", "api.deepseek.com", "deepseek"),
        ("openai", "notopenrouter.ai", "openai"),
        ("OpenAI.chat", "", "openai"),
        ("aws.bedrock", "", "aws"),
        ("google.vertex.chat", "", "google"),
        ("gcp.vertex_ai", "", "google"),
        ("Cohere", "", "cohere"),
        ("", "", ""),
    ],
)
def test_providers_are_called_as_the_price_book_calls_them(name, server, provider):
    assert provider_named(name, server) == provider


def test_ids_are_the_same_in_hexadecimal_and_in_base64():
    assert identifier("APBnqgupArc=") == identifier("00F067AA0BA902B7") == "00f067aa0ba902b7"
    assert identifier("no id") == "no id"


def test_other_files_are_not_taken_for_telemetry():
    others = (
        '{"spans":[{"traceId":"1"}]}',
        "resourceSpans,traceId\n",
        '{"type":"assistant","sessionId":"s","uuid":"u","message":{"usage":{"input_tokens":1}}}',
        '[{"id":"o-1","traceId":"t","parentObservationId":""}]',
    )
    assert [FORMAT.match(Head("a.json", other.encode())) for other in others] == [NO] * 4


def test_a_request_is_recognized_though_it_is_longer_than_what_is_looked_at():
    start = '{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{"name":"' + "x" * 300_000
    assert FORMAT.match(Head("traces.json", start.encode()[: 256 * 1024])) == SURE


def test_a_document_that_memory_might_not_hold_is_set_aside(tmp_path):
    path = tmp_path / "traces.json"
    path.write_bytes(b'{\n"resourceSpans": []' + b" " * (33 * 1024 * 1024) + b"}")
    with pytest.raises(UnusableFileError, match="write a request on each line"):
        FORMAT.read(duckdb.connect(), opened(path, tmp_path, 0, {}))


def test_a_document_that_is_cut_off_is_set_aside(tmp_path):
    path = tmp_path / "traces.json"
    path.write_text(json.dumps({"resourceSpans": [{}]}, indent=1)[:-3])
    with pytest.raises(UnusableFileError, match="not JSON"):
        FORMAT.read(duckdb.connect(), opened(path, tmp_path, 0, {}))


def test_a_call_around_one_of_a_request_before_is_left_out():
    def request(span_id, parent, tokens, kind="chat"):
        used = {
            "gen_ai.operation.name": kind,
            "gen_ai.request.model": "gpt-5",
            "gen_ai.usage.input_tokens": tokens,
        }
        attributes = [
            {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": value}}
            for key, value in used.items()
        ]
        span = {
            "traceId": "a" * 32,
            "spanId": span_id * 16,
            "parentSpanId": parent * 16,
            "attributes": attributes,
        }
        return {"resourceSpans": [{"scopeSpans": [{"spans": [span | {"startTimeUnixNano": str(10**18)}]}]}]}

    outer = Outer()
    sent = [
        request("1", "2", 10),
        request("2", "3", 0, "invoke_agent"),
        request("3", "4", 10),
        request("5", "4", 7),
    ]
    rows = [row for one in sent for row in request_rows(one, Totals(), outer)]
    assert [(row["event_id"][-16:], row["input_tokens"]) for row in rows] == [("1" * 16, 10), ("5" * 16, 7)]
