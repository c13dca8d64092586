"""Load for the receiver, in a process of its own: clients that send synthetic spans and wait for the answer.

python benchmarks/receiver_load.py URL TOKEN SECONDS BATCH CLIENTS RATE; prints one JSON object. RATE is the
spans a second of all clients together, 0 for as fast as they are answered.
"""

import http.client
import json
import random
import sys
import threading
import time
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

MODELS = ("gpt-5", "gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-pro")
PLACEHOLDER = b"T" * 16


def template(batch: int, seed: int) -> tuple[bytes, list[int]]:
    """A request of so many spans as bytes, and where the id of each trace stands in it."""
    rng = random.Random(seed)
    request = ExportTraceServiceRequest()
    sender = request.resource_spans.add()
    for key, value in {"service.name": f"shop-{seed}", "team": "search", "service.version": "1.4"}.items():
        sender.resource.attributes.add(key=key).value.string_value = value
    spans = sender.scope_spans.add().spans
    now_ns = time.time_ns()
    for place in range(batch):
        span = spans.add(trace_id=PLACEHOLDER, span_id=rng.randbytes(8), name="chat", kind=3)
        span.start_time_unix_nano = now_ns - rng.randrange(10**9)
        span.end_time_unix_nano = now_ns + 10**9
        model = MODELS[place % len(MODELS)]
        said = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
            "gen_ai.response.model": model,
            "gen_ai.usage.input_tokens": rng.randrange(2_000, 9_000),
            "gen_ai.usage.cache_read.input_tokens": 1_024,
            "gen_ai.usage.output_tokens": rng.randrange(10, 900),
            "server.address": "api.openai.com",
            "user.id": f"user-{rng.randrange(500)}",
        }
        for key, value in said.items():
            one = span.attributes.add(key=key).value
            if isinstance(value, int):
                one.int_value = value
            else:
                one.string_value = value
    body = request.SerializeToString()
    places, start = [], 0
    while (found := body.find(PLACEHOLDER, start)) >= 0:
        places.append(found)
        start = found + len(PLACEHOLDER)
    assert len(places) == batch, "each span has its trace id once"
    return body, places


class Client(threading.Thread):
    """One connection that sends requests one after the other."""

    def __init__(self, url: str, token: str, until: float, batch: int, every_s: float, number: int) -> None:
        super().__init__()
        self.url, self.until, self.every_s = urlsplit(url), until, every_s
        self.headers = {"Content-Type": "application/x-protobuf", "Authorization": f"Bearer {token}"}
        self.body, self.places = template(batch, number)
        self.rng = random.Random()
        self.acknowledged, self.refused, self.waited_s = 0, 0, []

    def run(self) -> None:
        """Send until the time is over."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port)
        due = time.monotonic()
        while time.monotonic() < self.until:
            body = bytearray(self.body)
            for place in self.places:
                body[place : place + 16] = self.rng.randbytes(16)
            if self.every_s:
                time.sleep(max(0.0, due - time.monotonic()))
                due += self.every_s
            started = time.perf_counter()
            connection.request("POST", "/v1/traces", bytes(body), self.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.waited_s.append(time.perf_counter() - started)
                self.acknowledged += len(self.places)
            else:
                self.refused += 1
                time.sleep(float(answer.headers.get("Retry-After", 1)))
        connection.close()


def main() -> None:
    url, token, seconds, batch, clients, rate = sys.argv[1:7]
    every_s = int(batch) * int(clients) / float(rate) if float(rate) else 0.0
    until = time.monotonic() + float(seconds)
    running = [Client(url, token, until, int(batch), every_s, number) for number in range(int(clients))]
    started = time.monotonic()
    for client in running:
        client.start()
    for client in running:
        client.join()
    waited_ms = sorted(1000 * one for client in running for one in client.waited_s)
    found = {
        "seconds": time.monotonic() - started,
        "spans": sum(client.acknowledged for client in running),
        "refused": sum(client.refused for client in running),
        "p50_ms": waited_ms[len(waited_ms) // 2],
        "p99_ms": waited_ms[int(len(waited_ms) * 0.99)],
        "largest_ms": waited_ms[-1],
        "byte": len(running[0].body),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
