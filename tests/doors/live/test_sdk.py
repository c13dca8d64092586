"""Real clients of OpenTelemetry's SDK: each call counts once, however many signals tell of it."""

import time

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

CALLS = [("gpt-5", 2_006, 1_920, 300), ("gpt-5", 500, 0, 20), ("claude-sonnet-4-5", 900, 100, 45)]
DELTA = {Counter: AggregationTemporality.DELTA, Histogram: AggregationTemporality.DELTA}


class Service:
    """An instrumented program: spans, metrics or both of the same calls."""

    def __init__(self, up, name, *, spans=True, metrics=True, preferred=None, compression=None):
        headers = {"Authorization": f"Bearer {up.token}"}
        options = {"headers": headers, "compression": compression or Compression.NoCompression}
        resource = Resource.create({"service.name": name, "team": "search"})
        self.tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        if spans:
            exporter = OTLPSpanExporter(endpoint=f"{up.url}/v1/traces", **options)
            self.tracers.add_span_processor(BatchSpanProcessor(exporter))
        readers = []
        if metrics:
            exporter = OTLPMetricExporter(
                endpoint=f"{up.url}/v1/metrics", preferred_temporality=preferred, **options
            )
            readers = [PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)]
        self.meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
        self.tracer = self.tracers.get_tracer("shop")
        self.usage = self.meters.get_meter("shop").create_histogram("gen_ai.client.token.usage", "{token}")

    def call(self, model, read, cached, written):
        said = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
        }
        with self.tracer.start_as_current_span(f"chat {model}", attributes=said) as span:
            span.set_attribute("gen_ai.usage.input_tokens", read)
            span.set_attribute("gen_ai.usage.cache_read.input_tokens", cached)
            span.set_attribute("gen_ai.usage.output_tokens", written)
        self.usage.record(read, {**said, "gen_ai.token.type": "input"})
        self.usage.record(written, {**said, "gen_ai.token.type": "output"})

    def flush(self, *, spans_first=True):
        steps = [self.tracers.force_flush, self.meters.force_flush]
        for step in steps if spans_first else reversed(steps):
            assert step()

    def shut_down(self):
        self.tracers.shutdown()
        self.meters.shutdown()


def counted(found):
    return {
        key: (row["events"], row["input_tokens"], row.get("cache_read_tokens", 0), row["output_tokens"])
        for key, row in found.items()
    }


BY_MODEL = {("gpt-5",): (2, 586, 1_920, 320), ("claude-sonnet-4-5",): (1, 800, 100, 45)}


@pytest.mark.parametrize("preferred", [None, DELTA], ids=["cumulative", "delta"])
@pytest.mark.parametrize("spans_first", [True, False])
def test_spans_and_metrics_of_the_same_calls_count_once(up, preferred, spans_first):
    service = Service(up, "shop", preferred=preferred, compression=Compression.Gzip)
    for call in CALLS:
        service.call(*call)
    service.flush(spans_first=spans_first)
    service.flush()  # cumulative totals are sent again with nothing new in them
    service.shut_down()
    assert up.stop() == 0
    assert counted(up.spent()) == BY_MODEL
    assert set(up.spent("team")) == {("search",)}


def test_metrics_alone_count(up):
    service = Service(up, "shop", spans=False)
    for call in CALLS[:2]:
        service.call(*call)
    service.flush()
    service.call(*CALLS[0])
    service.flush()
    service.shut_down()
    assert up.stop() == 0
    ((_, read, cached, written),) = counted(up.spent()).values()
    assert (read, cached, written) == (2_006 + 500 + 2_006, 0, 620)


def test_a_restart_in_between_neither_loses_nor_repeats(up):
    """Cumulative totals run on while the receiver starts anew: only what they grew by is new."""
    measured, traced = Service(up, "shop", spans=False), Service(up, "desk", metrics=False)
    measured.call(*CALLS[0])
    traced.call(*CALLS[2])
    for service in (measured, traced):
        service.flush()
    assert up.stop() == 0
    up.start()
    measured.call(*CALLS[1])
    traced.call(*CALLS[1])
    for service in (measured, traced):
        service.flush()
        service.shut_down()
    assert up.stop() == 0
    rows = counted(up.spent("project", "model"))
    assert rows["shop", "gpt-5"][1:] == (2_006 + 500, 0, 320)
    assert rows["desk", "gpt-5"] == (1, 500, 0, 20)
    assert rows["desk", "claude-sonnet-4-5"] == (1, 800, 100, 45)


def agent_event(logger, session, request, tokens):
    body = {"model": "claude-sonnet-4-5", "input_tokens": str(tokens), "output_tokens": "10"}
    body |= {"cache_read_tokens": "7", "cache_creation_tokens": "3", "cost_usd": "0.01", "duration_ms": "900"}
    logger.emit(
        timestamp=time.time_ns(),
        observed_timestamp=time.time_ns(),
        body="claude_code.api_request",
        attributes={"event.name": "api_request", "session.id": session, "request_id": request, **body},
    )


def test_a_coding_agent_that_logs_and_measures_counts_once(up):
    """As Claude Code does: an event for each request, and counters of the same tokens."""
    headers = {"Authorization": f"Bearer {up.token}"}
    resource = Resource.create({"service.name": "claude-code"})
    logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
    logs.add_log_record_processor(
        BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{up.url}/v1/logs", headers=headers))
    )
    exporter = OTLPMetricExporter(
        endpoint=f"{up.url}/v1/metrics", headers=headers, preferred_temporality=DELTA
    )
    meters = MeterProvider(
        [PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)],
        resource=resource,
        shutdown_on_exit=False,
    )
    tokens = meters.get_meter("agent").create_counter("claude_code.token.usage", "tokens")
    logger = logs.get_logger("agent")
    for number, read in enumerate((100, 40)):
        agent_event(logger, "session-a", f"req_{number}", read)
        for kind, count in {"input": read, "output": 10, "cacheRead": 7, "cacheCreation": 3}.items():
            tokens.add(count, {"session.id": "session-a", "model": "claude-sonnet-4-5", "type": kind})
    # Another user's agent sends metrics alone: nobody else tells of its tokens.
    tokens.add(5, {"session.id": "session-b", "model": "claude-sonnet-4-5", "type": "input"})
    assert logs.force_flush()
    assert meters.force_flush()
    logs.shutdown()
    meters.shutdown()
    assert up.stop() == 0
    ((_, read, cached, written),) = counted(up.spent()).values()
    assert (read, cached, written) == (145, 14, 20)
