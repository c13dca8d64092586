"""Programs with OpenTelemetry's own SDK that send calls as spans and in metrics: each call counts once."""

from datetime import UTC, datetime

import pytest
from ledger_rows import asked
from live_sending import Live

pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not here")
pytest.importorskip("opentelemetry.exporter.otlp.proto.common", reason="OTLP's encoder is not here")

from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

TEMPORALITIES = {"delta": AggregationTemporality.DELTA, "cumulative": AggregationTemporality.CUMULATIVE}


class Program:
    """A service whose calls are spans, metrics or both, exported when asked."""

    def __init__(self, service, temporality, has_spans):
        resource = Resource.create({"service.name": service})
        self.has_spans = has_spans
        self.spans = InMemorySpanExporter()
        tracers = TracerProvider(resource=resource)
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.tracer = tracers.get_tracer("test")
        self.reader = InMemoryMetricReader(
            preferred_temporality=dict.fromkeys((Counter, Histogram), TEMPORALITIES[temporality])
        )
        meter = MeterProvider([self.reader], resource=resource).get_meter("test")
        self.usage = meter.create_histogram("gen_ai.client.token.usage", unit="{token}")

    def call(self, tokens):
        given = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
        if self.has_spans:
            with self.tracer.start_as_current_span("chat gpt-4o") as span:
                usage = {"gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.output_tokens": tokens}
                span.set_attributes(given | usage)
        self.usage.record(tokens, given | {"gen_ai.token.type": "output"})

    def exports(self):
        """Requests of what happened since the last time."""
        finished = self.spans.get_finished_spans()
        self.spans.clear()
        if finished:
            yield MessageToDict(encode_spans(finished))
        if (found := self.reader.get_metrics_data()) is not None:
            yield MessageToDict(encode_metrics(found))


@pytest.mark.parametrize("temporality", TEMPORALITIES)
@pytest.mark.parametrize("order", ["as sent", "reversed", "with a restart", "twice"])
def test_the_same_calls_as_spans_and_metrics_count_once(tmp_path, temporality, order):
    both, metrics = Program("both", temporality, True), Program("metrics", temporality, False)
    requests = []
    for turn in range(1, 4):
        for program in (both, metrics):
            for tokens in range(turn):
                program.call(100 * turn + tokens)
            requests += program.exports()
    used = sum(100 * turn + tokens for turn in range(1, 4) for tokens in range(turn))
    assert len(requests) == 3 * 3
    if order == "reversed":
        # Points of one total arrive in the order in which they were made, as a sender's retries keep them.
        spans = [one for one in requests if "resourceSpans" in one]
        requests = [*(one for one in requests if one not in spans), *reversed(spans)]
    live = Live(tmp_path)
    for number, request in enumerate(requests):
        live.send(*([request] * (2 if order == "twice" else 1)))
        if order == "with a restart":
            live.stop()
            live.start()
        if number % 2 == 0:
            live.mover.move(datetime.now(UTC))
    live.mover.move(datetime.now(UTC))
    assert live.stored() == 2 * used
    by_signal = "sum(output_tokens) FILTER (coalesce(tags['signal'], '') = 'metrics')"
    assert asked(live.ledger.events, by_signal) == (used,)
    live.stop()
